/// The pieces of a byte-pair encoding that is being learned.
struct BPEAlphabet {
    private(set) var pieces: [[UInt8]] = []
    private var ids: [[UInt8]: Int32] = [:]
    /// How many special tokens there are.
    let specialCount: Int
    let isByteLevel: Bool
    let continuingPrefix: [UInt8]
    /// For each scalar its id at the start of words and within them, or −1.
    private var firstIDs: [Int32]
    private var continuingIDs: [Int32]

    init(_ trainer: BPETrainer, words: WordCounter) {
        isByteLevel = trainer.isByteLevel
        continuingPrefix = trainer.continuingPrefix
        let scalarCount = isByteLevel ? 0x144 : 0x110000
        firstIDs = [Int32](repeating: -1, count: scalarCount)
        continuingIDs = []
        var specialCount = 0
        for token in trainer.specialTokens where ids[Array(token.utf8)] == nil {
            specialCount += 1
            let bytes = Array(token.utf8)
            ids[bytes] = Int32(pieces.count)
            pieces.append(bytes)
            let scalars = token.unicodeScalars
            if scalars.count == 1, let only = scalars.first, Int(only.value) < scalarCount {
                firstIDs[Int(only.value)] = Int32(pieces.count - 1)
            }
        }
        self.specialCount = specialCount
        var counts = [Int](repeating: 0, count: scalarCount)
        BPEAlphabet.forEachScalar(of: words, isByteLevel: isByteLevel) { scalar, count in counts[Int(scalar)] += count }
        for scalar in trainer.initialAlphabet where Int(scalar) < scalarCount { counts[Int(scalar)] = .max }
        var kept = counts.indices.filter { counts[$0] > 0 }
        if let limit = trainer.alphabetLimit, kept.count > limit {
            kept.sort { counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1] }
            kept.removeSubrange(max(limit, 0)...)
            kept.sort()
        }
        for scalar in kept { firstIDs[scalar] = id(of: Array(String(Self.character(scalar)).utf8)) }
        continuingIDs = continuingPrefix.isEmpty ? firstIDs : continuingPieces(words)
    }

    private static func character(_ scalar: Int) -> Character {
        Character(Unicode.Scalar(UInt32(scalar)) ?? "\u{FFFD}")
    }

    /// Gives ids to the characters that occur within words.
    private mutating func continuingPieces(_ words: WordCounter) -> [Int32] {
        var occurs = [Bool](repeating: false, count: firstIDs.count)
        words.bytes.withUnsafeBufferPointer { bytes in
            for number in 0..<words.count {
                let range = words.range(number)
                BPEAlphabet.forEachScalar(in: bytes, range, isByteLevel: isByteLevel) { scalar, position in
                    if position > range.lowerBound { occurs[Int(scalar)] = true }
                }
            }
        }
        var result = [Int32](repeating: -1, count: firstIDs.count)
        for scalar in occurs.indices where occurs[scalar] && firstIDs[scalar] >= 0 {
            result[scalar] = id(of: continuingPrefix + Array(String(Self.character(scalar)).utf8))
        }
        return result
    }

    /// The id of a piece, a new one if there is none.
    mutating func id(of piece: [UInt8]) -> Int32 {
        if let known = ids[piece] { return known }
        let new = Int32(pieces.count)
        ids[piece] = new
        pieces.append(piece)
        return new
    }

    /// The id of the piece that two make together.
    mutating func merged(_ left: Int32, _ right: Int32) -> Int32 {
        let second = pieces[Int(right)]
        let rest = !continuingPrefix.isEmpty && second.starts(with: continuingPrefix) ? continuingPrefix.count : 0
        return id(of: pieces[Int(left)] + second[rest...])
    }

    /// Appends the ids of a word's characters; those that are not in the alphabet disappear.
    func append(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, to symbols: inout [Int32]) {
        firstIDs.withUnsafeBufferPointer { firstIDs in
            continuingIDs.withUnsafeBufferPointer { continuingIDs in
                BPEAlphabet.forEachScalar(in: bytes, range, isByteLevel: isByteLevel) { scalar, position in
                    // A character that only stands at the start of words has no piece for within them.
                    let id = position == range.lowerBound ? firstIDs[Int(scalar)] : continuingIDs[Int(scalar)]
                    if id >= 0 { symbols.append(id) }
                }
            }
        }
    }

    private static func forEachScalar(
        of words: WordCounter, isByteLevel: Bool, _ body: (UInt32, Int) -> Void
    ) {
        words.bytes.withUnsafeBufferPointer { bytes in
            for number in 0..<words.count {
                let count = words.counts[number]
                forEachScalar(in: bytes, words.range(number), isByteLevel: isByteLevel) { scalar, _ in
                    body(scalar, count)
                }
            }
        }
    }

    /// Calls a closure with each character of a word and where it stands.
    @inline(__always)
    private static func forEachScalar(
        in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, isByteLevel: Bool, _ body: (UInt32, Int) -> Void
    ) {
        if isByteLevel {
            let scalars = ByteLevelAlphabet.scalars
            for index in range { body(scalars[Int(bytes[index])], index) }
            return
        }
        var index = range.lowerBound
        while index < range.upperBound {
            let length = UTF8Scan.length(bytes[index])
            body(UTF8Scan.scalar(at: index, length: length, in: bytes), index)
            index += length
        }
    }
}
