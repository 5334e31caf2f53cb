/// Everything that can go wrong between a model's name and its files on disk.
///
/// The description is one or more whole sentences: what happened, where, why, and what to do about it. It never
/// contains the access token, and the query of a URL (which may carry a signature) is left out.
public enum HubError: Error, Sendable, Equatable {
    /// What kind of trouble it is, so that a command-line tool can choose its exit code.
    public enum Category: Sendable, Hashable {
        /// The request itself is malformed (`EX_USAGE`, 64).
        case usage
        /// What came back is not what was promised (`EX_DATAERR`, 65).
        case badData
        /// The named model, revision or file does not exist (`EX_NOINPUT`, 66).
        case missingInput
        /// The Hub cannot be reached or does not serve us (`EX_UNAVAILABLE`, 69).
        case unavailable
        /// This machine's file system refuses (`EX_IOERR`, 74).
        case inputOutput
    }

    // usage
    case invalidReference(text: String, reason: String)
    case invalidSetting(name: String, reason: String)
    case refreshWhileOffline(reference: String)

    // missing input
    case directoryNotFound(path: String)
    case notADirectory(path: String)
    case repositoryNotFound(repository: String, endpoint: String, tokenSent: Bool)
    case revisionNotFound(repository: String, revision: String, endpoint: String)
    case fileNotFound(repository: String, revision: String, file: String, endpoint: String)
    case noMatchingFiles(reference: String, patterns: [String])
    case noSafetensors(reference: String, otherWeights: [String])
    case unreadDataFiles(reference: String, files: [String], extensions: [String])

    // unavailable
    case offline(reference: String, cacheDirectory: String)
    case tokenRefused(endpoint: String)
    case gated(repository: String, endpoint: String, tokenSent: Bool)
    case forbidden(repository: String, endpoint: String, tokenSent: Bool, message: String?)
    case rateLimited(host: String, retryAfterSeconds: Int?)
    case serverFailed(status: Int, url: String, message: String?)
    case connectionFailed(host: String, reason: String)
    case timedOut(host: String, seconds: Double, during: String)
    case insecureRedirect(from: String, to: String)
    case tooManyRedirects(url: String, limit: Int)
    case cancelled

    // input and output
    case diskFull(path: String, neededBytes: Int64?, availableBytes: Int64?)
    case permissionDenied(path: String)
    case fileSystem(operation: String, path: String, reason: String)

    // bad data
    case checksumMismatch(file: String, repository: String, expected: String, actual: String)
    case sizeMismatch(file: String, repository: String, expected: Int64, actual: Int64)
    case unsafePath(path: String, repository: String)
    case malformedResponse(url: String, reason: String)
    case malformedFile(path: String, reason: String)
    case missingShard(reference: String, index: String, shard: String)

    /// Whether the trouble is with the way to the Hub rather than with what was asked of it.
    var isUnreachable: Bool {
        switch self {
        case .connectionFailed, .timedOut, .serverFailed: true
        default: false
        }
    }

    /// The kind of trouble.
    public var category: Category {
        switch self {
        case .invalidReference, .invalidSetting, .refreshWhileOffline:
            .usage
        case .directoryNotFound, .notADirectory, .repositoryNotFound, .revisionNotFound, .fileNotFound,
            .noMatchingFiles, .noSafetensors, .unreadDataFiles:
            .missingInput
        case .offline, .tokenRefused, .gated, .forbidden, .rateLimited, .serverFailed, .connectionFailed, .timedOut,
            .insecureRedirect, .tooManyRedirects, .cancelled:
            .unavailable
        case .diskFull, .permissionDenied, .fileSystem:
            .inputOutput
        case .checksumMismatch, .sizeMismatch, .unsafePath, .malformedResponse, .malformedFile, .missingShard:
            .badData
        }
    }
}
