/// A repository on the Hub at a revision: `org/name@revision`, or `name` for the few that have no owner.
///
/// The rules are those of the Hub: 1 to 96 characters, ASCII letters, digits, `-`, `_` and `.`, at most one `/`,
/// no `--` or `..`, and neither part begins or ends with `-` or `.`. A revision is a branch, a tag, a `refs/pr/N`,
/// or a commit hash, spelled as git allows.
public struct RepositoryReference: Sendable, Hashable, CustomStringConvertible {
    /// The branch that is meant when nothing is said.
    public static let defaultRevision = "main"

    /// What the repository holds.
    public let kind: RepositoryKind
    /// `org/name`, or `name`.
    public let identifier: String
    /// A branch, tag, `refs/pr/N` or commit hash.
    public let revision: String

    /// Reads `org/name[@revision]`.
    ///
    /// - Parameters:
    ///   - text: The id with an optional revision.
    ///   - kind: What the repository holds.
    /// - Throws: ``HubError/invalidReference(text:reason:)``.
    public init(_ text: String, kind: RepositoryKind = .model) throws(HubError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let revision = parts.count == 2 ? String(parts[1]) : Self.defaultRevision
        try self.init(identifier: String(parts.first ?? ""), revision: revision, kind: kind, text: text)
    }

    /// Checks an id and a revision that are already apart.
    ///
    /// - Parameters:
    ///   - identifier: `org/name`, or `name`.
    ///   - revision: A branch, tag, `refs/pr/N` or commit hash.
    ///   - kind: What the repository holds.
    /// - Throws: ``HubError/invalidReference(text:reason:)``.
    public init(
        identifier: String, revision: String = Self.defaultRevision, kind: RepositoryKind = .model
    ) throws(HubError) {
        try self.init(identifier: identifier, revision: revision, kind: kind, text: "\(identifier)@\(revision)")
    }

    private init(identifier: String, revision: String, kind: RepositoryKind, text: String) throws(HubError) {
        if let reason = Self.fault(inIdentifier: identifier) ?? Self.fault(inRevision: revision) {
            throw .invalidReference(text: DisplayText.sanitized(kind.uriPrefix + text), reason: reason)
        }
        self.kind = kind
        self.identifier = identifier
        self.revision = revision
    }

    /// The id, after `datasets/` for a data set, and the revision unless it is the default one.
    public var description: String {
        revision == Self.defaultRevision ? path : "\(path)@\(revision)"
    }

    /// The repository's address on the Hub: `org/name`, or `datasets/org/name`.
    var path: String { kind.prefix + identifier }

    /// The folder of this repository in the cache: `models--org--name`, or `datasets--org--name`.
    var cacheFolderName: String {
        kind.plural + "--" + identifier.split(separator: "/").joined(separator: "--")
    }

    /// Whether the revision is a full commit hash, which can never change its meaning.
    var isPinnedToCommit: Bool { Self.isCommitHash(revision) }

    /// Whether the text is 40 lower-case hexadecimal digits.
    static func isCommitHash(_ text: String) -> Bool {
        text.utf8.count == 40 && text.utf8.allSatisfy(isLowercaseHexadecimal)
    }

    static func isLowercaseHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func fault(inIdentifier identifier: String) -> String? {
        if identifier.isEmpty { return "the repository's name is empty" }
        if identifier.utf8.count > 96 { return "a repository's name has at most 96 characters" }
        if let character = identifier.first(where: { !isAllowedInIdentifier($0) }) {
            return "the character “\(DisplayText.sanitized(String(character)))” is not allowed in a repository's name"
        }
        let parts = identifier.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 2 { return "no such directory exists, and a Hub id has at most one “/”" }
        for part in parts {
            guard let first = part.first, let last = part.last else { return "a part around the “/” is empty" }
            if "-.".contains(first) || "-.".contains(last) {
                return "a part of a repository's name begins or ends with “-” or “.”"
            }
        }
        if identifier.contains("--") || identifier.contains("..") {
            return "“--” and “..” are not allowed in a repository's name"
        }
        if identifier.hasSuffix(".git") { return "a repository's name does not end with “.git”" }
        return nil
    }

    private static func isAllowedInIdentifier(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_./".contains(character))
    }

    /// The rules of `git check-ref-format` that matter for a path and a URL.
    private static func fault(inRevision revision: String) -> String? {
        if revision.isEmpty { return "the revision after “@” is empty" }
        if revision.utf8.count > 255 { return "a revision has at most 255 bytes" }
        let forbidden = revision.unicodeScalars.first { scalar in
            scalar.value <= 0x20 || scalar.value == 0x7F || "~^:?*[\\".unicodeScalars.contains(scalar)
        }
        if let forbidden {
            return "the character “\(DisplayText.sanitized(String(forbidden)))” is not allowed in a revision"
        }
        for part in revision.split(separator: "/", omittingEmptySubsequences: false) {
            if part.isEmpty { return "a part of the revision is empty" }
            if part.hasPrefix(".") || part.hasSuffix(".lock") {
                return "a part of the revision begins with “.” or ends with “.lock”"
            }
        }
        if revision.contains("..") || revision.contains("@{") {
            return "“..” and “@{” are not allowed in a revision"
        }
        return nil
    }
}
