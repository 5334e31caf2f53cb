#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The scheme, host and port of a URL: what decides whether two URLs belong to the same server.
struct Origin: Sendable, Hashable {
    let scheme: String
    let host: String
    let port: Int
    /// Whether the URL carried a user name or password.
    let hasCredentials: Bool

    /// - Parameter url: An absolute http or https URL; anything else has no origin.
    init?(url: String) {
        guard let components = URLComponents(string: url),
            let scheme = components.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = components.host?.lowercased(), Self.isPlausible(host: host),
            (1...65_535).contains(components.port ?? 1)
        else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = components.port ?? (scheme == "https" ? 443 : 80)
        self.hasCredentials = components.user != nil || components.password != nil
    }

    /// Whether the text can be a host: ASCII without control characters, spaces or escapes.
    private static func isPlausible(host: String) -> Bool {
        !host.isEmpty && host.utf8.count <= 255 && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x25 }
    }

    /// The host, with its port when that is not the scheme's own.
    var authority: String {
        port == (scheme == "https" ? 443 : 80) ? host : "\(host):\(port)"
    }

    /// Whether the host is this machine.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers.allSatisfy { $0 != nil } && numbers[0] == 127
    }
}

/// Building, resolving and showing URLs.
enum URLText {
    /// The text with every byte escaped that is not unreserved in a URL, except those in `keeping`.
    static func escaped(_ text: String, keeping: String = "") -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let isAlphanumeric =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            if isAlphanumeric || "-._~".utf8.contains(byte) || keeping.utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The absolute URL that `reference`, found in an answer of `base`, points to.
    static func resolved(_ reference: String, against base: String) -> String? {
        guard let base = URL(string: base), let url = URL(string: reference, relativeTo: base) else { return nil }
        return url.absoluteString
    }

    /// The URL without its query and fragment, which may hold a signature.
    static func shown(_ url: String) -> String {
        DisplayText.sanitized(String(url.prefix { $0 != "?" && $0 != "#" }))
    }
}
