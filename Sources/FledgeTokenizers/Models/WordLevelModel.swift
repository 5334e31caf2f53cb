/// A token for every word of a list; other words are unknown.
final class WordLevelModel: TokenizationModel {
    let vocabulary: IndexedVocabulary
    let unknownID: Int

    /// - Parameters:
    ///   - vocabulary: the words.
    ///   - unknownID: the id of all others.
    init(vocabulary: IndexedVocabulary, unknownID: Int) {
        self.vocabulary = vocabulary
        self.unknownID = unknownID
    }

    static func read(_ value: JSONField) throws(TokenizerError) -> WordLevelModel {
        let vocabulary = try IndexedVocabulary.read(value["vocab"])
        return WordLevelModel(
            vocabulary: vocabulary, unknownID: try vocabulary.unknownID(value["unk_token"], default: "<unk>"))
    }

    var vocabularySize: Int { vocabulary.count }

    func id(of piece: [UInt8]) -> Int? { vocabulary.id(of: piece) }

    func piece(at id: Int) -> [UInt8]? { vocabulary.piece(at: id) }

    func encode(_ text: PreTokenizedText, into batch: inout TokenBatch) {
        for split in text.splits {
            let id = split.addedToken ?? vocabulary.id(of: text.text.bytes[split.range]) ?? unknownID
            batch.append(id: id, range: split.range, isByte: split.addedToken == nil)
        }
    }
}
