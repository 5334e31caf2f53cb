#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Downloads repositories into the cache. A plain value: threads and connections exist only while it downloads.
public struct HubClient: Sendable {
    /// When the Hub is asked although the cache could answer.
    public enum Freshness: Sendable, Hashable {
        /// A complete snapshot of the revision in the cache is used as it is, without any connection.
        case preferCached
        /// The Hub is asked which commit the revision names now; only what changed is downloaded.
        case refresh
        /// As `refresh`, and every file is downloaded again.
        case redownload
    }

    public let configuration: HubConfiguration

    /// The cache that this client fills.
    public var cache: HubCache { HubCache(directory: configuration.cacheDirectory) }

    /// - Parameter configuration: Where models come from and where they are kept.
    public init(configuration: HubConfiguration) {
        self.configuration = configuration
    }

    /// The directory with a repository's files, downloading what is missing.
    ///
    /// Python's `huggingface_hub` asks the Hub at every start whether a branch has moved. Here a complete snapshot
    /// in the cache is used at once, so that starting needs no network; ask for `.refresh` to look for a newer one.
    ///
    /// When the Hub cannot be reached, a snapshot that an older Python library left is used if it has a configuration
    /// and complete weights, although nothing says whether it has everything.
    ///
    /// An interrupted download is continued by the next one. Several processes may download the same repository
    /// at once; each file is fetched by one of them while the others wait.
    ///
    /// - Parameters:
    ///   - reference: The repository and revision.
    ///   - selection: The files that are wanted.
    ///   - freshness: When the Hub is asked although the cache could answer.
    ///   - progress: Receives reports while files are downloaded.
    /// - Returns: The snapshot directory in the cache.
    /// - Throws: A ``HubError`` of any category. What was downloaded so far is kept.
    public func snapshot(
        of reference: RepositoryReference, selection: FileSelection = .model, freshness: Freshness = .preferCached,
        progress: DownloadProgress.Handler? = nil
    ) async throws(HubError) -> URL {
        if freshness == .preferCached, let directory = cache.snapshot(for: reference, selection: selection) {
            return directory
        }
        if configuration.isOffline {
            guard freshness == .preferCached else { throw .refreshWhileOffline(reference: "\(reference)") }
            guard let directory = cache.snapshot(for: reference, selection: selection, isLenient: true) else {
                throw .offline(reference: "\(reference)", cacheDirectory: cache.directory.path)
            }
            return directory
        }
        do throws(HubError) {
            return try await HubTransport.with(configuration) { transport throws(HubError) in
                let download = SnapshotDownload(
                    transport: transport, cache: cache, reference: reference, selection: selection,
                    isForced: freshness == .redownload, meter: ProgressMeter(handler: progress))
                return try await download.run()
            }
        } catch {
            guard freshness == .preferCached, error.isUnreachable,
                let directory = cache.snapshot(for: reference, selection: selection, isLenient: true)
            else { throw error }
            return directory
        }
    }
}
