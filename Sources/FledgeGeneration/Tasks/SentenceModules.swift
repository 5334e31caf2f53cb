import FledgeNN
import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a directory of sentence-transformers says besides the model: `modules.json` and the files that it names.
struct SentenceModules {
    /// What happens to hidden states, one step after the other.
    enum Step: Sendable {
        /// Several vectors are joined.
        case pooling([EmbeddingPooling], includesPrompt: Bool)
        case dense(DenseModule)
        case normalize
    }

    /// Where the model and its tokenizer are.
    var transformer: URL
    /// The largest number of tokens of a text.
    var maxLength: Int?
    /// Whether texts become lower case before anything else.
    var lowercases = false
    var prompts: [String: String] = [:]
    var defaultPrompt: String?
    /// The modules after the transformer.
    fileprivate var entries: [Entry] = []
    private let directory: URL

    fileprivate struct Entry: Decodable {
        let path: String
        let type: String
        var kind: Substring { type.split(separator: ".").last ?? "" }
    }

    /// Whether a directory is one of sentence-transformers.
    static func exist(in directory: URL) -> Bool {
        FileManager.default.fileExists(atPath: directory.appending(path: "modules.json").path)
    }

    /// Reads what does not need the model's weights.
    ///
    /// - Throws: ``TaskError``.
    init(directory: URL) throws(TaskError) {
        self.directory = directory
        let url = directory.appending(path: "modules.json")
        entries = try ModuleFile.read([Entry].self, url)
        for entry in entries where entry.path.hasPrefix("/") || entry.path.split(separator: "/").contains("..") {
            throw .badModule(path: url.path, reason: "the path “\(entry.path)” leads out of the directory")
        }
        guard let first = entries.first else { throw .badModule(path: url.path, reason: "it names no modules") }
        guard first.kind == "Transformer" else { throw .unsupportedModule(path: url.path, type: first.type) }
        entries.removeFirst()
        transformer = first.path.isEmpty ? directory : directory.appending(path: first.path)
        try readTransformerConfig()
        try readPrompts()
    }

    /// Names that the file has had, by the model that was first in it.
    private static let configNames = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"]

    private mutating func readTransformerConfig() throws(TaskError) {
        struct Config: Decodable {
            let maxLength: Int?
            let lowercases: Bool?
            enum CodingKeys: String, CodingKey {
                case maxLength = "max_seq_length"
                case lowercases = "do_lower_case"
            }
        }
        for name in SentenceModules.configNames {
            let url = transformer.appending(path: "sentence_\(name)_config.json")
            guard let config = try ModuleFile.readIfPresent(Config.self, url) else { continue }
            if let length = config.maxLength, length < 1 {
                throw .badModule(path: url.path, reason: "max_seq_length is \(length)")
            }
            maxLength = config.maxLength
            lowercases = config.lowercases ?? false
            return
        }
    }

    private mutating func readPrompts() throws(TaskError) {
        struct Config: Decodable {
            let prompts: [String: String]?
            let defaultPrompt: String?
            enum CodingKeys: String, CodingKey {
                case prompts
                case defaultPrompt = "default_prompt_name"
            }
        }
        let url = directory.appending(path: "config_sentence_transformers.json")
        guard let config = try ModuleFile.readIfPresent(Config.self, url) else { return }
        prompts = config.prompts ?? [:]
        defaultPrompt = config.defaultPrompt
    }

    /// The steps after the model, whose hidden states have `width` numbers.
    ///
    /// - Returns: the steps, and how many numbers an embedding has.
    /// - Throws: ``TaskError``, ``SafetensorsError``, ``WeightError``.
    func steps(width: Int, type: WeightType, engine: Engine) throws -> (steps: [Step], width: Int) {
        var steps: [Step] = []
        var width = width
        let path = directory.appending(path: "modules.json").path
        for entry in entries {
            let folder = directory.appending(path: entry.path)
            switch entry.kind {
            case "Pooling":
                guard steps.isEmpty else { throw TaskError.badModule(path: path, reason: "it names two Poolings") }
                let pooling = try PoolingConfig(folder, width: width)
                steps.append(.pooling(pooling.modes, includesPrompt: pooling.includesPrompt))
                width *= pooling.modes.count
            case "Dense":
                let dense = try DenseModule(folder, width: width, type: type, engine: engine)
                steps.append(.dense(dense))
                width = dense.outputs
            case "Normalize": steps.append(.normalize)
            default: throw TaskError.unsupportedModule(path: path, type: entry.type)
            }
        }
        guard case .pooling = steps.first else {
            throw TaskError.badModule(path: path, reason: "there is no Pooling after the Transformer")
        }
        return (steps, width)
    }
}
