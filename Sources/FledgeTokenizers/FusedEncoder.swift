/// Normalizer, pre-tokenizer and model in one pass over a text, for when only ids are wanted: the fast way for one
/// combination of stages. What it gives is what the stages give one after the other.
protocol FusedEncoder: Sendable {
    /// Nil if the stages are not those that this can stand in for.
    init?(normalizer: (any Normalizer)?, preTokenizer: (any PreTokenizer)?, model: any TokenizationModel)

    /// Appends the ids of a part of a text in which no added token occurs.
    ///
    /// - Parameters:
    ///   - source: the part.
    ///   - isStart: whether the whole text begins with it.
    ///   - ids: what is appended to.
    func encode(_ source: UnsafeBufferPointer<UInt8>, isStart: Bool, into ids: inout [Int])
}

/// The fused encoders that there are.
enum FusedEncoders {
    private static let all: [any FusedEncoder.Type] = [
        FusedUnigramEncoder.self, FusedByteLevelEncoder.self, FusedSpaceEncoder.self, FusedWordPieceEncoder.self,
    ]

    /// The one that can stand in for these stages, if there is one.
    static func make(
        normalizer: (any Normalizer)?, preTokenizer: (any PreTokenizer)?, model: any TokenizationModel
    ) -> (any FusedEncoder)? {
        for type in all {
            if let encoder = type.init(normalizer: normalizer, preTokenizer: preTokenizer, model: model) {
                return encoder
            }
        }
        return nil
    }
}
