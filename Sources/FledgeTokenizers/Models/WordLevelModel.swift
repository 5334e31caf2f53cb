/// A token for every word of a list; other words are unknown.
final class WordLevelModel: TokenizationModel {
    let vocabulary: PieceVocabulary
    let unknownID: Int

    /// - Parameters:
    ///   - vocabulary: the words.
    ///   - unknownID: the id of all others.
    init(vocabulary: PieceVocabulary, unknownID: Int) {
        self.vocabulary = vocabulary
        self.unknownID = unknownID
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> WordLevelModel {
        let vocabulary = try PieceVocabulary.read(value["vocab"])
        return WordLevelModel(
            vocabulary: vocabulary, unknownID: try vocabulary.unknownID(value["unk_token"], default: "<unk>"))
    }

    var vocabularySize: Int { vocabulary.count }

    func id(of piece: [UInt8]) -> Int? {
        let id = vocabulary.id(of: piece)
        return id < 0 ? nil : Int(id)
    }

    func piece(at id: Int) -> [UInt8]? { vocabulary.piece(at: id) }

    func encode(_ text: PreTokenizedText, into batch: inout TokenBatch) {
        text.text.bytes.withUnsafeBytes { bytes in
            for split in text.splits {
                let known = vocabulary.id(of: UnsafeRawBufferPointer(rebasing: bytes[split.range]))
                let id = split.addedToken ?? (known < 0 ? unknownID : Int(known))
                batch.append(id: id, range: split.range, isByte: split.addedToken == nil)
            }
        }
    }
}
