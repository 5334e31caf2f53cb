/// What was left out of a prompt, or could not be had.
public enum PromptNote: Sendable, Equatable, CustomStringConvertible {
    /// Demonstrations that did not fit; the first ones went.
    case droppedDemonstrations(dropped: Int, of: Int)
    /// The data set has fewer records that can be demonstrations than were asked for.
    case fewerDemonstrations(found: Int, wanted: Int)
    /// The query's field was cut to so many of its tokens.
    case truncatedField(name: String, keptTokens: Int, ofTokens: Int)

    /// The kind of note, for machines to read.
    public var kind: String {
        switch self {
        case .droppedDemonstrations: "dropped_demonstrations"
        case .fewerDemonstrations: "fewer_demonstrations"
        case .truncatedField: "truncated_field"
        }
    }

    public var description: String {
        switch self {
        case .droppedDemonstrations(let dropped, let count):
            "\(dropped) of \(count) demonstrations did not fit and were left out"
        case .fewerDemonstrations(let found, let wanted):
            "\(wanted) demonstrations were asked for, and the data have \(found) that can be used"
        case .truncatedField(let name, let kept, let count):
            "“\(name)” was cut to \(kept) of its \(count) tokens"
        }
    }
}
