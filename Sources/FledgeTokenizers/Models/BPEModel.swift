/// Byte-pair encoding as Hugging Face `tokenizers` does it: a word becomes its characters, and of neighbouring symbols
/// the pair that comes first in the list of merges is merged, until none is in the list.
final class BPEModel: TokenizationModel {
    /// What a file says about characters that are not in the vocabulary, and about the ends of words.
    struct Options: Sendable {
        /// The id of what the vocabulary cannot spell; without it such characters disappear.
        var unknownID: Int32?
        /// Whether neighbouring unknown characters become one token.
        var fusesUnknown = false
        /// Whether unknown characters become byte tokens.
        var byteFallback = false
        /// Whether a word that is in the vocabulary is taken as it is.
        var ignoresMerges = false
        /// What the vocabulary puts before symbols that do not begin a word.
        var prefix: [UInt8] = []
        /// What the vocabulary puts after symbols that end a word.
        var suffix: [UInt8] = []
    }

    let vocabulary: PieceVocabulary
    let merges: MergeTable
    let options: Options
    /// The ids of `<0x00>` … `<0xFF>`, −1 where missing.
    let byteIDs: [Int32]
    /// The ids of the characters below U+0144 that stand alone, −1 where missing.
    private let characterIDs: [Int32]
    /// For each byte the id of the character that stands for it in a byte-level vocabulary, if all have one.
    let byteLevelIDs: [Int32]?
    private let workspaces = ResourcePool(limit: 64) { BPEWorkspace() }

    init(vocabulary: PieceVocabulary, merges: MergeTable, options: Options) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.options = options
        byteIDs = (0..<256).map { vocabulary.id(of: ByteToken.name(UInt8($0)).utf8) }
        characterIDs = (0..<UInt32(0x144)).map { scalar in
            vocabulary.id(of: Unicode.Scalar(scalar).map { Array(String($0).utf8) } ?? [])
        }
        let ids = ByteLevelAlphabet.utf8.map { vocabulary.id(of: $0) }
        let isPlain = options.prefix.isEmpty && options.suffix.isEmpty
        byteLevelIDs = isPlain && !ids.contains(where: { $0 < 0 }) ? ids : nil
    }

    var vocabularySize: Int { vocabulary.count }

    var continuingPrefix: [UInt8] { options.prefix }

    func id(of piece: [UInt8]) -> Int? {
        let id = vocabulary.id(of: piece)
        return id < 0 ? nil : Int(id)
    }

    func piece(at id: Int) -> [UInt8]? { vocabulary.piece(at: id) }

    /// Lends the memory that encoding needs.
    func withWorkspace<Result>(_ body: (BPEWorkspace) -> Result) -> Result { workspaces.withResource(body) }

    /// The id of the character that a word's bytes are, or −1.
    @inline(__always)
    func characterID(_ character: UnsafeRawBufferPointer) -> Int32 {
        let first = character[0]
        if character.count == 1 { return characterIDs[Int(first)] }
        if character.count == 2, first < 0xC5 { return characterIDs[Int(first & 0x1F) << 6 | Int(character[1] & 0x3F)] }
        return vocabulary.id(of: character)
    }

    func encode(_ text: PreTokenizedText, into batch: inout TokenBatch) {
        withWorkspace { workspace in
            text.text.bytes.withUnsafeBytes { bytes in
                for split in text.splits {
                    if let token = split.addedToken {
                        batch.append(id: token, range: split.range, isByte: false)
                    } else {
                        let start = split.range.lowerBound
                        let word = UnsafeRawBufferPointer(rebasing: bytes[split.range])
                        workspace.encode(word, with: self) { token in
                            batch.append(
                                id: Int(token.id), range: start + token.start..<start + token.end, isByte: true)
                        }
                    }
                }
            }
        }
    }
}
