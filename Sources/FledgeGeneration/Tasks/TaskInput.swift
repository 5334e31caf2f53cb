import FledgeModels
import FledgeTokenizers

extension TokenSequence {
    /// A sequence from a tokenizer; segments only for a model that tells them apart.
    init(_ encoding: Encoding, for model: some Transformer) {
        self.init(encoding.ids, typeIDs: model.typeCount > 1 ? encoding.typeIDs : [])
    }
}

extension Transformer {
    /// How many tokens of a text the model can take, by its own measure and its tokenizer's; nil for any number.
    func textLimit(_ tokenizer: any Tokenizer) -> Int? {
        [positionLimit ?? contextLength, tokenizer.configuration.modelMaxLength].compactMap { $0 }.filter { $0 > 0 }
            .min()
    }

    /// The encodings of texts, cut to what the model can take.
    ///
    /// - Throws: ``TokenizerError``, and ``TaskError/emptyText(index:)``.
    func encodings(
        of texts: [(text: String, pair: String?)], tokenizer: any Tokenizer, limit: Int? = nil
    ) throws -> [Encoding] {
        let limit = [limit, textLimit(tokenizer)].compactMap { $0 }.min() ?? Int(Int32.max)
        let encodings = try tokenizer.encodingBatch(of: texts, truncation: TruncationOptions(maxLength: limit))
        if let index = encodings.firstIndex(where: { $0.count == 0 }) { throw TaskError.emptyText(index: index) }
        return encodings
    }
}

/// Checks of options, with an error that names them.
enum TaskOption {
    /// - Throws: ``TaskError/badOption(name:value:allowed:)``.
    static func atLeastOne(_ name: String, _ value: Int?) throws(TaskError) {
        guard let value, value < 1 else { return }
        throw .badOption(name: name, value: String(value), allowed: "at least 1")
    }
}
