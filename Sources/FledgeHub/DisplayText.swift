/// Text from a user or a server, made fit to be shown on a terminal.
package enum DisplayText {
    /// The text on one line, without control characters, cut to `limit` characters.
    package static func sanitized(_ text: String, limit: Int = 200) -> String {
        var result = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == limit {
                result += "…"
                break
            }
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            let isBidirectionalOverride =
                (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            result.unicodeScalars.append(isControl || isBidirectionalOverride ? "\u{FFFD}" : scalar)
        }
        return result
    }
}
