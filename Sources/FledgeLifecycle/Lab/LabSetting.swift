/// How one run of a lab asks and generates: which model, how many demonstrations, which inference parameters.
public struct LabSetting: Sendable, Equatable, Codable {
    /// A name for files, such as `m1-shots2-greedy-max64`.
    public let id: String
    /// The model's number in the plan, from 0.
    public let model: Int
    /// How many demonstrations are asked for.
    public let shots: Int
    /// The inference parameters.
    public let parameters: LabParameters

    init(model: Int, shots: Int, parameters: LabParameters) {
        id = "m\(model + 1)-shots\(shots)-\(parameters.slug)"
        self.model = model
        self.shots = shots
        self.parameters = parameters
    }

    /// The setting for people: `2 shots, temperature 0.7`. The number of new tokens is said where it is not the plan's
    /// first.
    public func label(base: LabParameters) -> String {
        (["\(shots) shot\(shots == 1 ? "" : "s")"] + parameters.words(base: base)).joined(separator: ", ")
    }

    /// The setting in few letters: `2 shots t=0.7`.
    var shortLabel: String {
        var words = ["\(shots) shot\(shots == 1 ? "" : "s")"]
        if !parameters.doSample { words.append("greedy") }
        if parameters.doSample, parameters.temperature != 1 || (parameters.topK == 0 && parameters.topP == 1) {
            words.append("t=\(LabText.short(parameters.temperature))")
        }
        if parameters.topK > 0 { words.append("k=\(parameters.topK)") }
        if parameters.topP < 1 { words.append("p=\(LabText.short(parameters.topP))") }
        return words.joined(separator: " ")
    }
}

/// The inference parameters that a lab changes.
public struct LabParameters: Sendable, Hashable, Codable {
    /// The largest number of tokens to generate.
    public var maxNewTokens: Int
    /// Whether tokens are drawn; otherwise the likeliest is taken.
    public var doSample = false
    /// Divides the logits.
    public var temperature: Float = 1
    /// Among how many likeliest tokens is drawn; 0 for all.
    public var topK = 0
    /// Among the fewest likeliest tokens of this probability is drawn; 1 for all.
    public var topP: Float = 1

    /// Greedy decoding.
    public init(maxNewTokens: Int) { self.maxNewTokens = maxNewTokens }

    /// The parameters as a part of a file's name.
    var slug: String {
        var parts = [doSample ? "sample" : "greedy"]
        if doSample {
            parts += ["t\(temperature)"]
            if topK > 0 { parts.append("k\(topK)") }
            if topP < 1 { parts.append("p\(topP)") }
        }
        return (parts + ["max\(maxNewTokens)"]).joined(separator: "-")
    }

    /// What is not as in other parameters; sampling is said by what it draws with.
    func changes(from base: LabParameters) -> [String] {
        let words = words(base: base)
        return doSample || words == ["greedy"] ? words : words.filter { $0 != "greedy" }
    }

    /// The parameters for people.
    func words(base: LabParameters) -> [String] {
        var words: [String] = []
        if doSample {
            if temperature != 1 || (topK == 0 && topP == 1) {
                words.append("temperature \(LabText.short(temperature))")
            }
            if topK > 0 { words.append("top-k \(topK)") }
            if topP < 1 { words.append("top-p \(LabText.short(topP))") }
        } else {
            words.append("greedy")
        }
        if maxNewTokens != base.maxNewTokens { words.append("\(maxNewTokens) new tokens") }
        return words
    }
}
