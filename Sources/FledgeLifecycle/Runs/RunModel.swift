public import FledgeTensor

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Which model a run is made with.
public struct RunModel: Codable, Sendable, Equatable {
    /// What the user calls it.
    public var name: String
    /// The commit of the repository that it is from; nil for a directory of one's own.
    public var revision: String?
    /// SHA-256 of the weights: of the only file, or of what `sha256sum` prints about several.
    public var weightsHash: String
    /// SHA-256 of `config.json`.
    public var configHash: String
    /// SHA-256 of the tokenizer's files; nil where there are none.
    public var tokenizerHash: String?
    /// How the weights are stored in memory.
    public var dtype: String

    /// A model whose hashes are known.
    public init(
        name: String, revision: String? = nil, weightsHash: String, configHash: String, tokenizerHash: String? = nil,
        dtype: String
    ) {
        self.name = name
        self.revision = revision
        self.weightsHash = weightsHash
        self.configHash = configHash
        self.tokenizerHash = tokenizerHash
        self.dtype = dtype
    }

    private static let tokenizerFiles = [
        "added_tokens.json", "merges.txt", "special_tokens_map.json", "spiece.model", "tokenizer.json",
        "tokenizer.model", "tokenizer_config.json", "vocab.json", "vocab.txt",
    ]

    /// The model of a directory.
    ///
    /// - Parameters:
    ///   - name: what the user calls it.
    ///   - directory: where its files are.
    ///   - type: how the weights are stored in memory.
    /// - Throws: ``RunError/unreadable(file:reason:)``.
    /// - Complexity: reads all files once.
    public init(name: String, directory: URL, type: WeightType) throws(RunError) {
        self.name = name
        let path = directory.path
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        func paths(_ names: [String]) -> [String] { names.map { directory.appending(path: $0).path } }
        configHash = try ContentDigest.of(files: [directory.appending(path: "config.json").path])
        weightsHash = try ContentDigest.of(files: paths(names.filter { $0.hasSuffix(".safetensors") }))
        let tokenizer = names.filter(RunModel.tokenizerFiles.contains)
        tokenizerHash = tokenizer.isEmpty ? nil : try ContentDigest.of(files: paths(tokenizer))
        dtype = type.rawValue
        let resolved = directory.resolvingSymlinksInPath()
        if resolved.deletingLastPathComponent().lastPathComponent == "snapshots" {
            revision = resolved.lastPathComponent
        }
    }
}
