public import FledgeGeneration

/// What a model wrote for one example: a line of a run's file.
public struct RunRecord: Codable, Sendable, Equatable {
    /// What was left out of the prompt, or could not be had.
    public struct Note: Codable, Sendable, Equatable {
        /// The kind of note, for machines.
        public var kind: String
        /// The note in words.
        public var text: String

        /// A prompt's note.
        public init(_ note: PromptNote) { (kind, text) = (note.kind, note.description) }

        /// A note of another kind.
        public init(kind: String, text: String) { (self.kind, self.text) = (kind, text) }
    }

    /// The example's number in the data set, from 0.
    public var index: Int
    /// SHA-256 of the prompt's text.
    public var promptHash: String
    /// The prompt's text, where the run keeps it.
    public var prompt: String?
    /// How many tokens the model read, special tokens included.
    public var promptTokens: Int
    /// How many demonstrations the prompt holds.
    public var shots: Int
    /// What is not as it was asked for.
    public var notes: [Note]
    /// What the model wrote, without white space around it.
    public var prediction: String
    /// What would have been right; several where there are several right answers.
    public var references: [String]
    /// How many tokens the model wrote, the end token included; for perplexity how many were scored.
    public var newTokens: Int
    /// Why it ended; nil where nothing is generated.
    public var finishReason: FinishReason?
    /// The example's part of its batch's time; all examples' together are the time of the generation.
    public var seconds: Double
    /// For perplexity the sum of the scored tokens' natural log-probabilities.
    public var logProbability: Double?
    /// For perplexity how many bytes of UTF-8 the scored tokens stand for.
    public var bytes: Int?

    /// A record of an example whose model wrote a text, a class or tags.
    public init(
        index: Int, promptHash: String, prompt: String? = nil, promptTokens: Int, shots: Int = 0, notes: [Note] = [],
        prediction: String, references: [String], newTokens: Int = 0, finishReason: FinishReason? = nil,
        seconds: Double
    ) {
        self.index = index
        self.promptHash = promptHash
        self.prompt = prompt
        self.promptTokens = promptTokens
        self.shots = shots
        self.notes = notes
        self.prediction = prediction
        self.references = references
        self.newTokens = newTokens
        self.finishReason = finishReason
        self.seconds = seconds
    }
}
