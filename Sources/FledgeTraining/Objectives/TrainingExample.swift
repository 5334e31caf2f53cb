/// Token ids and what a model should make of them.
public struct TrainingExample: Sendable, Equatable, Codable {
    /// The ids that the model reads; an encoder–decoder's encoder.
    public var inputIDs: [Int]
    /// The segment of each id for models that tell two texts apart; nil if all are of the first.
    public var segmentIDs: [Int]?
    /// What the model should answer.
    public var labels: Labels

    /// Creates an example.
    public init(inputIDs: [Int], segmentIDs: [Int]? = nil, labels: Labels) {
        self.inputIDs = inputIDs
        self.segmentIDs = segmentIDs
        self.labels = labels
    }

    /// How many tokens the model works on: those that it reads, and those that a decoder must write.
    public var tokenCount: Int {
        if case .target(let ids) = labels { return inputIDs.count + ids.count }
        return inputIDs.count
    }
}

/// What a model should answer to an example.
public enum Labels: Sendable, Equatable, Codable {
    /// An id for each id of the input, ``ignored`` where nothing is asked. They are not shifted: the label of a place is
    /// what belongs at that place, and a causal model compares it with the logits of the place before.
    case tokens([Int])
    /// The ids that a decoder must write, ``ignored`` where nothing is asked.
    case target([Int])
    /// One of several classes.
    case category(Int)
    /// A number for each output: 0 or 1 where several classes may hold at once, any number for a regression.
    case categories([Float])
    /// The first and the last token of an answer; both are the place that stands for “no answer” if there is none.
    case span(start: Int, end: Int)

    /// The label of places that do not count for the loss.
    public static let ignored = -100
}
