/// What a lab found: everything that its table, its page and `lab.json` show.
public struct LabReport: Sendable, Equatable, Codable {
    /// A number with its interval.
    public struct Score: Sendable, Equatable, Codable {
        /// What it is called, such as `rougeL`.
        public let name: String
        /// The mean over the examples, 0…1.
        public let score: Double
        /// The interval's lower end.
        public let lower: Double
        /// The interval's upper end.
        public let upper: Double
    }

    /// What one setting did.
    public struct Setting: Sendable, Equatable, Codable {
        /// Its id.
        public let id: String
        /// What people call it.
        public let label: String
        /// The model, as the user named it.
        public let model: String
        /// How many demonstrations were asked for.
        public let shots: Int
        /// The inference parameters.
        public let parameters: LabParameters
        /// ROUGE-1, -2, -L and -Lsum.
        public let scores: [Score]
        /// Words a text.
        public let meanWords: Double
        /// New tokens a text, the end token included.
        public let meanTokens: Double
        /// The share of a text's n-grams that it has had before, for n = 4.
        public let repetition: Double
        /// Tokens a prompt.
        public let meanPromptTokens: Double
        /// Demonstrations that prompts held.
        public let meanDemonstrations: Double
        /// The share of prompts whose demonstrations did not all fit.
        public let shareWithDroppedDemonstrations: Double
        /// The share of prompts whose input was cut.
        public let shareTruncated: Double
        /// The share of texts that ended because they reached the largest number of new tokens.
        public let shareCut: Double
        /// Seconds of generating.
        public let seconds: Double
        /// New tokens in a second.
        public let tokensPerSecond: Double

        /// The score of a name.
        public func score(_ name: String) -> Score? { scores.first { $0.name == name } }
    }

    /// What needs no model, or is no model.
    public struct Baseline: Sendable, Equatable, Codable {
        /// `lead_3`, or `human` where there are several references.
        public let name: String
        /// What it is, for people.
        public let label: String
        /// ROUGE-1, -2, -L and -Lsum.
        public let scores: [Score]
        /// Words a text.
        public let meanWords: Double

        /// The score of a name.
        public func score(_ name: String) -> Score? { scores.first { $0.name == name } }
    }

    /// What humans wrote.
    public struct References: Sendable, Equatable, Codable {
        /// How many there are an example, at least.
        public let perExample: Int
        /// Words of the first one.
        public let meanWords: Double
        /// Tokens of the first one by each model's tokenizer, in the models' order; empty where they were not counted.
        public let meanTokens: [Double]
        /// Repetition as of ``Setting/repetition``.
        public let repetition: Double
    }

    /// What a setting wrote for an example that is shown.
    public struct Shown: Sendable, Equatable, Codable {
        /// The example's number, from 0.
        public let index: Int
        /// What the models were asked about.
        public let input: String
        /// What humans wrote.
        public let references: [String]
        /// What the baseline would say.
        public let lead: String
        /// A text for each setting, in their order.
        public let outputs: [String]
    }

    /// A model, and how much it reads at once.
    public struct Model: Sendable, Equatable, Codable {
        /// Which model it is.
        public var model: RunModel
        /// How many tokens its context holds; nil for any number.
        public var contextLength: Int?
        /// Whether the context is an encoder's, which holds the prompt alone; otherwise it holds what is generated too.
        public var contextHoldsPromptAlone: Bool
    }

    /// What the lab was made of.
    public struct Sources: Sendable, Equatable, Codable {
        /// The version of Fledge.
        public var version = FledgeVersion.current
        /// The models, in the plan's order.
        public var models: [Model] = []
        /// The data.
        public var data: RunSource?
        /// Where demonstrations came from; nil for the data themselves.
        public var shotData: RunSource?
        /// SHA-256 of the template's text.
        public var templateHash = ""

        /// Sources that are not known yet.
        public init() {}
    }

    /// The plan.
    public let plan: LabPlan
    /// What it was made of.
    public let sources: Sources
    /// How many examples there are.
    public let examples: Int
    /// The settings, in the plan's order.
    public let settings: [Setting]
    /// LEAD-3 first.
    public let baselines: [Baseline]
    /// The human summaries.
    public let references: References
    /// The paired tests.
    public let comparisons: [LabComparison]
    /// Half the width of the middle of the comparisons' intervals: a difference that is much smaller would not have
    /// shown.
    public let resolution: Double
    /// How sure verdicts are.
    public let confidence: Double
    /// What can be said, in words.
    public let verdicts: [LabVerdict]
    /// Examples beside what was written about them.
    public let shown: [Shown]
}
