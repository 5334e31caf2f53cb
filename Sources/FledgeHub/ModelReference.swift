#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What a user writes after `--model`: a directory on this machine, or a repository on the Hub.
public enum ModelReference: Sendable, Hashable {
    case directory(URL)
    case repository(RepositoryReference)

    /// Decides which of the two the text means.
    ///
    /// Text is a path when it begins with `/`, `./`, `../` or `~/`, when it is `.`, `..` or `~`, or when something
    /// exists there on disk. Everything else is a Hub id with an optional `@revision`.
    ///
    /// - Parameters:
    ///   - text: A path or a Hub id.
    ///   - homeDirectory: What `~` stands for.
    ///   - fileExists: Whether something exists at a path.
    /// - Throws: ``HubError/invalidReference(text:reason:)`` when the text can be neither.
    public init(
        _ text: String,
        homeDirectory: String = HubConfiguration.homeDirectory(),
        fileExists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) throws(HubError) {
        if text.isEmpty {
            throw .invalidReference(text: text, reason: "it is empty")
        }
        if text.utf8.contains(0) {
            throw .invalidReference(text: "", reason: "it contains a null character")
        }
        if Self.looksLikePath(text) || fileExists(text) {
            let path = text == "~" || text.hasPrefix("~/") ? homeDirectory + text.dropFirst() : text
            self = .directory(URL(fileURLWithPath: path, isDirectory: true))
        } else {
            self = .repository(try RepositoryReference(text))
        }
    }

    private static func looksLikePath(_ text: String) -> Bool {
        text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") || text.hasPrefix("~/")
            || text == "." || text == ".." || text == "~"
    }
}
