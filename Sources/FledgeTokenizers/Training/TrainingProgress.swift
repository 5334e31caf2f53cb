/// How far a training is.
public struct TrainingProgress: Sendable, Equatable {
    /// What is going on.
    public enum Stage: String, Sendable {
        /// The words of the corpus are counted; units are bytes.
        case counting = "counting words"
        /// Substrings that may become pieces are looked for.
        case seeding = "finding pieces"
        /// Pairs are merged, or pieces pruned; units are pieces.
        case learning = "learning pieces"
    }

    /// What is going on.
    public var stage: Stage
    /// How much of it is done.
    public var completed: Int
    /// How much of it there is, if that is known.
    public var total: Int?

    /// What is called as a training goes on, from the thread that trains.
    public typealias Handler = @Sendable (TrainingProgress) -> Void
}
