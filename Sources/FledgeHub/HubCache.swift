#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The cache that Python's `huggingface_hub` and this library share.
///
///     <cache>/
///     ├── CACHEDIR.TAG                               says that this is a cache
///     ├── .locks/models--org--name/<etag>.lock       flock, one writer a blob
///     └── models--org--name/                         datasets--org--name for a data set
///         ├── blobs/<etag>                           contents; SHA-256 for LFS files, git SHA-1 otherwise
///         ├── blobs/<etag>.incomplete                what an interrupted download has so far
///         ├── refs/<revision>                        the commit that a branch or tag named when last asked
///         ├── snapshots/<commit>/<path>              relative symbolic link to ../../blobs/<etag>
///         ├── trees/<commit>.json                    the list of all files at that commit
///         └── .no_exist/<commit>/<path>              empty: this commit has no such file
///
/// Reading needs no lock: blobs, links, refs and trees appear by `rename`, complete or not at all.
public struct HubCache: Sendable, Hashable {
    /// The directory that holds the `models--org--name` folders.
    public let directory: URL

    /// - Parameter directory: The directory that holds the `models--org--name` folders; it need not exist.
    public init(directory: URL) {
        self.directory = directory
    }

    /// The directory with a repository's files when everything that is wanted is there. Opens no connection.
    ///
    /// When the list of files is in the cache, each wanted file must be there with its size. For a snapshot that an
    /// older Python library wrote there is no list; then a configuration, a tokenizer and complete weights suffice,
    /// or for patterns that are plain file names those files.
    ///
    /// - Parameters:
    ///   - reference: The repository and revision.
    ///   - selection: The files that are wanted.
    /// - Returns: The snapshot directory, or `nil` when something is missing.
    public func snapshot(for reference: RepositoryReference, selection: FileSelection = .model) -> URL? {
        snapshot(for: reference, selection: selection, isLenient: false)
    }

    /// The same, where a lenient answer accepts a snapshot without a list of files that lacks a tokenizer: better
    /// than nothing when nothing can be downloaded.
    func snapshot(for reference: RepositoryReference, selection: FileSelection, isLenient: Bool) -> URL? {
        guard let commit = commit(for: reference) else { return nil }
        let paths = SnapshotPaths(cache: self, reference: reference, commit: commit)
        guard FileSystem.status(of: paths.directory)?.isDirectory == true else { return nil }
        let isComplete =
            if let tree = tree(for: reference, commit: commit) {
                paths.isComplete(tree: tree, selection: selection)
            } else {
                paths.looksComplete(selection: selection, isLenient: isLenient)
            }
        return isComplete ? URL(fileURLWithPath: paths.directory, isDirectory: true) : nil
    }

    /// The commit that the revision named when the Hub was last asked.
    package func commit(for reference: RepositoryReference) -> String? {
        if reference.isPinnedToCommit { return reference.revision }
        let path = folder(reference) + "/refs/" + reference.revision
        guard let bytes = try? FileSystem.contentsIfPresent(of: path, limit: 256) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        return RepositoryReference.isCommitHash(text) ? text : nil
    }

    /// Remembers the commit that a branch or tag names.
    package func setCommit(_ commit: String, for reference: RepositoryReference) throws(HubError) {
        if reference.isPinnedToCommit || self.commit(for: reference) == commit { return }
        try FileSystem.writeAtomically(Array(commit.utf8), to: folder(reference) + "/refs/" + reference.revision)
    }

    /// The list of files at a commit; `nil` when it is not in the cache or cannot be understood.
    package func tree(for reference: RepositoryReference, commit: String) -> RepositoryTree? {
        let path = folder(reference) + "/trees/\(commit).json"
        guard let bytes = try? FileSystem.contentsIfPresent(of: path, limit: HubAPI.longestAnswer) else { return nil }
        return (try? JSONDecoder().decode(TreeCacheFile.self, from: Data(bytes)))?.tree
    }

    /// Keeps the list of files at a commit.
    package func setTree(_ tree: RepositoryTree, for reference: RepositoryReference, commit: String) throws(HubError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(TreeCacheFile(tree)) else { return }
        try FileSystem.writeAtomically(Array(data), to: folder(reference) + "/trees/\(commit).json")
    }

    /// Whether it is known that the commit has no such file.
    package func isKnownAbsent(_ path: String, in reference: RepositoryReference, commit: String) -> Bool {
        RepositoryTree.isSafe(path) && FileSystem.status(of: absenceMark(path, reference, commit)) != nil
    }

    /// Remembers that the commit has no such file, so that Python need not ask either.
    package func markAbsent(_ path: String, in reference: RepositoryReference, commit: String) throws(HubError) {
        if isKnownAbsent(path, in: reference, commit: commit) || !RepositoryTree.isSafe(path) { return }
        try FileSystem.writeAtomically([], to: absenceMark(path, reference, commit))
    }

    private func absenceMark(_ path: String, _ reference: RepositoryReference, _ commit: String) -> String {
        folder(reference) + "/.no_exist/\(commit)/\(path)"
    }

    /// Tells backup programs that the directory can be filled again (https://bford.info/cachedir/), as Python does.
    func markAsCache() throws(HubError) {
        let path = directory.path + "/CACHEDIR.TAG"
        if FileSystem.status(of: path) != nil { return }
        let text = "Signature: 8a477f597d28d172789f06886806bc55\n# This directory is a cache of model files.\n"
        try FileSystem.writeAtomically(Array(text.utf8), to: path)
    }

    /// The path of a repository's folder.
    package func folder(_ reference: RepositoryReference) -> String {
        directory.path + "/" + reference.cacheFolderName
    }

    package func blob(_ etag: String, of reference: RepositoryReference) -> String {
        folder(reference) + "/blobs/" + etag
    }

    package func lock(_ etag: String, of reference: RepositoryReference) -> String {
        directory.path + "/.locks/" + reference.cacheFolderName + "/\(etag).lock"
    }
}
