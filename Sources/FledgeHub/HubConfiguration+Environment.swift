#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension HubConfiguration {
    /// Reads the environment variables that Python's `huggingface_hub` reads, with the same precedence.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE` | the cache directory |
    /// | `HF_HOME` | the directory that holds `hub/` and `token`; default `~/.cache/huggingface` |
    /// | `XDG_CACHE_HOME` | replaces `~/.cache` in that default |
    /// | `HF_ENDPOINT` | the Hub's address |
    /// | `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN` | the access token |
    /// | `HF_TOKEN_PATH` | a file with the access token; default `$HF_HOME/token` |
    /// | `HF_HUB_DISABLE_IMPLICIT_TOKEN` | send no token |
    /// | `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE` | open no connection when `1`, `true`, `yes` or `on` |
    /// | `https_proxy`, `http_proxy`, `all_proxy`, `no_proxy` | an HTTP proxy, in lower or upper case |
    /// | `HF_HUB_DOWNLOAD_TIMEOUT`, `HF_HUB_ETAG_TIMEOUT` | whole seconds, 10 when absent or 0 |
    ///
    /// A directory may begin with `~` and contain `$NAME` or `${NAME}`. Unlike Python, a variable that is set but
    /// empty counts as absent, so that `HF_HOME=` does not put the cache into the working directory.
    ///
    /// - Parameter environment: The variables; by default those of this process.
    /// - Returns: The configuration.
    /// - Throws: ``HubError/invalidSetting(name:reason:)`` for a malformed endpoint, token or timeout, and
    ///   ``HubError/permissionDenied(path:)`` or ``HubError/fileSystem(operation:path:reason:)`` when the token
    ///   file exists but cannot be read.
    public static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(HubError) -> HubConfiguration {
        let variables = HubEnvironment(variables: environment)
        let endpoint = variables["HF_ENDPOINT"] ?? publicEndpoint
        return try HubConfiguration(
            endpoint: endpoint,
            token: try variables.token(),
            cacheDirectory: URL(fileURLWithPath: variables.cacheDirectory, isDirectory: true),
            proxy: try ProxyAddress.named(for: endpoint, in: environment),
            isOffline: variables.isTrue("HF_HUB_OFFLINE", orElse: "TRANSFORMERS_OFFLINE"),
            downloadTimeout: try variables.timeout("HF_HUB_DOWNLOAD_TIMEOUT"),
            metadataTimeout: try variables.timeout("HF_HUB_ETAG_TIMEOUT"))
    }

    /// The home directory: `HOME`, or what the system says when that is not set.
    ///
    /// - Parameter environment: The variables; by default those of this process.
    /// - Returns: A path without a trailing slash.
    public static func homeDirectory(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> String {
        HubEnvironment(variables: environment).homeDirectory
    }
}

/// The rules by which `huggingface_hub` turns environment variables into settings.
private struct HubEnvironment {
    let variables: [String: String]

    /// The variable's value, unless it is absent or empty.
    subscript(name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    var homeDirectory: String {
        var home = self["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path
        while home.count > 1, home.hasSuffix("/") { home.removeLast() }
        return home
    }

    var homeOfHuggingFace: String {
        expanded(self["HF_HOME"] ?? (self["XDG_CACHE_HOME"] ?? homeDirectory + "/.cache") + "/huggingface")
    }

    var cacheDirectory: String {
        expanded(self["HF_HUB_CACHE"] ?? self["HUGGINGFACE_HUB_CACHE"] ?? homeOfHuggingFace + "/hub")
    }

    func isTrue(_ name: String, orElse fallback: String? = nil) -> Bool {
        let value = self[name] ?? fallback.flatMap { self[$0] } ?? ""
        return ["1", "TRUE", "YES", "ON"].contains(value.uppercased())
    }

    func timeout(_ name: String) throws(HubError) -> Duration {
        guard let text = self[name] else { return .seconds(10) }
        guard let seconds = Int(text.filter { !$0.isWhitespace }), (0...86_400).contains(seconds) else {
            throw .invalidSetting(
                name: name, reason: "“\(DisplayText.sanitized(text))” is not a whole number of seconds up to 86400")
        }
        return .seconds(seconds == 0 ? 10 : seconds)
    }

    func token() throws(HubError) -> AccessToken? {
        if isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") { return nil }
        if let text = self["HF_TOKEN"] ?? self["HUGGING_FACE_HUB_TOKEN"], let token = try AccessToken(text) {
            return token
        }
        let path = expanded(self["HF_TOKEN_PATH"] ?? homeOfHuggingFace + "/token")
        guard let bytes = try FileSystem.contentsIfPresent(of: path, limit: 65_536) else { return nil }
        return try AccessToken(String(decoding: bytes, as: UTF8.self))
    }

    /// The path with a leading `~` and every `$NAME` or `${NAME}` that is set replaced.
    func expanded(_ path: String) -> String {
        let path = path == "~" || path.hasPrefix("~/") ? homeDirectory + path.dropFirst() : path
        var result = ""
        var rest = Substring(path)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.hasPrefix("{")
            let name = (isBraced ? rest.dropFirst() : rest).prefix {
                isBraced ? $0 != "}" : $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
            }
            let isClosed = !isBraced || (name.endIndex < rest.endIndex)
            let end = isBraced && isClosed ? rest.index(after: name.endIndex) : name.endIndex
            if isClosed, !name.isEmpty, let value = variables[String(name)] {
                result += value
            } else {
                result += "$" + rest[..<end]
            }
            rest = rest[end...]
        }
        return result + rest
    }
}
