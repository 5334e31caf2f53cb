/// Which files of a repository are wanted.
public enum FileSelection: Sendable, Hashable {
    /// What it takes to run the model: configuration, tokenizer, safetensors weights, model card.
    case model
    /// The tokenizer and the configuration, without the weights.
    case tokenizer
    /// The files that match one of `allow` and none of `ignore`, as in Python's `snapshot_download`.
    case patterns(allow: [String], ignore: [String] = [])
    /// The files of a data set whose names end in one of `extensions`, `.gz` behind them or not, without those that
    /// only describe it.
    case data(extensions: [String])

    /// The files to fetch, and the index that names further ones.
    package struct Plan: Sendable, Hashable {
        package var files: [RepositoryFile]
        /// An index whose shards are wanted too; it is among `files`.
        package var index: RepositoryFile?
    }

    static let singleWeights = "model.safetensors"
    static let weightsIndex = "model.safetensors.index.json"

    /// Files that a tokenizer may consist of.
    static let tokenizerFiles = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
        "merges.txt", "vocab.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model", "source.spm",
        "target.spm", "target_vocab.json", "chat_template.jinja", "chat_template.json",
    ]

    /// Files besides tokenizer and weights that a model may need.
    static let modelFiles = [
        "config.json", "generation_config.json", "adapter_config.json", "preprocessor_config.json",
        "processor_config.json", "README.md",
    ]

    /// What sentence-transformers adds: the list of its modules and a folder for each.
    private static let sentenceEmbeddingPatterns = [
        "modules.json", "config_sentence_transformers.json", "sentence_*_config.json", "[0-9]_*/config.json",
        "[0-9]_*/model.safetensors",
    ].map { GlobPattern($0) }

    /// Chooses the files.
    ///
    /// - Parameters:
    ///   - tree: All files of the repository.
    ///   - reference: The repository, for the error messages.
    /// - Returns: The files to fetch.
    /// - Throws: ``HubError/noSafetensors(reference:otherWeights:)`` or
    ///   ``HubError/noMatchingFiles(reference:patterns:)``.
    package func plan(_ tree: RepositoryTree, reference: RepositoryReference) throws(HubError) -> Plan {
        switch self {
        case .patterns(let allow, let ignore):
            let allowed = allow.map { GlobPattern($0) }
            let ignored = ignore.map { GlobPattern($0) }
            let files = tree.files.filter { file in
                allowed.contains { $0.matches(file.path) } && !ignored.contains { $0.matches(file.path) }
            }
            if files.isEmpty { throw .noMatchingFiles(reference: "\(reference)", patterns: allow) }
            return Plan(files: files)
        case .data(let extensions):
            let files = tree.files.filter { Self.isData($0.path, extensions: extensions) }
            if !files.isEmpty { return Plan(files: files) }
            let others = tree.files.map(\.path).filter { path in
                Self.unreadDataExtensions.contains { path.hasSuffix($0) }
            }
            if !others.isEmpty {
                throw .unreadDataFiles(
                    reference: "\(reference)", files: others.map { DisplayText.sanitized($0) }, extensions: extensions)
            }
            throw .noMatchingFiles(reference: "\(reference)", patterns: extensions.map { "*" + $0 })
        case .tokenizer:
            let wanted = Set(Self.tokenizerFiles + ["config.json"])
            let files = tree.files.filter { wanted.contains($0.path) }
            if files.allSatisfy({ $0.path == "config.json" }) {
                throw .noMatchingFiles(reference: "\(reference)", patterns: Self.tokenizerFiles)
            }
            return Plan(files: files)
        case .model:
            let wanted = Set(Self.tokenizerFiles + Self.modelFiles)
            var plan = Plan(
                files: tree.files.filter { file in
                    wanted.contains(file.path) || Self.sentenceEmbeddingPatterns.contains { $0.matches(file.path) }
                })
            let weights = try Self.weights(tree, reference: reference)
            plan.files += weights
            plan.index = weights.first { $0.path == Self.weightsIndex }
            return plan
        }
    }

    /// Ends of the names of data files that are not read.
    private static let unreadDataExtensions = [".parquet", ".arrow", ".zst", ".bz2", ".xz", ".zip", ".tar", ".tar.gz"]

    /// Files of a data set that are no data.
    private static let descriptions = [
        "dataset_infos.json", "dataset_info.json", "dataset_dict.json", "state.json", "requirements.txt",
    ]

    /// Whether a file of a data set's repository holds records.
    static func isData(_ path: String, extensions: [String]) -> Bool {
        let parts = path.lowercased().split(separator: "/")
        guard let name = parts.last, !parts.contains(where: { $0.hasPrefix(".") }) else { return false }
        if descriptions.contains(String(name)) || name.hasPrefix("readme") || name.hasPrefix("license") { return false }
        return extensions.contains { name.hasSuffix($0) || name.hasSuffix($0 + ".gz") }
    }

    /// The whole model in one file if there is one; otherwise the index, which names the shards; otherwise every
    /// safetensors file at the top, such as an adapter's.
    private static func weights(
        _ tree: RepositoryTree, reference: RepositoryReference
    ) throws(HubError) -> [RepositoryFile] {
        if let single = tree.file(singleWeights) { return [single] }
        if let index = tree.file(weightsIndex) { return [index] }
        let files = tree.files.filter { $0.path.hasSuffix(".safetensors") && !$0.path.contains("/") }
        if !files.isEmpty { return files }
        let otherWeights = tree.files.map(\.path).filter { path in
            [".bin", ".pt", ".pth", ".h5", ".msgpack", ".onnx", ".gguf", ".ckpt", ".tflite"].contains {
                path.hasSuffix($0)
            }
        }
        throw .noSafetensors(reference: "\(reference)", otherWeights: otherWeights.map { DisplayText.sanitized($0) })
    }

    /// The shards that an index names.
    ///
    /// - Parameters:
    ///   - names: The file names in the index.
    ///   - tree: All files of the repository.
    ///   - reference: The repository, for the error message.
    /// - Returns: The files of these names.
    /// - Throws: ``HubError/missingShard(reference:index:shard:)``.
    static func shards(
        named names: [String], in tree: RepositoryTree, reference: RepositoryReference
    ) throws(HubError) -> [RepositoryFile] {
        var files: [RepositoryFile] = []
        for name in names {
            guard let file = tree.file(name) else {
                throw .missingShard(
                    reference: "\(reference)", index: weightsIndex, shard: DisplayText.sanitized(name))
            }
            files.append(file)
        }
        return files
    }

    /// The single files that are looked for by name; those that a repository lacks are remembered as absent.
    var literalNames: [String] {
        switch self {
        case .model: Self.modelFiles + Self.tokenizerFiles
        case .tokenizer: Self.tokenizerFiles + ["config.json"]
        case .data: []
        case .patterns(let allow, _): allow.filter { GlobPattern.isLiteral($0) && RepositoryTree.isSafe($0) }
        }
    }
}
