/// What one setting wrote.
public struct LabRun: Sendable {
    /// The setting's id.
    public var setting: String
    /// A text for each example, in their order.
    public var outputs: [LabOutput]
    /// How long generating took.
    public var seconds: Double
    /// New tokens in a second.
    public var tokensPerSecond: Double

    /// - Parameters:
    ///   - setting: the setting's id.
    ///   - outputs: a text for each example.
    ///   - seconds: how long generating took.
    ///   - tokensPerSecond: new tokens in a second; nil to reckon it of the outputs.
    public init(setting: String, outputs: [LabOutput], seconds: Double, tokensPerSecond: Double? = nil) {
        self.setting = setting
        self.outputs = outputs
        self.seconds = seconds
        let tokens = outputs.reduce(0) { $0 + $1.newTokens }
        self.tokensPerSecond = tokensPerSecond ?? (seconds > 0 ? Double(tokens) / seconds : 0)
    }
}

/// A text that a model wrote, and what became of its prompt.
public struct LabOutput: Sendable, Equatable {
    /// The text.
    public var text: String
    /// How many tokens it has.
    public var newTokens: Int
    /// How many tokens the prompt had.
    public var promptTokens: Int
    /// How many demonstrations the prompt held.
    public var demonstrations: Int
    /// How many demonstrations were left out because they did not fit.
    public var droppedDemonstrations: Int
    /// Whether the input was cut because it did not fit.
    public var isTruncated: Bool
    /// Whether it ended because it reached the largest number of new tokens.
    public var isCut: Bool

    /// Creates an output.
    public init(
        text: String, newTokens: Int = 0, promptTokens: Int = 0, demonstrations: Int = 0,
        droppedDemonstrations: Int = 0, isTruncated: Bool = false, isCut: Bool = false
    ) {
        self.text = text
        self.newTokens = newTokens
        self.promptTokens = promptTokens
        self.demonstrations = demonstrations
        self.droppedDemonstrations = droppedDemonstrations
        self.isTruncated = isTruncated
        self.isCut = isCut
    }
}

/// What models are asked about, and what humans wrote.
public struct LabExample: Sendable, Equatable {
    /// The input as the prompt shows it.
    public var input: String
    /// What humans wrote; at least one.
    public var references: [String]

    /// Creates an example.
    public init(input: String, references: [String]) {
        self.input = input
        self.references = references
    }
}
