/// Reads the `model` object of a byte-pair encoding `tokenizer.json`.
enum BPEReader {
    static func read(_ value: JSONField) throws(TokenizerError) -> BPEModel {
        let vocabulary = try PieceVocabulary.read(value["vocab"])
        var options = BPEModel.Options()
        options.fusesUnknown = try value["fuse_unk"].bool(default: false)
        options.byteFallback = try value["byte_fallback"].bool(default: false)
        options.ignoresMerges = try value["ignore_merges"].bool(default: false)
        options.prefix = try affix(value["continuing_subword_prefix"])
        options.suffix = try affix(value["end_of_word_suffix"])
        if !value["dropout"].isNullOrMissing, value["dropout"].value?.number != 0 {
            throw value.unsupported("option of BPE", "dropout")
        }
        if !value["unk_token"].isNullOrMissing {
            let token = try value["unk_token"].string()
            let id = vocabulary.id(of: token.utf8)
            guard id >= 0 else { throw value["unk_token"].damaged("“\(token)” is not in the vocabulary") }
            options.unknownID = id
        }
        let merges = try readMerges(value["merges"], vocabulary, prefixLength: options.prefix.count)
        return BPEModel(vocabulary: vocabulary, merges: merges, options: options)
    }

    private static func affix(_ field: JSONField) throws(TokenizerError) -> [UInt8] {
        guard !field.isNullOrMissing else { return [] }
        let text = try field.utf8()
        guard text.count <= 64 else { throw field.damaged("it is longer than 64 bytes") }
        return text
    }

    /// Reads an array of merges: strings of two pieces with a space between, or arrays of two pieces.
    private static func readMerges(
        _ field: JSONField, _ vocabulary: PieceVocabulary, prefixLength: Int
    ) throws(TokenizerError) -> MergeTable {
        guard let value = field.value, value.node.kind == .array else {
            throw field.damaged("it should be an array of pairs of pieces")
        }
        let count = Int(value.node.next) - value.index
        var merges = MergeList(vocabulary: vocabulary, prefixLength: prefixLength, capacity: count)
        var problem: String?
        value.document.nodes.withUnsafeBufferPointer { nodes in
            value.document.bytes.withUnsafeBufferPointer { bytes in
                var text = PieceTable(capacity: 2)
                var index = value.index + 1
                while index < Int(value.node.next), problem == nil {
                    let node = nodes[index]
                    text.removeAll()
                    if node.kind == .array, Int(node.next) == index + 3, isString(nodes[index + 1]),
                        isString(nodes[index + 2])
                    {
                        text.append(nodes[index + 1], bytes)
                        text.append(nodes[index + 2], bytes)
                        problem = merges.append(left: text.range(0), right: text.range(1), of: text.bytes)
                    } else if isString(node) {
                        text.append(node, bytes)
                        problem = merges.append(line: text.bytes)
                    } else {
                        problem = "it should be two pieces"
                    }
                    index = Int(node.next)
                }
            }
        }
        if let problem { throw field.damaged("merge \(merges.count): \(problem)") }
        return merges.table
    }

    private static func isString(_ node: JSONNode) -> Bool { node.kind == .string || node.kind == .escapedString }
}

/// The merges of a file, in order.
struct MergeList {
    private(set) var table: MergeTable
    /// How many there are so far, and with it the rank of the next.
    private(set) var count = 0
    private let vocabulary: PieceVocabulary
    /// How many bytes of the right piece are the prefix of pieces within words.
    private let prefixLength: Int
    private var merged: [UInt8] = []

    init(vocabulary: PieceVocabulary, prefixLength: Int = 0, capacity: Int) {
        self.vocabulary = vocabulary
        self.prefixLength = prefixLength
        table = MergeTable(capacity: capacity)
    }

    /// Adds two pieces with a space between; what is wrong with them otherwise.
    mutating func append(line: [UInt8]) -> String? {
        guard let space = line.firstIndex(of: 0x20), !line[(space + 1)...].contains(0x20) else {
            return "“\(String(decoding: line, as: UTF8.self))” should be two pieces with a space between"
        }
        return append(left: 0..<space, right: space + 1..<line.count, of: line)
    }

    /// Adds a pair of pieces; what is wrong with it otherwise.
    mutating func append(left: Range<Int>, right: Range<Int>, of bytes: [UInt8]) -> String? {
        guard right.count >= prefixLength else {
            return "“\(String(decoding: bytes[right], as: UTF8.self))” is shorter than continuing_subword_prefix"
        }
        merged.removeAll(keepingCapacity: true)
        merged.append(contentsOf: bytes[left])
        merged.append(contentsOf: bytes[right.dropFirst(prefixLength)])
        let (leftID, rightID) = bytes.withUnsafeBytes {
            (
                vocabulary.id(of: UnsafeRawBufferPointer(rebasing: $0[left])),
                vocabulary.id(of: UnsafeRawBufferPointer(rebasing: $0[right]))
            )
        }
        let id = merged.withUnsafeBytes { vocabulary.id(of: $0) }
        guard leftID >= 0, rightID >= 0, id >= 0 else {
            let missing = leftID < 0 ? Array(bytes[left]) : rightID < 0 ? Array(bytes[right]) : merged
            return "“\(String(decoding: missing, as: UTF8.self))” is not in the vocabulary"
        }
        table.insert(leftID, rightID, .init(rank: UInt32(truncatingIfNeeded: count), symbol: id))
        count += 1
        return nil
    }
}
