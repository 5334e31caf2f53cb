/// How the labels of tokens become entities.
public enum EntityAggregation: String, Sendable, Codable, CaseIterable {
    /// Every token by itself.
    case none
    /// Neighbouring tokens of one label, by BIO, are one entity.
    case simple
    /// As ``simple``, with whole words: a word has its first token's label.
    case first
    /// As ``simple``, with whole words: a word has the label whose mean probability is the largest.
    case average
    /// As ``simple``, with whole words: a word has the label of its most certain token.
    case max
}
