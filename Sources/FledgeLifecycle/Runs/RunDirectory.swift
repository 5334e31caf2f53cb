#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A run on disk: its settings, and a line for each example that is done.
///
/// Lines are appended as batches finish, in the order of the batches. A process that is killed leaves at most one broken
/// line at the end, which the next one drops. When all are done the file is replaced by one in the order of the data.
public final class RunDirectory {
    /// The file of the settings.
    public static let settingsName = "run.json"
    /// The file of the examples.
    public static let examplesName = "examples.jsonl"

    /// Where it is.
    public let path: String
    /// The examples that are done, by their numbers.
    public private(set) var records: [Int: RunRecord] = [:]
    private let total: Int
    private var file: RunFile
    /// Whether the file's lines are all examples in order.
    private var isInOrder = false

    private var examplesPath: String { path + "/" + RunDirectory.examplesName }

    /// Begins a run, or goes on with the one that is there.
    ///
    /// - Parameters:
    ///   - path: a directory, which is created if there is none.
    ///   - settings: what the run is made with.
    /// - Throws: ``RunError``: the directory holds a run with other settings, another process is writing it, or it is
    ///   damaged or cannot be written.
    public init(path: String, settings: RunSettings) throws {
        self.path = path
        total = settings.examples
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw RunError.unwritable(file: path, reason: "the directory cannot be created")
        }
        file = try RunDirectory.lockedFile(path + "/" + RunDirectory.examplesName, directory: path)
        let bytes = try file.contents()
        let settingsPath = path + "/" + RunDirectory.settingsName
        if RunFile.exists(settingsPath) {
            try RunDirectory.check(settings, settingsPath, directory: path)
        } else if bytes.isEmpty {
            try RunFile.replace(settingsPath, with: try RunJSON.page(settings))
        } else {
            throw RunError.noSettings(directory: path, file: RunDirectory.examplesName)
        }
        let (found, end) = try RunDirectory.parse(bytes, file: examplesPath)
        if end < bytes.count { try file.truncate(to: end) }
        for record in found {
            guard 0..<total ~= record.index else {
                throw RunError.damaged(
                    file: examplesPath, line: 0, problem: "there is an example \(record.index) of \(total)")
            }
            if records[record.index] == nil { records[record.index] = record }
        }
        isInOrder = found.map(\.index).elementsEqual(0..<total)
    }

    /// The file, locked, and still the one of this name: whoever had it may have put another in its place meanwhile.
    private static func lockedFile(_ path: String, directory: String) throws(RunError) -> RunFile {
        for _ in 0..<100 {
            guard let file = try RunFile(appendingTo: path) else { throw .inUse(directory: directory) }
            if file.isStillNamed { return file }
        }
        throw .inUse(directory: directory)
    }

    private static func check(_ settings: RunSettings, _ path: String, directory: String) throws {
        let recorded = try RunFile(reading: path).contents()
        guard let differences = try? settings.differences(from: recorded) else {
            throw RunError.damaged(file: path, line: 0, problem: "it is not the JSON of a run's settings")
        }
        if !differences.isEmpty { throw RunError.otherSettings(directory: directory, differences: differences) }
    }

    /// The records of a file's bytes, and where the last whole line ends.
    private static func parse(_ bytes: [UInt8], file: String) throws(RunError) -> (records: [RunRecord], end: Int) {
        var records: [RunRecord] = []
        var start = 0
        var number = 1
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            guard let record = try? RunJSON.decode(RunRecord.self, bytes[start..<end]) else {
                // Only the last line can be one that was being written.
                if end + 1 == bytes.count { break }
                throw .damaged(file: file, line: number, problem: "it is not the JSON of an example")
            }
            records.append(record)
            start = end + 1
            number += 1
        }
        return (records, start)
    }

    /// Adds examples that are done, and returns when they are on the disk.
    ///
    /// - Throws: ``RunError/unwritable(file:reason:)``.
    public func append(_ some: [RunRecord]) throws {
        var bytes: [UInt8] = []
        for record in some { bytes += try RunJSON.line(record) + [0x0A] }
        try file.append(bytes)
        for record in some { records[record.index] = record }
    }

    /// Puts the examples into the order of the data once all are done.
    ///
    /// - Throws: ``RunError/unwritable(file:reason:)``.
    public func finish() throws {
        guard !isInOrder, records.count == total else { return }
        var bytes: [UInt8] = []
        for index in 0..<total {
            guard let record = records[index] else { return }
            bytes += try RunJSON.line(record) + [0x0A]
        }
        try RunFile.replace(examplesPath, with: bytes)
        isInOrder = true
    }

    /// Writes a file beside the examples of a run, whole or not at all.
    ///
    /// - Parameters:
    ///   - value: what to write, as JSON with `snake_case` keys.
    ///   - name: the file's name.
    ///   - directory: the run's directory.
    /// - Throws: ``RunError/unwritable(file:reason:)``.
    public static func write(_ value: some Encodable, to name: String, in directory: String) throws {
        try RunFile.replace(directory + "/" + name, with: try RunJSON.page(value))
    }
}
