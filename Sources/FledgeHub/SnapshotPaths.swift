/// The folder of one commit in the cache, and what is in it.
struct SnapshotPaths: Sendable {
    let cache: HubCache
    let reference: RepositoryReference
    let commit: String

    var directory: String { cache.folder(reference) + "/snapshots/" + commit }

    func path(_ file: String) -> String { directory + "/" + file }

    func has(_ file: RepositoryFile) -> Bool {
        let status = FileSystem.status(of: path(file.path))
        return status?.isRegularFile == true && status?.size == file.size
    }

    private func has(_ name: String) -> Bool {
        FileSystem.status(of: path(name))?.isRegularFile == true
    }

    /// Makes the snapshot's file a relative link to its blob; without links it becomes the blob itself, as Python
    /// does it.
    func link(_ file: RepositoryFile) throws(HubError) {
        let depth = file.path.split(separator: "/").count - 1
        let target = String(repeating: "../", count: depth + 2) + "blobs/" + file.etag
        if try !FileSystem.link(path(file.path), to: target) {
            try FileSystem.rename(cache.blob(file.etag, of: reference), to: path(file.path))
        }
    }

    /// Whether every wanted file of the tree is there with its size.
    func isComplete(tree: RepositoryTree, selection: FileSelection) -> Bool {
        guard let plan = try? selection.plan(tree, reference: reference), plan.files.allSatisfy({ has($0) }) else {
            return false
        }
        guard let index = plan.index else { return true }
        guard let names = shards(namedBy: index.path),
            let files = try? FileSelection.shards(named: names, in: tree, reference: reference)
        else { return false }
        return files.allSatisfy { has($0) }
    }

    /// Whether the files that a model must have are there, judged without the repository's list of files.
    func looksComplete(selection: FileSelection, isLenient: Bool) -> Bool {
        switch selection {
        case .patterns(let allow, _):
            return allow.allSatisfy { pattern in
                if GlobPattern.isLiteral(pattern) { return has(pattern) }
                return isLenient && FileTree.files(below: directory).contains { GlobPattern(pattern).matches($0) }
            }
        case .data(let extensions):
            return isLenient
                && FileTree.files(below: directory).contains { FileSelection.isData($0, extensions: extensions) }
        case .tokenizer:
            return hasTokenizer
        case .model:
            let hasConfiguration = has("config.json") || has("adapter_config.json")
            return hasConfiguration && hasWeights && (isLenient || hasTokenizer)
        }
    }

    private var hasTokenizer: Bool {
        ["tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.txt", "source.spm"]
            .contains { has($0) } || (has("vocab.json") && has("merges.txt"))
    }

    private var hasWeights: Bool {
        if has(FileSelection.singleWeights) || has("adapter_model.safetensors") { return true }
        return shards(namedBy: FileSelection.weightsIndex)?.allSatisfy { RepositoryTree.isSafe($0) && has($0) } ?? false
    }

    /// The shards that an index in this snapshot names; `nil` when there is no readable index.
    func shards(namedBy index: String) -> [String]? {
        let path = path(index)
        guard let bytes = try? FileSystem.contentsIfPresent(of: path, limit: HubAPI.longestAnswer) else { return nil }
        return try? ShardIndex.shards(in: bytes, path: path)
    }
}

/// Listing a directory.
enum FileTree {
    /// The paths of all files below a directory, relative to it.
    static func files(below directory: String, depth: Int = 8) -> [String] {
        FileSystem.names(in: directory).flatMap { name -> [String] in
            guard FileSystem.status(of: directory + "/" + name)?.isDirectory == true else { return [name] }
            return depth == 0 ? [] : files(below: directory + "/" + name, depth: depth - 1).map { name + "/" + $0 }
        }
    }
}
