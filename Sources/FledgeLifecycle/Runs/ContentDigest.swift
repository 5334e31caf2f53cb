import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// SHA-256 of what a run was made of, in hexadecimal digits: the same that `sha256sum` prints.
public enum ContentDigest {
    /// The digest of bytes.
    public static func of(_ bytes: some Sequence<UInt8>) -> String {
        var hasher = SHA256()
        let bytes = Array(bytes)
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return text(of: hasher.finalize())
    }

    /// The digest of a text's UTF-8 bytes.
    public static func of(text: String) -> String { of(text.utf8) }

    /// The digest of a file, or of several.
    ///
    /// - Parameter files: the paths. Of several files it is the digest of what `sha256sum` prints about them, with their
    ///   last names, in this order.
    /// - Returns: the digest.
    /// - Throws: ``RunError/unreadable(file:reason:)``.
    public static func of(files: [String]) throws(RunError) -> String {
        if files.count == 1 { return try of(file: files[0]) }
        var list = ""
        for path in files {
            list += try of(file: path) + "  " + URL(filePath: path).lastPathComponent + "\n"
        }
        return of(text: list)
    }

    /// The digest of what a run reads: of each example the hash of its input, and its references.
    static func of(inputs: [String], references: [[String]]) -> String {
        of(
            text: zip(inputs, references).map { input, references in
                input + " " + of(text: references.joined(separator: "\u{0}")) + "\n"
            }.joined())
    }

    private static func of(file path: String) throws(RunError) -> String {
        let file = try RunFile(reading: path)
        var hasher = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try file.read(into: &buffer)
            if count == 0 { break }
            buffer.withUnsafeBytes { hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return text(of: hasher.finalize())
    }

    private static func text(of digest: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
