public import FledgeNN
public import FledgeTensor

/// Called with a name and the value of a layer as it is computed, for those who look inside.
public typealias LayerObserver = (String, Tensor) -> Void

/// An encoder–decoder: a prompt is encoded once, and tokens are decoded one after the other against it.
///
/// A model is immutable and shared by any number of concurrent generations, each with its own ``DecoderState``. Token
/// ids must lie within the vocabulary: ``validate(_:)`` says so with an error, the other functions trap.
public protocol Seq2SeqLanguageModel: Sendable {
    var engine: Engine { get }
    var weightType: WeightType { get }
    var vocabularySize: Int { get }
    /// The token that decoding begins with.
    var decoderStartToken: Int { get }
    /// Prompt tokens that the model was made for, nil where it has no such bound.
    var contextLength: Int? { get }

    /// Bytes of weights that decoding one token reads.
    var weightBytesPerToken: Int { get }

    /// Bytes that the caches of a ``DecoderState`` take at most; `Int.max` where the number overflows.
    func cacheBytes(sequences: Int, promptTokens: Int, newTokens: Int) -> Int

    /// The encoder's last hidden states, all prompts' positions one after the other: `[positions, width]`.
    func encode(_ prompts: [[Int]], workspace: Workspace, observe: LayerObserver?) -> Tensor

    /// Encodes the prompts and prepares to decode `capacity` tokens for each; more take more memory as they come.
    func makeState(prompts: [[Int]], capacity: Int, observe: LayerObserver?) -> DecoderState

    /// Decodes equally many further tokens for every running sequence.
    ///
    /// `tokens` are the first sequence's, then the second's, …; the result is the hidden states before the final norm,
    /// `[tokens, width]`.
    func decode(_ tokens: [Int], state: inout DecoderState, observe: LayerObserver?) -> Tensor

    /// Scores of every token of the vocabulary, `[rows, vocabulary]`, for hidden states from ``decode(_:state:observe:)``.
    func logits(_ hidden: Tensor) -> Tensor
}

extension Seq2SeqLanguageModel {
    /// - Throws: ``ModelError/tokenOutsideVocabulary(_:_:)``.
    public func validate(_ tokens: [Int]) throws(ModelError) {
        for token in tokens where token < 0 || token >= vocabularySize {
            throw .tokenOutsideVocabulary(token, vocabularySize)
        }
    }

    /// The logits of one more token for every running sequence: `[sequences, vocabulary]`.
    public func step(_ tokens: [Int], state: inout DecoderState) -> Tensor {
        logits(decode(tokens, state: &state, observe: nil))
    }
}

/// Why a model directory cannot be used.
public enum ModelError: Error, Equatable, CustomStringConvertible {
    case noConfig(String)
    case badConfig(String, String)
    case unsupportedModelType(String, String, [String])
    case tokenOutsideVocabulary(Int, Int)

    public var description: String {
        switch self {
        case .noConfig(let directory):
            "\(directory): no config.json there; give the directory of a Hugging Face checkpoint "
                + "(config.json, model.safetensors, tokenizer.json) or a Hub id such as google/flan-t5-base"
        case .badConfig(let path, let reason): "\(path): \(reason)"
        case .unsupportedModelType(let path, let type, let known):
            "\(path): model_type “\(type)” is not one that Fledge runs; it runs \(known.joined(separator: ", "))"
        case .tokenOutsideVocabulary(let token, let size):
            "token id \(token) is outside the model's vocabulary of \(size); ids go from 0 to \(size - 1)"
        }
    }
}
