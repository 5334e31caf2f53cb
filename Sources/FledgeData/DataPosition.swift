/// Where a reader stands in a data set.
public struct DataPosition: Sendable, Equatable, Codable {
    var file: Int
    /// The place in the decompressed file.
    var offset: Int
    var line: Int
    /// For each choice of the data set how many records it has seen.
    var counts: [Int]

    /// Whether it can be one of a data set with so many files and choices. Positions are read from checkpoints, which may
    /// be damaged.
    func isPossible(files: Int, choices: Int) -> Bool {
        let largest = 1 << 60
        return 0...files ~= file && 0..<largest ~= offset && 1..<largest ~= line
            && (counts.isEmpty || counts.count == choices) && counts.allSatisfy { 0..<largest ~= $0 }
    }

    /// Before the first record.
    public static let start = DataPosition(file: 0, offset: 0, line: 1, counts: [])
}
