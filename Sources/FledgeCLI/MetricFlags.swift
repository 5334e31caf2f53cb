public import ArgumentParser
public import Fledge

/// Which metrics, and what concerns single ones of them. The names are those of the programs whose scores they give.
struct MetricFlags: ParsableArguments {
    @Option(
        name: .customLong("metric"),
        help: ArgumentHelp("What to compute; may be given several times.", valueName: "name"))
    var names: [String] = []

    @Flag(help: "rouge: compare words as they are and not their stems.")
    var noStemmer = false

    @Option(
        help: ArgumentHelp(
            "rouge: of several references the best one, or their mean (default: best).", valueName: "which"))
    var rougeReferences: Rouge.References?

    @Option(help: ArgumentHelp("bleu: how texts are cut into words (default: 13a).", valueName: "name"))
    var tokenize: BLEUTokenizer?

    @Option(
        help: ArgumentHelp(
            "bleu: what counts for n-grams none of which match (default: exp).", valueName: "method"))
    var smoothMethod: SmoothMethod?

    @Option(help: ArgumentHelp("bleu: the number of floor (default: 0.1) or add-k (default: 1).", valueName: "number"))
    var smoothValue: Double?

    @Flag(help: "bleu: n-grams longer than the text do not count.")
    var effectiveOrder = false

    @Flag(help: "bleu, chrf: upper and lower case are the same.")
    var lowercase = false

    @Option(help: ArgumentHelp("chrf: the largest n of characters (default: 6).", valueName: "n"))
    var chrfCharOrder: Int?

    @Option(help: ArgumentHelp("chrf: the largest n of words; 2 is chrF++ (default: 0).", valueName: "n"))
    var chrfWordOrder: Int?

    @Option(help: ArgumentHelp("chrf: how much more recall counts than precision (default: 2).", valueName: "factor"))
    var chrfBeta: Int?

    @Flag(help: "chrf: white space counts as characters.")
    var chrfWhitespace = false

    @Flag(help: "chrf: orders that a text is too short for count as almost 0.")
    var chrfEpsSmoothing = false

    @Option(help: ArgumentHelp("squad: 1, or 2 where questions may have no answer (default: 1).", valueName: "1|2"))
    var squadVersion: Int?

    @Option(help: ArgumentHelp("f1: the class whose score comes first.", valueName: "label"))
    var positiveLabel: String?

    @Option(help: ArgumentHelp("f1, seqeval: what a share of nothing is (default: 0).", valueName: "0|1"))
    var zeroDivision: Int?

    @Flag(help: "seqeval: only what the scheme asks for is an entity.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "seqeval: the scheme of --strict (default: found out).", valueName: "name"))
    var scheme: TaggingScheme?

    enum SmoothMethod: String, CaseIterable, ExpressibleByArgument {
        case exp, floor
        case addK = "add-k"
        case none
    }

    /// Says what is wrong with the flags.
    ///
    /// - Parameter usual: the metrics where none is named.
    /// - Throws: `ValidationError`.
    func check(usual: [StandardMetric]) throws {
        let names = names.isEmpty ? usual.map(\.rawValue) : names
        if names.isEmpty {
            throw ValidationError(
                "there is no metric; give --metric with one of "
                    + StandardMetric.allCases.map(\.rawValue).joined(separator: ", "))
        }
        for (isGiven, flag, metrics) in owners where isGiven && !metrics.contains(where: names.contains) {
            throw ValidationError("--\(flag) is for \(metrics.joined(separator: " and ")); leave it out")
        }
        if scheme != nil && !strict { throw ValidationError("--scheme goes with --strict; add it") }
        if smoothValue != nil && smoothMethod != .floor && smoothMethod != .addK {
            throw ValidationError("--smooth-value goes with --smooth-method floor or add-k")
        }
        for (flag, value, allowed) in [("squad-version", squadVersion, 1...2), ("zero-division", zeroDivision, 0...1)] {
            if let value, !allowed.contains(value) {
                throw ValidationError("--\(flag) is \(value); it is \(allowed.lowerBound) or \(allowed.upperBound)")
            }
        }
    }

    /// Whether each flag is given, and which metrics it is for.
    private var owners: [(isGiven: Bool, flag: String, metrics: [String])] {
        [
            (noStemmer, "no-stemmer", ["rouge"]), (rougeReferences != nil, "rouge-references", ["rouge"]),
            (tokenize != nil, "tokenize", ["bleu"]), (smoothMethod != nil, "smooth-method", ["bleu"]),
            (smoothValue != nil, "smooth-value", ["bleu"]), (effectiveOrder, "effective-order", ["bleu"]),
            (lowercase, "lowercase", ["bleu", "chrf"]), (chrfCharOrder != nil, "chrf-char-order", ["chrf"]),
            (chrfWordOrder != nil, "chrf-word-order", ["chrf"]), (chrfBeta != nil, "chrf-beta", ["chrf"]),
            (chrfWhitespace, "chrf-whitespace", ["chrf"]), (chrfEpsSmoothing, "chrf-eps-smoothing", ["chrf"]),
            (squadVersion != nil, "squad-version", ["squad"]), (positiveLabel != nil, "positive-label", ["f1"]),
            (zeroDivision != nil, "zero-division", ["f1", "seqeval"]), (strict, "strict", ["seqeval"]),
            (scheme != nil, "scheme", ["seqeval"]),
        ]
    }

    /// The metrics that are asked for.
    func choices() throws(EvaluationError) -> [StandardMetric] {
        var choices: [StandardMetric] = []
        for name in names {
            let choice = try StandardMetric(name: name)
            if !choices.contains(choice) { choices.append(choice) }
        }
        return choices
    }

    /// The flags with the usual metrics where none is named.
    func filled(with usual: [StandardMetric]) -> MetricFlags {
        guard names.isEmpty else { return self }
        var copy = self
        copy.names = usual.map(\.rawValue)
        return copy
    }

    /// The first flag that was given, for commands that may have no use for any.
    var firstGiven: String? {
        names.isEmpty ? owners.first(where: \.isGiven).map { "--" + $0.flag } : "--metric"
    }

    /// The metrics that are asked for, with their settings.
    func metrics() throws(EvaluationError) -> [any Metric] {
        var options = MetricOptions()
        options.rougeStems = !noStemmer
        options.rougeReferences = rougeReferences ?? .best
        options.bleuTokenizer = tokenize ?? .v13a
        options.bleuSmoothing =
            switch smoothMethod ?? .exp {
            case .exp: .exponential
            case .floor: .floor(smoothValue ?? 0.1)
            case .addK: .addK(smoothValue ?? 1)
            case .none: .none
            }
        options.bleuEffectiveOrder = effectiveOrder
        options.lowercases = lowercase
        options.chrfCharOrder = chrfCharOrder ?? options.chrfCharOrder
        options.chrfWordOrder = chrfWordOrder ?? options.chrfWordOrder
        options.chrfBeta = chrfBeta ?? options.chrfBeta
        options.chrfWhitespace = chrfWhitespace
        options.chrfEpsilonSmoothing = chrfEpsSmoothing
        options.squadVersion = squadVersion.flatMap(SQuAD.Version.init) ?? .v1
        options.positiveLabel = positiveLabel
        options.zeroDivision = zeroDivision.flatMap(ZeroDivision.init) ?? .zero
        options.entityMode = strict ? .strict(scheme) : .lenient
        var metrics: [any Metric] = []
        for choice in try choices() { metrics.append(try choice.metric(options)) }
        return metrics
    }
}

extension Rouge.References: ExpressibleByArgument {}
extension BLEUTokenizer: ExpressibleByArgument {}
extension TaggingScheme: ExpressibleByArgument {}
