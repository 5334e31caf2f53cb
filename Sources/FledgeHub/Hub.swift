#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// From what a user calls a model to the directory with its files.
public enum Hub {
    /// The directory that a model's name stands for.
    ///
    /// A path is returned as it is when a directory exists there; nothing is created and no thread is started.
    /// A Hub id is looked up in the cache and downloaded when it is not complete there and that is allowed.
    ///
    /// ```swift
    /// let directory = try await Hub.resolve("google/flan-t5-small", configuration: .fromEnvironment())
    /// ```
    ///
    /// - Parameters:
    ///   - model: A path, or `org/name[@revision]`.
    ///   - configuration: Where models come from and where they are kept.
    ///   - selection: The files that are wanted.
    ///   - freshness: When the Hub is asked although the cache could answer.
    ///   - progress: Receives reports while files are downloaded.
    /// - Returns: An existing directory.
    /// - Throws: A ``HubError`` of any category.
    public static func resolve(
        _ model: String, configuration: HubConfiguration, selection: FileSelection = .model,
        freshness: HubClient.Freshness = .preferCached, progress: DownloadProgress.Handler? = nil
    ) async throws(HubError) -> URL {
        switch try ModelReference(model) {
        case .directory(let url):
            guard let status = FileSystem.status(of: url.path) else {
                throw .directoryNotFound(path: DisplayText.sanitized(url.path, limit: 1024))
            }
            guard status.isDirectory else {
                throw .notADirectory(path: DisplayText.sanitized(url.path, limit: 1024))
            }
            return url
        case .repository(let reference):
            return try await HubClient(configuration: configuration).snapshot(
                of: reference, selection: selection, freshness: freshness, progress: progress)
        }
    }
}
