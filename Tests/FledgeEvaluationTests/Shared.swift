import Foundation

/// Data that is beside the repository on a developer's machine and not part of it.
enum Shared {
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["FLEDGE_SHARED"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../shared").standardizedFileURL
    }()

    static let isThere = FileManager.default.fileExists(atPath: directory.appendingPathComponent("data").path)

    static func lines(_ path: String) throws -> [String] {
        let text = try String(contentsOf: directory.appendingPathComponent("data/\(path)"), encoding: .utf8)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
