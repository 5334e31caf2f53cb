/// The different words of a corpus as one text of character numbers.
///
/// ```
/// characters   0 after each word and for rare characters, else 1 + number of a character
/// words        where each word lies        counts   how often it occurs
/// ```
struct UnigramText {
    /// Longer words are cut, so that nothing takes time that is quadratic in their length.
    static let longestWord = 4096

    private(set) var characters: [Int32] = []
    private(set) var words: [Range<Int>] = []
    private(set) var counts: [Int] = []
    /// The characters that must be in the vocabulary, the most frequent first, equally frequent ones by scalar.
    let alphabet: [UInt32]
    /// How often each of them occurs.
    let alphabetCounts: [Int]

    /// - Parameters:
    ///   - words: the words.
    ///   - coverage: which share of all characters the alphabet must cover.
    init(words: WordCounter, coverage: Double) {
        (alphabet, alphabetCounts) = UnigramText.alphabet(of: words, coverage: coverage)
        var numbers = [Int32](repeating: 0, count: 0x110000)
        for (number, scalar) in alphabet.enumerated() { numbers[Int(scalar)] = Int32(number + 1) }
        characters.reserveCapacity(words.bytes.count + words.count)
        words.bytes.withUnsafeBufferPointer { bytes in
            for index in words.sortedByFrequency() {
                var start = characters.count
                UTF8Scan.forEachScalar(of: bytes, words.range(index)) { scalar in
                    if characters.count - start == UnigramText.longestWord {
                        finish(from: start, count: words.counts[index])
                        start = characters.count
                    }
                    characters.append(numbers[Int(scalar)])
                }
                finish(from: start, count: words.counts[index])
            }
        }
    }

    private mutating func finish(from start: Int, count: Int) {
        words.append(start..<characters.count)
        counts.append(count)
        characters.append(0)
    }

    /// The most frequent characters that together make up a share of a corpus.
    static func alphabet(of words: WordCounter, coverage: Double) -> (scalars: [UInt32], counts: [Int]) {
        var counts = [Int](repeating: 0, count: 0x110000)
        var total = 0
        words.bytes.withUnsafeBufferPointer { bytes in
            for index in 0..<words.count {
                let count = words.counts[index]
                UTF8Scan.forEachScalar(of: bytes, words.range(index)) { scalar in
                    counts[Int(scalar)] += count
                    total += count
                }
            }
        }
        // NUL cannot be part of a piece.
        let sorted = counts.indices.dropFirst().filter { counts[$0] > 0 }
            .sorted { counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1] }
        var covered = 0
        var scalars: [UInt32] = []
        for scalar in sorted where Float(Double(covered) / Double(max(total, 1))) < Float(coverage) {
            covered += counts[scalar]
            scalars.append(UInt32(scalar))
        }
        return (scalars, scalars.map { counts[Int($0)] })
    }

    /// The UTF-8 of characters, none of which is rare.
    func utf8(_ range: Range<Int>) -> [UInt8] {
        var writer = ScalarWriter(capacity: range.count * 4, recordsChanges: false)
        for index in range where characters[index] > 0 { writer.append(alphabet[Int(characters[index]) - 1]) }
        return writer.bytes
    }
}

extension UTF8Scan {
    /// Calls a closure with every scalar of a range of *valid* UTF-8.
    @inline(__always)
    static func forEachScalar(of bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ body: (UInt32) -> Void) {
        var index = range.lowerBound
        while index < range.upperBound {
            let length = length(bytes[index])
            body(scalar(at: index, length: length, in: bytes))
            index += length
        }
    }
}
