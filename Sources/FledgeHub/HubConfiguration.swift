#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Where models come from and where they are kept. A plain value: pass a different one to get different behaviour.
public struct HubConfiguration: Sendable, Hashable {
    /// The public Hub.
    public static let publicEndpoint = "https://huggingface.co"

    /// The Hub's address without a trailing slash.
    public let endpoint: String
    /// The token for private and gated models.
    public var token: AccessToken?
    /// The directory that holds `models--org--name` folders.
    public var cacheDirectory: URL
    /// The proxy that connections go through; `nil` connects directly.
    public var proxy: ProxyAddress?
    /// When true no connection is ever opened.
    public var isOffline: Bool
    /// How long to wait for the next bytes of a file.
    public var downloadTimeout: Duration
    /// How long to wait for a connection and for the answer to a question about a repository.
    public var metadataTimeout: Duration
    /// How many files are downloaded at the same time; at least one.
    public var maximumConcurrentDownloads: Int
    /// How failed requests are repeated.
    public var retryPolicy: RetryPolicy

    /// Puts a configuration together.
    ///
    /// - Parameters:
    ///   - endpoint: The Hub's address.
    ///   - token: The token for private and gated models.
    ///   - cacheDirectory: The directory that holds `models--org--name` folders.
    ///   - proxy: The proxy that connections go through.
    ///   - isOffline: Whether no connection may be opened.
    ///   - downloadTimeout: How long to wait for the next bytes of a file.
    ///   - metadataTimeout: How long to wait for a connection or an answer about a repository.
    ///   - maximumConcurrentDownloads: How many files are downloaded at the same time.
    ///   - retryPolicy: How failed requests are repeated.
    /// - Throws: ``HubError/invalidSetting(name:reason:)`` when the endpoint is not an http or https URL.
    public init(
        endpoint: String = Self.publicEndpoint, token: AccessToken? = nil, cacheDirectory: URL,
        proxy: ProxyAddress? = nil, isOffline: Bool = false, downloadTimeout: Duration = .seconds(10),
        metadataTimeout: Duration = .seconds(10), maximumConcurrentDownloads: Int = 4,
        retryPolicy: RetryPolicy = RetryPolicy()
    ) throws(HubError) {
        self.endpoint = try Self.checkedEndpoint(endpoint)
        self.token = token
        self.cacheDirectory = cacheDirectory
        self.proxy = proxy
        self.isOffline = isOffline
        self.downloadTimeout = downloadTimeout
        self.metadataTimeout = metadataTimeout
        self.maximumConcurrentDownloads = max(1, maximumConcurrentDownloads)
        self.retryPolicy = retryPolicy
    }

    private static func checkedEndpoint(_ text: String) throws(HubError) -> String {
        var endpoint = Substring(text)
        while endpoint.hasSuffix("/") { endpoint.removeLast() }
        guard let origin = Origin(url: String(endpoint)) else {
            throw .invalidSetting(
                name: "HF_ENDPOINT",
                reason: "“\(DisplayText.sanitized(text))” is not an address such as https://huggingface.co")
        }
        guard !origin.hasCredentials, !endpoint.contains("?"), !endpoint.contains("#") else {
            throw .invalidSetting(
                name: "HF_ENDPOINT", reason: "the address must not contain a password, a query or a fragment")
        }
        return String(endpoint)
    }
}
