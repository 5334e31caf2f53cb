import FledgeTokenizers
import Foundation
import Testing

/// Hashes of what a tokenizer does with many texts, as Tools/tokenizer_golden.py makes them.
enum Golden {
    /// One hash for every so many texts: of each token its id, its start and end in characters, and its text.
    static func hashes(of texts: [String], by tokenizer: any Tokenizer, group: Int) -> [UInt64] {
        let encodings = tokenizer.encodingBatch(of: texts)
        let ids = tokenizer.encodeBatch(texts: texts)
        return stride(from: 0, to: texts.count, by: group).map { first in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            func add(_ bytes: some Sequence<UInt8>) {
                for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            }
            for index in first..<min(first + group, texts.count) {
                let encoding = encodings[index]
                // Encoding for ids alone takes another way through the code.
                if encoding.ids != ids[index] { add([0]) }
                for (number, range) in encoding.scalarOffsets(in: texts[index]).enumerated() {
                    for value in [encoding.ids[number], range.lowerBound, range.upperBound] {
                        withUnsafeBytes(of: UInt32(value).littleEndian) { add($0) }
                    }
                    add(encoding.tokens[number].utf8)
                }
                add([0xFF])
            }
            return hash
        }
    }

    /// One hash of ids for every so many texts.
    static func idHashes(of texts: [String], group: Int, _ encode: (String) -> [Int]) -> [UInt64] {
        stride(from: 0, to: texts.count, by: group).map { first in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            for text in texts[first..<min(first + group, texts.count)] {
                for id in encode(text) { withUnsafeBytes(of: UInt32(id).littleEndian) { $0.forEach(add) } }
                add(0xFF)
            }
            return hash
        }
    }

    /// Hashes that a file holds as base64 or as they are, 8 bytes each.
    static func read(_ bytes: some Collection<UInt8>) -> [UInt64] {
        let bytes = Array(bytes)
        return stride(from: 0, to: bytes.count - 7, by: 8).map { at in
            (0..<8).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
        }
    }

    static func read(base64 value: JSONValue?) throws -> [UInt64] {
        let text = try #require(value?.string)
        return read(try #require(Data(base64Encoded: text)))
    }
}
