public import FledgeTensor

/// What an optimiser does differently for some parameters.
public struct ParameterSettings: Sendable, Hashable, Codable {
    /// The share of a parameter, times the learning rate, that each step takes off it.
    public var weightDecay: Float
    /// What the learning rate is multiplied by.
    public var learningRateFactor: Float

    public init(weightDecay: Float = 0, learningRateFactor: Float = 1) {
        self.weightDecay = weightDecay
        self.learningRateFactor = learningRateFactor
    }
}

/// Which parameters have which settings: the first rule that a parameter matches decides.
public struct ParameterGroups: Sendable, Hashable, Codable {
    /// Settings for the parameters that a pattern matches.
    public struct Rule: Sendable, Hashable, Codable {
        public var pattern: ParameterPattern
        public var settings: ParameterSettings

        public init(_ pattern: ParameterPattern, _ settings: ParameterSettings) {
            self.pattern = pattern
            self.settings = settings
        }
    }

    public var rules: [Rule]
    /// The settings of parameters that no rule matches.
    public var others: ParameterSettings

    public init(rules: [Rule] = [], others: ParameterSettings = ParameterSettings()) {
        self.rules = rules
        self.others = others
    }

    /// Weight decay for all but biases and the weights of norms.
    ///
    /// These are the names that transformers' `Trainer` leaves out, and vectors: it also leaves out layers of the type
    /// `LayerNorm`, whose weights some models call `ln_1.weight`.
    public static func decayingAllButNormsAndBiases(_ weightDecay: Float) -> ParameterGroups {
        let patterns: [ParameterPattern] = [
            .rankAtMost(1), .contains("bias"), .contains("layernorm"), .contains("rmsnorm"), .component("norm"),
            .componentEnding("_norm"),
        ]
        return ParameterGroups(
            rules: patterns.map { Rule($0, ParameterSettings()) }, others: ParameterSettings(weightDecay: weightDecay))
    }

    /// The settings of one parameter.
    public func settings(name: String, shape: Shape) -> ParameterSettings {
        rules.first { $0.pattern.matches(name: name, rank: shape.count) }?.settings ?? others
    }
}

/// A property of a parameter's name or shape. Names are compared in lower case; their components lie between full stops.
public enum ParameterPattern: Sendable, Hashable, Codable {
    /// The text is anywhere in the name.
    case contains(String)
    /// One component is the text.
    case component(String)
    /// One component ends with the text.
    case componentEnding(String)
    /// So many dimensions or fewer.
    case rankAtMost(Int)

    /// Whether a parameter has the property.
    public func matches(name: String, rank: Int) -> Bool {
        switch self {
        case .contains(let text): name.lowercased().contains(text.lowercased())
        case .component(let text):
            name.lowercased().split(separator: ".", omittingEmptySubsequences: false).contains {
                $0 == text.lowercased()
            }
        case .componentEnding(let text):
            name.lowercased().split(separator: ".", omittingEmptySubsequences: false).contains {
                $0.hasSuffix(text.lowercased())
            }
        case .rankAtMost(let limit): rank <= limit
        }
    }
}
