public import FledgeGeneration
import FledgeTokenizers

/// A loaded model of a lab.
public struct LabModel: Sendable {
    /// The model and its tokenizer.
    public var generator: TextGenerator
    /// Which model it is.
    public var model: RunModel

    /// - Parameters:
    ///   - generator: the model and its tokenizer.
    ///   - model: which model it is.
    public init(generator: TextGenerator, model: RunModel) {
        self.generator = generator
        self.model = model
    }

    /// The mean number of tokens of texts, without special ones.
    func meanTokens(of texts: [String]) throws -> Double {
        let tokenizer = try generator.requireTokenizer()
        let counts = texts.map { tokenizer.encode(text: $0, addSpecialTokens: false).count }
        return Double(counts.reduce(0, +)) / Double(max(counts.count, 1))
    }

    /// How much the model reads at once.
    var report: LabReport.Model {
        let window = ContextWindow(generator.model)
        return LabReport.Model(
            model: model, contextLength: window.length, contextHoldsPromptAlone: window.isEncoders)
    }
}
