/// Finds a text's bytes in others' in linear time, whatever they are (Knuth, Morris and Pratt, 1977).
struct ByteSearch {
    let pattern: [UInt8]
    /// For each prefix of the pattern, the length of its longest proper border.
    private var borders: [Int] = []

    init(_ pattern: [UInt8]) {
        self.pattern = pattern
        borders.reserveCapacity(pattern.count)
        for (index, byte) in pattern.enumerated() {
            borders.append(index == 0 ? 0 : extend(borders[index - 1], by: byte))
        }
    }

    private func extend(_ length: Int, by byte: UInt8) -> Int {
        var length = length
        while length == pattern.count || pattern[length] != byte {
            guard length > 0 else { return 0 }
            length = borders[length - 1]
        }
        return length + 1
    }

    /// Where the pattern begins first; an empty pattern is everywhere.
    func first(in bytes: [UInt8], from start: Int = 0) -> Int? {
        guard !pattern.isEmpty else { return start <= bytes.count ? start : nil }
        var length = 0
        var index = start
        while index < bytes.count {
            length = extend(length, by: bytes[index])
            index += 1
            if length == pattern.count { return index - length }
        }
        return nil
    }

    /// Where the pattern begins, without overlaps, from the left. The pattern must not be empty.
    func all(in bytes: [UInt8], limit: Int = .max) -> [Int] {
        var starts: [Int] = []
        var length = 0
        guard !pattern.isEmpty, limit > 0 else { return [] }
        for (index, byte) in bytes.enumerated() {
            length = extend(length, by: byte)
            guard length == pattern.count else { continue }
            starts.append(index + 1 - length)
            if starts.count == limit { break }
            length = 0
        }
        return starts
    }

    /// As ``all(in:limit:)``, but found from the right; ascending.
    func allFromRight(in bytes: [UInt8], limit: Int = .max) -> [Int] {
        let mirrored = ByteSearch(pattern.reversed()).all(in: bytes.reversed(), limit: limit)
        return mirrored.reversed().map { bytes.count - $0 - pattern.count }
    }
}
