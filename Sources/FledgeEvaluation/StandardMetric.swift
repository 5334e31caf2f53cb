/// The metrics by their names.
public enum StandardMetric: String, Sendable, CaseIterable {
    case rouge, bleu, chrf, squad
    case exactMatch = "exact-match"
    case accuracy, f1, matthews, seqeval, distinct, repetition, length

    /// The metric of a name.
    ///
    /// - Throws: an ``EvaluationError`` that lists the names.
    public init(name: String) throws(EvaluationError) {
        guard let metric = StandardMetric(rawValue: name) else {
            throw .unknownMetric(name, known: StandardMetric.allCases.map(\.rawValue))
        }
        self = metric
    }

    /// Whether it compares tags of tokens, and not texts.
    public var comparesTags: Bool { self == .seqeval }

    /// Whether it looks at references.
    public var needsReferences: Bool {
        switch self {
        case .distinct, .repetition, .length: false
        default: true
        }
    }

    /// The metric with some settings.
    ///
    /// - Throws: an ``EvaluationError`` for settings that make no sense.
    public func metric(_ options: MetricOptions = MetricOptions()) throws(EvaluationError) -> any Metric {
        switch self {
        case .rouge: return Rouge(stems: options.rougeStems, references: options.rougeReferences)
        case .bleu:
            return try BLEU(
                tokenizer: options.bleuTokenizer, smoothing: options.bleuSmoothing, lowercases: options.lowercases,
                usesEffectiveOrder: options.bleuEffectiveOrder)
        case .chrf:
            return try ChrF(
                charOrder: options.chrfCharOrder, wordOrder: options.chrfWordOrder, beta: options.chrfBeta,
                lowercases: options.lowercases, keepsWhitespace: options.chrfWhitespace,
                usesEpsilonSmoothing: options.chrfEpsilonSmoothing)
        case .squad: return SQuAD(version: options.squadVersion)
        case .exactMatch: return ExactMatch()
        case .accuracy: return Accuracy()
        case .f1: return FScores(positiveLabel: options.positiveLabel, zeroDivision: options.zeroDivision)
        case .matthews: return Matthews()
        case .seqeval: return EntityScores(mode: options.entityMode, zeroDivision: options.zeroDivision)
        case .distinct: return try Distinct()
        case .repetition: return try Repetition()
        case .length: return Lengths()
        }
    }
}
