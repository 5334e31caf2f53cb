#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An HTTP proxy that connections go through.
public struct ProxyAddress: Sendable, Hashable {
    public let host: String
    public let port: Int
    /// The `Basic` credentials, when the proxy wants some.
    let credentials: Credentials?

    /// A user name and password that are not printed by accident.
    struct Credentials: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
        let user: String
        let password: String

        var description: String { "<proxy credentials>" }
        var customMirror: Mirror { Mirror(self, children: [:]) }
    }

    /// - Parameter text: `http://[user:password@]host[:port]`, where `http://` may be missing; `nil` when it is
    ///   something else, such as a SOCKS or https proxy.
    public init?(_ text: String) {
        let url = text.contains("://") ? text : "http://" + text
        guard let origin = Origin(url: url), origin.scheme == "http", let components = URLComponents(string: url)
        else { return nil }
        host = origin.host
        port = origin.port
        credentials = components.user.map { Credentials(user: $0, password: components.password ?? "") }
    }

    /// The proxy that the usual variables name for an address: `https_proxy` or `http_proxy` after its scheme, else
    /// `all_proxy`, in lower or upper case, unless `no_proxy` lists the host.
    ///
    /// - Parameters:
    ///   - url: The address to connect to.
    ///   - environment: The variables.
    /// - Returns: The proxy, or `nil` for a direct connection.
    /// - Throws: ``HubError/invalidSetting(name:reason:)`` when the variable does not name an HTTP proxy.
    static func named(for url: String, in environment: [String: String]) throws(HubError) -> ProxyAddress? {
        guard let origin = Origin(url: url), !origin.isLoopback else { return nil }
        func value(_ name: String) -> (name: String, text: String)? {
            for name in [name, name.uppercased()] {
                if let text = environment[name], !text.isEmpty { return (name, text) }
            }
            return nil
        }
        guard let setting = value(origin.scheme + "_proxy") ?? value("all_proxy"),
            !excludes(origin.host, list: value("no_proxy")?.text ?? "")
        else { return nil }
        guard let proxy = ProxyAddress(setting.text) else {
            throw .invalidSetting(name: setting.name, reason: "only proxies such as http://proxy.local:3128 work here")
        }
        return proxy
    }

    /// Whether a `no_proxy` list has the host, a domain it belongs to, or `*`.
    private static func excludes(_ host: String, list: String) -> Bool {
        list.split(whereSeparator: { $0 == "," || $0 == " " }).contains { entry in
            let domain = entry.drop { $0 == "." || $0 == "*" }.lowercased()
            return entry == "*" || (!domain.isEmpty && (host == domain || host.hasSuffix("." + domain)))
        }
    }
}
