/// What a lab is to try.
public struct LabOptions: Sendable, Equatable, Codable {
    /// The models, as the user names them.
    public var models: [String]
    /// The data that the models are asked about.
    public var data: String
    /// Where demonstrations come from; nil for the same data.
    public var shotData: String?
    /// The prompt template.
    public var template = "summarize-dialogue"
    /// The field with what is asked about; nil for the template's own.
    public var inputField: String?
    /// The fields with what humans wrote, texts or lists of texts; empty for the template's target. Demonstrations show
    /// the first one.
    public var referenceFields: [String] = []
    /// How many records are asked about, from the first; nil for all.
    public var limit: Int? = 100
    /// Numbers of demonstrations.
    public var shots = [0, 1, 2, 4]
    /// Largest numbers of new tokens; the first one goes with everything else.
    public var maxNewTokens = [64]
    /// Temperatures to draw with.
    public var temperatures: [Float] = []
    /// Numbers of likeliest tokens to draw among.
    public var topK: [Int] = []
    /// Probabilities of the tokens to draw among.
    public var topP: [Float] = []
    /// With how many demonstrations parameters are tried; nil for the first of ``shots``.
    public var parameterShots: Int?
    /// Whether everything is tried with everything.
    public var isFull = false
    /// What demonstrations, sampling and the choice of shown examples depend on.
    public var seed: UInt64 = 0

    /// A lab with the usual settings.
    ///
    /// - Parameters:
    ///   - models: the models.
    ///   - data: what they are asked about.
    public init(models: [String], data: String) {
        self.models = models
        self.data = data
    }

    /// The parameters that the number of demonstrations is varied at: greedy decoding.
    public var base: LabParameters { LabParameters(maxNewTokens: maxNewTokens.first ?? 64) }

    /// - Throws: ``LabError/badOption(name:problem:remedy:)``.
    func check() throws(LabError) {
        if models.isEmpty { throw .badOption(name: "models", problem: "there is none", remedy: "Give at least one.") }
        try check("models", models) { _ in nil }
        try check("shots", shots) { 0...1000 ~= $0 ? nil : "from 0 to 1000" }
        try check("max-new-tokens", maxNewTokens) { 1...100_000 ~= $0 ? nil : "from 1 to 100000" }
        try check("temperature", temperatures) { $0 > 0 && $0 <= 100 ? nil : "above 0 and at most 100" }
        try check("top-k", topK) { 1...1_000_000 ~= $0 ? nil : "from 1 to 1000000" }
        try check("top-p", topP) { $0 > 0 && $0 < 1 ? nil : "above 0 and below 1" }
        if shots.isEmpty { throw .badOption(name: "shots", problem: "there is none", remedy: "Give 0 for no shots.") }
        if maxNewTokens.isEmpty {
            throw .badOption(name: "max-new-tokens", problem: "there is none", remedy: "Give at least one.")
        }
        if let limit, limit < 2 {
            throw .badOption(name: "limit", problem: "it is \(limit)", remedy: "Scores need at least 2 examples.")
        }
        if let parameterShots, !shots.contains(parameterShots) {
            throw .badOption(
                name: "parameter-shots", problem: "\(parameterShots) is not among the shots",
                remedy: "Give one of \(shots.map(String.init).joined(separator: ", ")).")
        }
    }

    private func check<Value: Hashable>(
        _ name: String, _ values: [Value], range: (Value) -> String?
    ) throws(LabError) {
        for value in values {
            if let wanted = range(value) {
                throw .badOption(name: name, problem: "\(value) is not possible", remedy: "Give numbers \(wanted).")
            }
        }
        if Set(values).count < values.count {
            throw .badOption(name: name, problem: "a value is given twice", remedy: "Give each once.")
        }
    }
}
