import FledgeModels
import FledgeTensor

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// How to generate: the fields of a checkpoint's `generation_config.json`, in camelCase.
public struct GenerationConfig: Sendable, Equatable {
    /// The largest number of tokens to generate.
    public var maxNewTokens = 128
    /// The end token is not allowed before this many tokens.
    public var minNewTokens = 0
    /// Draws tokens from the distribution; otherwise the likeliest is taken (greedy).
    public var doSample = false
    /// Divides the logits before sampling: below 1 sharpens, above 1 flattens.
    public var temperature: Float = 1
    /// Samples among this many likeliest tokens; 0 for all.
    public var topK = 50
    /// Samples among the fewest likeliest tokens whose probabilities sum to this, one at the least; 1 for all.
    public var topP: Float = 1
    /// Above 1: tokens already generated become less likely (Keskar et al. 2019); 1 for none.
    public var repetitionPenalty: Float = 1
    /// No sequence of so many tokens appears twice; 0 for no such rule.
    public var noRepeatNgramSize = 0
    /// The first token generated, whatever its score.
    public var forcedBosTokenId: Int?
    /// One of these is the token that reaches ``maxNewTokens``, whatever its score.
    public var forcedEosTokenIds: [Int] = []
    /// Continuations of each prompt, which is read once for all of them.
    public var numReturnSequences = 1
    /// Prompt tokens that are read in one pass at most.
    public var prefillChunk = defaultPrefillChunk
    /// Ends a sequence. The model's own, as a rule.
    public var eosTokenIds: [Int] = []
    /// Decoding begins with it; nil for what the model's configuration says.
    public var decoderStartTokenId: Int?
    /// Tokens that the context holds, for a decoder-only model those generated included; nil for what the model was
    /// trained with.
    public var contextLength: Int?
    /// Sampling with the same seed gives the same tokens.
    public var seed: UInt64 = 0
    /// Texts that end a sequence where they appear; the text is cut before them.
    public var stopSequences: [String] = []

    public init() {}

    /// What a model directory recommends: `generation_config.json`, the end token of `config.json` where that says
    /// none, and the defaults above for the rest.
    ///
    /// - Throws: ``ModelError/badConfig(_:_:)`` for a file that is there and unreadable, and for values out of range.
    public init(directory: URL) throws {
        let path = directory.appending(path: "generation_config.json").path
        var fields = Fields()
        if FileManager.default.fileExists(atPath: path) { fields = try Fields.read(path) }
        let config = directory.appending(path: "config.json").path
        if fields.eosTokenId == nil, FileManager.default.fileExists(atPath: config) {
            fields.eosTokenId = try Fields.read(config).eosTokenId
        }
        // `max_length` counts the start token too.
        if let value = fields.maxNewTokens ?? fields.maxLength.map({ max(1, $0 - 1) }) { maxNewTokens = value }
        if let value = fields.minNewTokens { minNewTokens = value }
        if let value = fields.doSample { doSample = value }
        if let value = fields.temperature { temperature = value }
        if let value = fields.topK { topK = value }
        if let value = fields.topP { topP = value }
        if let value = fields.repetitionPenalty { repetitionPenalty = value }
        if let value = fields.noRepeatNgramSize { noRepeatNgramSize = value }
        forcedBosTokenId = fields.forcedBosTokenId
        forcedEosTokenIds = fields.forcedEosTokenId?.values ?? []
        eosTokenIds = fields.eosTokenId?.values ?? []
        decoderStartTokenId = fields.decoderStartTokenId
        if let complaint { throw ModelError.badConfig(path, complaint) }
    }

    /// What is wrong with the values, nil if nothing is. Those for sampling do not matter while ``doSample`` is off:
    /// checkpoints exist that say `"do_sample": false, "temperature": 0.0`.
    public var complaint: String? {
        if maxNewTokens < 1 { return "max_new_tokens is \(maxNewTokens); it must be at least 1" }
        if maxNewTokens > 1_000_000 { return "max_new_tokens is \(maxNewTokens); it may be at most 1000000" }
        if minNewTokens < 0 { return "min_new_tokens is \(minNewTokens); it must not be negative" }
        if minNewTokens > maxNewTokens {
            return "min_new_tokens (\(minNewTokens)) is larger than max_new_tokens (\(maxNewTokens)); change one"
        }
        if doSample {
            if !(temperature > 0 && temperature.isFinite) {
                return "temperature is \(temperature); it must be above 0 (for greedy decoding leave sampling off)"
            }
            if topK < 0 { return "top_k is \(topK); it must not be negative (0 for no limit)" }
            if !(topP >= 0 && topP <= 1) { return "top_p is \(topP); it must be from 0 to 1 (1 for no limit)" }
        }
        if !(repetitionPenalty > 0 && repetitionPenalty.isFinite) {
            return "repetition_penalty is \(repetitionPenalty); it must be above 0 (1 for none)"
        }
        if noRepeatNgramSize < 0 {
            return "no_repeat_ngram_size is \(noRepeatNgramSize); it must not be negative (0 for no such rule)"
        }
        if !(1...4096).contains(numReturnSequences) {
            return "num_return_sequences is \(numReturnSequences); it must be from 1 to 4096"
        }
        if numReturnSequences > 1 && !doSample {
            return "num_return_sequences is \(numReturnSequences), and greedy decoding gives the same text each time; "
                + "turn sampling on"
        }
        if prefillChunk < 1 { return "the prefill chunk is \(prefillChunk); it must be at least 1" }
        if stopSequences.contains("") { return "a stop sequence is empty; give the text that ends the generation" }
        return nil
    }

    /// One id or a list of them.
    private struct Identifiers: Decodable {
        let values: [Int]
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let list = try? container.decode([Int].self) {
                values = list
            } else {
                values = [try container.decode(Int.self)]
            }
        }
    }

    private struct Fields: Decodable {
        var maxNewTokens: Int?
        var maxLength: Int?
        var minNewTokens: Int?
        var doSample: Bool?
        var temperature: Float?
        var topK: Int?
        var topP: Float?
        var repetitionPenalty: Float?
        var eosTokenId: Identifiers?
        var decoderStartTokenId: Int?
        var noRepeatNgramSize: Int?
        var forcedBosTokenId: Int?
        var forcedEosTokenId: Identifiers?

        enum CodingKeys: String, CodingKey {
            case maxNewTokens = "max_new_tokens"
            case maxLength = "max_length"
            case minNewTokens = "min_new_tokens"
            case doSample = "do_sample"
            case temperature
            case topK = "top_k"
            case topP = "top_p"
            case repetitionPenalty = "repetition_penalty"
            case eosTokenId = "eos_token_id"
            case decoderStartTokenId = "decoder_start_token_id"
            case noRepeatNgramSize = "no_repeat_ngram_size"
            case forcedBosTokenId = "forced_bos_token_id"
            case forcedEosTokenId = "forced_eos_token_id"
        }

        static func read(_ path: String) throws -> Fields {
            do {
                return try JSONDecoder().decode(Fields.self, from: Data(contentsOf: URL(filePath: path)))
            } catch let error as DecodingError {
                throw ModelError.badConfig(path, error.plainText)
            } catch {
                throw ModelError.badConfig(path, "not readable as JSON")
            }
        }
    }
}
