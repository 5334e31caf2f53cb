public import FledgeGeneration

/// How a model generates, as a run's file has it: the fields of `generation_config.json`.
public struct GenerationSettings: Codable, Sendable, Equatable {
    public let maxNewTokens: Int
    public let minNewTokens: Int
    public let doSample: Bool
    /// Nil without sampling, as are the next three.
    public let temperature: Float?
    public let topK: Int?
    public let topP: Float?
    public let seed: UInt64?
    public let repetitionPenalty: Float
    public let noRepeatNgramSize: Int
    public let forcedBosTokenId: Int?
    public let forcedEosTokenIds: [Int]
    public let eosTokenIds: [Int]
    public let decoderStartTokenId: Int?
    public let contextLength: Int?
    public let stopSequences: [String]

    /// The settings of a configuration. What has no effect is left out.
    public init(_ config: GenerationConfig) {
        maxNewTokens = config.maxNewTokens
        minNewTokens = config.minNewTokens
        doSample = config.doSample
        temperature = config.doSample ? config.temperature : nil
        topK = config.doSample ? config.topK : nil
        topP = config.doSample ? config.topP : nil
        seed = config.doSample ? config.seed : nil
        repetitionPenalty = config.repetitionPenalty
        noRepeatNgramSize = config.noRepeatNgramSize
        forcedBosTokenId = config.forcedBosTokenId
        forcedEosTokenIds = config.forcedEosTokenIds
        eosTokenIds = config.eosTokenIds
        decoderStartTokenId = config.decoderStartTokenId
        contextLength = config.contextLength
        stopSequences = config.stopSequences
    }
}
