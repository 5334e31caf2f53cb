/// Why a model directory cannot be used, or a model not with what it was given.
public enum ModelError: Error, Equatable, CustomStringConvertible {
    case noConfig(String)
    case badConfig(String, String)
    case unsupportedModelType(String, String, [String])
    /// The family is known, and has no such head.
    case unsupportedHead(String, modelType: String, head: String, types: [String])
    case tokenOutsideVocabulary(Int, Int)
    case emptySequence
    case sequenceTooLong(Int, Int)
    case noSuchSegment(Int, Int)
    case segmentsMismatch(Int, Int)

    public var description: String {
        switch self {
        case .noConfig(let directory):
            "\(directory): no config.json there; give the directory of a Hugging Face checkpoint "
                + "(config.json, model.safetensors, tokenizer.json) or a Hub id such as google/flan-t5-base"
        case .badConfig(let path, let reason): "\(path): \(reason)"
        case .unsupportedModelType(let path, let type, let known):
            "\(path): model_type “\(type)” is not one that Fledge runs; it runs \(known.joined(separator: ", "))"
        case .unsupportedHead(let path, let type, let head, let types):
            "\(path): a model of type “\(type)” has no head for \(head); models that have one are "
                + types.joined(separator: ", ")
        case .tokenOutsideVocabulary(let token, let size):
            "token id \(token) is outside the model's vocabulary of \(size); ids go from 0 to \(size - 1)"
        case .emptySequence: "a sequence has no tokens; give each at least one"
        case .sequenceTooLong(let count, let limit):
            "a sequence has \(count) tokens and the model has positions for \(limit); shorten or split it"
        case .noSuchSegment(let type, let count):
            "token type id \(type) does not exist in this model; it has \(count), counted from 0"
        case .segmentsMismatch(let types, let ids):
            "there are \(types) token type ids for \(ids) tokens; give one for each"
        }
    }
}
