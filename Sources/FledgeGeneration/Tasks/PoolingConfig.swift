#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `config.json` of a Pooling module.
struct PoolingConfig {
    /// In the order in which the vectors are joined; at least one.
    let modes: [EmbeddingPooling]
    /// Whether the tokens of a prompt count.
    let includesPrompt: Bool

    /// One key for each way, as older versions write them, and the way.
    private static let flags: [(key: String, mode: EmbeddingPooling)] = [
        ("pooling_mode_cls_token", .cls), ("pooling_mode_max_tokens", .max), ("pooling_mode_mean_tokens", .mean),
        ("pooling_mode_mean_sqrt_len_tokens", .meanSqrtLength), ("pooling_mode_weightedmean_tokens", .weightedMean),
        ("pooling_mode_lasttoken", .last),
    ]

    private struct Fields: Decodable {
        var width: Int?
        var includesPrompt: Bool?
        /// Names of ways, as newer versions write them.
        var names: [String]?
        var modes: [EmbeddingPooling] = []

        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            let key = Key.init(stringValue:)
            width =
                try container.decodeIfPresent(Int.self, forKey: key("word_embedding_dimension"))
                ?? container.decodeIfPresent(Int.self, forKey: key("embedding_dimension"))
            includesPrompt = try container.decodeIfPresent(Bool.self, forKey: key("include_prompt"))
            if let name = try? container.decode(String.self, forKey: key("pooling_mode")) {
                names = [name]
            } else {
                names = try container.decodeIfPresent([String].self, forKey: key("pooling_mode"))
            }
            for flag in flags where try container.decodeIfPresent(Bool.self, forKey: key(flag.key)) == true {
                modes.append(flag.mode)
            }
        }
    }

    /// - Throws: ``TaskError``.
    init(_ folder: URL, width: Int) throws(TaskError) {
        let url = folder.appending(path: "config.json")
        let fields = try ModuleFile.read(Fields.self, url)
        if let expected = fields.width, expected != width {
            throw .widthMismatch(path: url.path, expected: expected, actual: width)
        }
        var modes = fields.modes
        if let names = fields.names {
            modes = []
            for name in names {
                guard let mode = EmbeddingPooling(rawValue: name) else {
                    let known = EmbeddingPooling.allCases.map(\.rawValue).joined(separator: ", ")
                    throw .badModule(path: url.path, reason: "the pooling “\(name)” is none of \(known)")
                }
                modes.append(mode)
            }
        }
        guard modes.count <= 64 else { throw .badModule(path: url.path, reason: "it names \(modes.count) poolings") }
        self.modes = modes.isEmpty ? [.mean] : modes
        includesPrompt = fields.includesPrompt ?? true
    }
}
