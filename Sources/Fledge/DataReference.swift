public import FledgeData
public import FledgeHub

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What a user writes after `--data`: a file or directory on this machine, or a data set on the Hub.
///
/// ```swift
/// let reference = try DataReference("hf://datasets/org/dialogues@main/validation")
/// let validation = try await reference.dataSet(configuration: .fromEnvironment())
/// ```
public enum DataReference: Sendable, Equatable {
    /// A file, or a directory.
    case path(String)
    /// A repository on the Hub, and which of its splits is meant.
    case repository(RepositoryReference, split: String?)

    /// What says that a data set on the Hub is meant.
    private static let scheme = "hf://datasets/"

    /// Decides which of the two the text means.
    ///
    /// `hf://datasets/org/name[@revision][/split]` is a repository. So is `org/name[@revision]`, unless something of that
    /// name exists on disk, or it looks like a path: it begins with `/`, `.` or `~`, or ends as data files do. A revision
    /// that has a slash in it must be written with `%2F`, except `refs/…/…`.
    ///
    /// - Parameters:
    ///   - text: a path, a Hub id or an address.
    ///   - fileExists: whether something exists at a path.
    /// - Throws: ``HubError/invalidReference(text:reason:)`` for an address that names no data set.
    public init(
        _ text: String, fileExists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) throws(HubError) {
        if text.hasPrefix(DataReference.scheme) {
            self = try DataReference.parsed(text.dropFirst(DataReference.scheme.count))
        } else if text.hasPrefix("hf://") {
            throw .invalidReference(text: text, reason: "an address of a data set begins with \(DataReference.scheme)")
        } else if DataReference.looksLikeHubID(text), !fileExists(text) {
            self = .repository(try RepositoryReference(text, kind: .dataset), split: nil)
        } else {
            self = .path(text)
        }
    }

    private static func looksLikeHubID(_ text: String) -> Bool {
        guard let first = text.first, !"/.~".contains(first) else { return false }
        let name = text.prefix { $0 != "@" }
        let isFile = DataFormat(path: String(name)) != nil || DataFormat.unreadFormat(path: String(name)) != nil
        return name.filter { $0 == "/" }.count == 1 && !isFile
    }

    /// Takes `org/name[@revision][/split]` apart.
    private static func parsed(_ text: Substring) throws(HubError) -> DataReference {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false)
        // `name` alone is one of the few repositories without an owner.
        let nameParts = parts.count > 1 && !parts[0].contains("@") ? 2 : 1
        var identifier = parts.prefix(nameParts).joined(separator: "/")
        parts.removeFirst(nameParts)
        if identifier.hasSuffix("@refs"), parts.count >= 2 {
            identifier += "/" + parts.prefix(2).joined(separator: "/")
            parts.removeFirst(2)
        }
        guard parts.count <= 1, parts.first != "" else {
            throw .invalidReference(
                text: scheme + text, reason: "after the repository there is one word for the split at most")
        }
        let id = identifier.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let revision = id.count == 2 ? String(id[1].replacing("%2F", with: "/")) : RepositoryReference.defaultRevision
        let reference: RepositoryReference
        do throws(HubError) {
            reference = try RepositoryReference(identifier: String(id.first ?? ""), revision: revision, kind: .dataset)
        } catch {
            guard case .invalidReference(_, let reason) = error else { throw error }
            throw .invalidReference(text: scheme + text, reason: reason)
        }
        return .repository(reference, split: parts.first.map(String.init))
    }

    /// The records, downloaded if they are not in the cache.
    ///
    /// Of a repository with several splits and none asked for it is `train`.
    ///
    /// - Parameters:
    ///   - configuration: where data sets come from and where they are kept.
    ///   - progress: receives reports while files are downloaded.
    /// - Returns: the data set.
    /// - Throws: ``HubError``; ``DataError`` for a path with no data, or a split that is not there.
    public func dataSet(
        configuration: HubConfiguration, progress: DownloadProgress.Handler? = nil
    ) async throws -> DataSet {
        switch self {
        case .path(let path): return try DataSet(path: path)
        case .repository(let reference, let split):
            let repository = HubDataRepository(reference, configuration: configuration, progress: progress)
            return try await repository.dataSet(split: split)
        }
    }
}
