/// Why a metric cannot be computed.
public enum EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is nothing to compare.
    case noExamples
    /// An example has nothing to compare with.
    case noReference(example: Int)
    /// An example has more references than the metric has a use for.
    case severalReferences(example: Int, metric: String)
    /// A sentence has another number of tags than its reference.
    case tagCount(example: Int, predicted: Int, reference: Int)
    /// A tag does not belong to the scheme.
    case badTag(example: Int, tag: String, problem: String)
    /// A text is so long that its common subsequence would not fit in memory.
    case tooLong(example: Int)
    /// Two systems were not asked the same.
    case systemsDiffer(example: Int)
    /// Two systems have different numbers of examples.
    case systemCounts(first: Int, second: Int)
    /// An option makes no sense.
    case badOption(name: String, problem: String, remedy: String)
    /// There is no metric of that name.
    case unknownMetric(String, known: [String])

    /// The example that is wrong, counted from 0.
    public var example: Int? {
        switch self {
        case .noReference(let example), .severalReferences(let example, _), .tagCount(let example, _, _),
            .badTag(let example, _, _), .tooLong(let example), .systemsDiffer(let example):
            example
        default: nil
        }
    }

    /// What is wrong, without the place of the example.
    public var problem: String {
        switch self {
        case .noExamples: "there are no examples; give at least one"
        case .noReference: "there is no reference; every example needs one"
        case .severalReferences(_, let metric):
            "there are several references, and \(metric) compares with one; leave one"
        case .tagCount(_, let predicted, let reference):
            "there are \(predicted) predicted tags and \(reference) right ones; give one for each token"
        case .badTag(_, let tag, let problem): "the tag “\(tag)” \(problem)"
        case .tooLong:
            "the texts are too long for a longest common subsequence; split them into lines or leave them out"
        case .systemsDiffer: "the references of the two systems differ; compare answers to the same questions"
        case .systemCounts(let first, let second):
            "one system has \(first) examples and the other \(second); compare answers to the same questions"
        case .badOption(let name, let problem, let remedy): "\(name): \(problem). \(remedy)"
        case .unknownMetric(let name, let known):
            "there is no metric “\(name)”; the metrics are \(known.joined(separator: ", "))"
        }
    }

    public var description: String {
        example.map { "example \($0 + 1): \(problem)" } ?? problem
    }
}
