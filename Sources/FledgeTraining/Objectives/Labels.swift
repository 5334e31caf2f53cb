import FledgeModels

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
    public static let ignored = ignoredLabel
}
