public import FledgeData
public import FledgeHub

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A data set's repository on the Hub. Files are kept in the cache that Hugging Face's own tools use.
public struct HubDataRepository: DataRepository {
    /// The repository and the revision.
    public let reference: RepositoryReference
    private let configuration: HubConfiguration
    private let freshness: HubClient.Freshness
    private let progress: DownloadProgress.Handler?

    /// - Parameters:
    ///   - reference: the repository and the revision.
    ///   - configuration: where data sets come from and where they are kept.
    ///   - freshness: when the Hub is asked although the cache could answer.
    ///   - progress: receives reports while files are downloaded.
    public init(
        _ reference: RepositoryReference, configuration: HubConfiguration,
        freshness: HubClient.Freshness = .preferCached, progress: DownloadProgress.Handler? = nil
    ) {
        self.reference = reference
        self.configuration = configuration
        self.freshness = freshness
        self.progress = progress
    }

    /// The files of each split, downloaded if they are not in the cache. Names of files and folders say the splits, as in
    /// a ``LocalDirectory``.
    ///
    /// - Throws: ``HubError``; of a repository whose data are in Parquet files alone
    ///   ``HubError/unreadDataFiles(reference:files:extensions:)``.
    public func splits() async throws -> [String: [DataFile]] { try await directory().splits() }

    /// The data set of a split.
    ///
    /// - Parameter split: its name; nil for the only one, or, of several, `train`.
    /// - Returns: the data set.
    /// - Throws: ``HubError``; ``DataError`` if there is no such split.
    public func dataSet(split: String?) async throws -> DataSet {
        let splits = try await splits()
        let name = split ?? (splits.count == 1 ? splits.keys.first : nil) ?? "train"
        if let files = splits[name] { return DataSet(files: files) }
        throw DataError.invalidOption(
            name: "split", problem: "\(reference) has no split “\(name)”",
            remedy: "It has " + splits.keys.sorted().map { "“\($0)”" }.joined(separator: ", ") + ".")
    }

    private func directory() async throws -> LocalDirectory {
        let client = HubClient(configuration: configuration)
        let snapshot = try await client.snapshot(
            of: reference, selection: .data(extensions: DataFormat.fileExtensions), freshness: freshness,
            progress: progress)
        return LocalDirectory(path: snapshot.path)
    }
}
