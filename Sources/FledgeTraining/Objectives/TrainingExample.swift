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
