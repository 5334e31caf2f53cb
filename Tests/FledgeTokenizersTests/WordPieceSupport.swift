import FledgeTokenizers
import Foundation
import Testing

/// The files that Tools/wordpiece_golden.py made.
enum WordPieceFixture {
    static func document(_ name: String) throws -> JSONValue {
        try JSONDocument(parsing: try Fixture.bytes("wordpiece/\(name).json"), source: name).root
    }

    /// The description of a tokenizer, its vocabulary put in.
    static func description(_ name: String) throws -> [UInt8] {
        let text = String(decoding: try #require(try document(name)["tokenizer"]).text, as: UTF8.self)
        let pieces = String(decoding: try document("vocabulary-pieces").text, as: UTF8.self)
        let words = String(decoding: try document("vocabulary-words").text, as: UTF8.self)
        return Array(
            text.replacingOccurrences(of: "\"@PIECES@\"", with: pieces)
                .replacingOccurrences(of: "\"@WORDS@\"", with: words).utf8)
    }

    static func tokenizer(_ name: String) throws -> any Tokenizer {
        try AutoTokenizer.read(tokenizerJSON: try description(name), named: "\(name).json")
    }

    /// The lines of the `vocab.txt` that has the small vocabulary.
    static func vocabularyLines() throws -> [UInt8] {
        let members = try #require(try document("vocabulary-pieces").members)
        return Array(members.map { $0.key + "\n" }.joined().utf8)
    }

    static func integers(_ value: JSONValue?) -> [Int] { value?.elements?.compactMap(\.integer) ?? [] }

    static func ranges(_ value: JSONValue?) -> [Range<Int>] {
        let ends = integers(value)
        return stride(from: 0, to: ends.count, by: 2).map { ends[$0]..<ends[$0 + 1] }
    }

    /// Hashes that are written as hexadecimal numbers.
    static func hashes(_ value: JSONValue?) -> [UInt32] {
        value?.elements?.compactMap { UInt32($0.string ?? "", radix: 16) } ?? []
    }

    /// Hashes that are written as bytes.
    static func hashes(file name: String) throws -> [UInt32] {
        let bytes = try Fixture.bytes("wordpiece/\(name)")
        return stride(from: 0, to: bytes.count, by: 4).map { at in
            (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
        }
    }

    /// One CRC-32 for every so many texts: of each text its tokens' ids, places in characters, words and segments,
    /// their texts, and what they decode to.
    static func hashes(of texts: [String], by tokenizer: any Tokenizer, group: Int) throws -> [UInt32] {
        let encodings = tokenizer.encodingBatch(of: texts)
        let ids = tokenizer.encodeBatch(texts: texts)
        return try stride(from: 0, to: texts.count, by: group).map { first in
            var crc = CRC32()
            for index in first..<min(first + group, texts.count) {
                let encoding = encodings[index]
                // Encoding for ids alone takes another way through the code.
                if encoding.ids != ids[index] { crc.add([0]) }
                crc.add(words: encoding.ids)
                crc.add(words: encoding.scalarOffsets(in: texts[index]).flatMap { [$0.lowerBound, $0.upperBound] })
                crc.add(words: encoding.wordIDs.map { $0 ?? -1 })
                crc.add(words: encoding.typeIDs)
                crc.add(encoding.tokens.joined(separator: "\u{1}").utf8)
                crc.add(try tokenizer.decode(tokens: encoding.ids, skipSpecialTokens: false).utf8)
            }
            return crc.value
        }
    }
}

/// The checksum of zlib (ISO 3309).
struct CRC32 {
    private var state: UInt32 = 0xFFFF_FFFF

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    var value: UInt32 { ~state }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { state = CRC32.table[Int((state ^ UInt32(byte)) & 0xFF)] ^ state >> 8 }
    }

    mutating func add(words: [Int]) {
        for word in words { withUnsafeBytes(of: UInt32(truncatingIfNeeded: word).littleEndian) { add($0) } }
    }
}
