/// Words as numbers: equal bytes, equal numbers, counted from 0 in the order in which the words are met.
///
/// Texts that look equal and are written with other scalars are different, as everywhere in the field's metrics.
struct WordTable {
    private var bytes: [UInt8] = []
    private var starts: [Int] = [0]
    private var hashes: [UInt64] = []
    private var slots = [Int32](repeating: -1, count: 1024)
    private var encoded: [UInt8] = []
    private let seed = UInt64.random(in: .min ... .max)

    /// How many different words there are.
    var count: Int { hashes.count }

    /// The number of a word, a new one if it is new.
    mutating func number(of word: UnsafeBufferPointer<UInt8>) -> Int32 {
        let hash = SeededHash.hash(word, seed: seed)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let number = Int(slots[slot])
            if hashes[number] == hash, equals(number, word) { return Int32(number) }
            slot = (slot + 1) & (slots.count - 1)
        }
        let number = Int32(hashes.count)
        slots[slot] = number
        hashes.append(hash)
        bytes.append(contentsOf: word)
        starts.append(bytes.count)
        if hashes.count * 2 > slots.count { grow() }
        return number
    }

    /// The number of a word.
    mutating func number(of word: [UInt8]) -> Int32 {
        word.withUnsafeBufferPointer { number(of: $0) }
    }

    /// The number of a word of some scalars, which is that of their bytes in UTF-8.
    mutating func number(of word: ArraySlice<Unicode.Scalar>) -> Int32 {
        encoded.removeAll(keepingCapacity: true)
        for scalar in word {
            if scalar.isASCII {
                encoded.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                encoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        let bytes = encoded
        return bytes.withUnsafeBufferPointer { number(of: $0) }
    }

    /// The number of a text as one word.
    mutating func number(of text: String) -> Int32 {
        var text = text
        return text.withUTF8 { number(of: $0) }
    }

    /// The word of a number.
    func word(_ number: Int32) -> String {
        String(decoding: bytes[starts[Int(number)]..<starts[Int(number) + 1]], as: UTF8.self)
    }

    private func equals(_ number: Int, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = starts[number]
        guard starts[number + 1] - start == word.count else { return false }
        for index in 0..<word.count where bytes[start + index] != word[index] { return false }
        return true
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for number in hashes.indices {
            var slot = Int(truncatingIfNeeded: hashes[number]) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }
}
