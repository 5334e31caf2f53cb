#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One file of a repository at a commit.
package struct RepositoryFile: Sendable, Hashable {
    /// The path inside the repository, checked to stay inside it.
    package let path: String
    /// The size in bytes.
    package let size: Int64
    /// The git object id: the SHA-1 of the file, or of its pointer when it is stored with LFS.
    package let gitHash: String
    /// The SHA-256 of the contents when the file is stored with LFS.
    package let sha256: String?
    /// The address of the contents in the Hub's newer storage; kept because Python keeps it.
    package let xetHash: String?

    package init(path: String, size: Int64, gitHash: String, sha256: String? = nil, xetHash: String? = nil) {
        self.path = path
        self.size = size
        self.gitHash = gitHash
        self.sha256 = sha256
        self.xetHash = xetHash
    }

    /// The name of the blob: what the Hub sends as ETag.
    package var etag: String { sha256 ?? gitHash }
}

/// The files of a repository at a commit. It never changes, so it is kept in the cache for ever.
package struct RepositoryTree: Sendable, Hashable {
    package let files: [RepositoryFile]

    package init(files: [RepositoryFile]) {
        self.files = files
    }

    package func file(_ path: String) -> RepositoryFile? {
        files.first { $0.path == path }
    }

    /// Whether a size is possible; the bound keeps sums of sizes far from overflow.
    static func isPlausible(size: Int64) -> Bool {
        (0...(1 << 48)).contains(size)
    }

    /// Whether the path is relative, normal and stays inside the directory that it is appended to.
    package static func isSafe(_ path: String) -> Bool {
        if path.isEmpty || path.utf8.count > 1024 || path.contains("\\") { return false }
        if path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) { return false }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255
        }
    }

    static func isHash(_ text: String, digits: Int) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy(RepositoryReference.isLowercaseHexadecimal)
    }
}

/// An entry of the Hub's answer to `GET /api/{kind}/{repository}/tree/{revision}`.
struct TreeAnswerEntry: Decodable {
    struct LargeFile: Decodable {
        let oid: String
        let size: Int64
    }

    let type: String
    let path: String
    let oid: String
    let size: Int64?
    let lfs: LargeFile?
    let xetHash: String?

    /// The file, or `nil` for a directory.
    ///
    /// - Throws: ``HubError/unsafePath(path:repository:)``, or ``HubError/malformedResponse(url:reason:)`` when a
    ///   hash or a size is not one.
    func file(repository: String, url: String) throws(HubError) -> RepositoryFile? {
        guard RepositoryTree.isSafe(path) else {
            throw .unsafePath(path: DisplayText.sanitized(path), repository: repository)
        }
        if type != "file" { return nil }
        let size = lfs?.size ?? size ?? -1
        guard RepositoryTree.isHash(oid, digits: 40), RepositoryTree.isPlausible(size: size),
            lfs.map({ RepositoryTree.isHash($0.oid, digits: 64) }) ?? true
        else {
            throw .malformedResponse(url: URLText.shown(url), reason: "it lists \(path) without a valid hash and size")
        }
        return RepositoryFile(path: path, size: size, gitHash: oid, sha256: lfs?.oid, xetHash: xetHash)
    }
}

/// The file `trees/<commit>.json` in which `huggingface_hub` keeps a tree.
struct TreeCacheFile: Codable {
    struct Entry: Codable {
        let size: Int64
        let gitHash: String
        var sha256: String?
        var largeFileSize: Int64?
        var xetHash: String?

        enum CodingKeys: String, CodingKey {
            case size
            case gitHash = "blob_id"
            case sha256 = "lfs_sha256"
            case largeFileSize = "lfs_size"
            case xetHash = "xet_hash"
        }
    }

    static let currentVersion = 1

    let formatVersion: Int
    let files: [String: Entry]

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case files
    }

    init(_ tree: RepositoryTree) {
        formatVersion = Self.currentVersion
        var entries: [String: Entry] = [:]
        for file in tree.files {
            entries[file.path] = Entry(
                size: file.size, gitHash: file.gitHash, sha256: file.sha256,
                largeFileSize: file.sha256 == nil ? nil : file.size, xetHash: file.xetHash)
        }
        files = entries
    }

    /// The tree, or `nil` when the file is of another version or holds anything unexpected: it is only a cache.
    var tree: RepositoryTree? {
        guard formatVersion == Self.currentVersion else { return nil }
        var result: [RepositoryFile] = []
        for (path, entry) in files {
            let size = entry.largeFileSize ?? entry.size
            guard RepositoryTree.isSafe(path), RepositoryTree.isPlausible(size: size),
                RepositoryTree.isHash(entry.gitHash, digits: 40),
                entry.sha256.map({ RepositoryTree.isHash($0, digits: 64) }) ?? true
            else { return nil }
            result.append(
                RepositoryFile(
                    path: path, size: size, gitHash: entry.gitHash, sha256: entry.sha256, xetHash: entry.xetHash))
        }
        return RepositoryTree(files: result.sorted { $0.path < $1.path })
    }
}

/// The part of `model.safetensors.index.json` that says which files hold the weights.
struct ShardIndex: Decodable {
    let weightMap: [String: String]

    enum CodingKeys: String, CodingKey {
        case weightMap = "weight_map"
    }

    /// The names of the files that hold the weights, each once.
    ///
    /// - Throws: ``HubError/malformedFile(path:reason:)``.
    static func shards(in bytes: [UInt8], path: String) throws(HubError) -> [String] {
        do {
            return Set(try JSONDecoder().decode(ShardIndex.self, from: Data(bytes)).weightMap.values).sorted()
        } catch {
            throw .malformedFile(path: path, reason: "it is not JSON with a “weight_map” of names to file names")
        }
    }
}
