public import FledgeModels

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// How many tokens a model reads at once, and with which of its halves.
public struct ContextWindow: Sendable, Equatable {
    /// The number of tokens, nil for any number.
    public var length: Int?
    /// Whether it is an encoder's, which reads the prompt alone.
    public var isEncoders: Bool

    /// A window of so many tokens.
    public init(length: Int?, isEncoders: Bool) {
        self.length = length
        self.isEncoders = isEncoders
    }

    /// The window of a loaded model.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - length: a length instead of the one that it was trained with.
    public init(_ model: any GenerativeModel, length: Int? = nil) {
        self.length = [length ?? model.contextLength, model.positionLimit].compactMap { $0 }.min()
        isEncoders = model is any Seq2SeqLanguageModel
    }

    /// The window that a directory's `config.json` speaks of, without its weights being read.
    ///
    /// - Throws: `ModelError` if there is no configuration, or it breaks its family's format.
    public init(directory: URL) throws(ModelError) {
        let (config, data) = try ModelConfig.read(directory: directory)
        let path = directory.appending(path: "config.json").path
        isEncoders = ModelKind(config) == .seq2SeqLM
        switch config.modelType {
        case "t5", "mt5": length = try ModelConfig.decode(T5Config.self, data, path: path).nPositions
        case "bart": length = try ModelConfig.decode(BART.Config.self, data, path: path).maxPositionEmbeddings
        case "gpt2": length = try ModelConfig.decode(GPT2.Config.self, data, path: path).nPositions
        case "bloom": length = try ModelConfig.decode(BLOOM.Config.self, data, path: path).seqLength
        case "llama": length = try ModelConfig.decode(LLaMAConfig.self, data, path: path).contextLength
        default: length = nil
        }
    }
}
