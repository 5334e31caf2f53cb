import FledgeData
import FledgeTemplates
import Foundation
import Testing

/// Files that tests write, removed when the value is released.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "fledge-data-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file.
    ///
    /// - Returns: its path.
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = "\(path)/\(name)"
        if name.contains("/") {
            let folder = (file as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        // Foundation waits until a file is on the disk, and some file systems do when one is overwritten; the thousand
        // small ones of these tests need not be there.
        unlink(file)
        let stream = try #require(fopen(file, "w"))
        defer { fclose(stream) }
        #expect(fwrite(bytes, 1, bytes.count, stream) == bytes.count)
        return file
    }
}

/// The files that Tools/data_golden.py made.
enum Fixture {
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/\(name)").path
    }

    static func json(_ name: String) throws -> Value {
        try Value(json: [UInt8](Data(contentsOf: URL(fileURLWithPath: path(name)))))
    }
}

/// Data that is beside the repository on a developer's machine and not part of it.
enum Shared {
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["FLEDGE_SHARED"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../shared").standardizedFileURL
    }()

    static let isThere = FileManager.default.fileExists(atPath: directory.appendingPathComponent("data").path)

    static func path(_ path: String) -> String { directory.appendingPathComponent("data/\(path)").path }
}

/// All records of a data set.
func records(_ dataSet: DataSet) throws -> [Record] {
    let reader = try RecordReader(dataSet)
    var records: [Record] = []
    while let record = try reader.next() { records.append(record) }
    return records
}

/// The records of a text in a file of a certain name.
func records(of text: String, named name: String, format: DataFormat? = nil) throws -> [Record] {
    let directory = try TemporaryDirectory()
    return try records(try DataSet(path: try directory.write(text, to: name), format: format))
}

/// The text of the error that reading gives, its directory left out.
func failure(of text: String, named name: String, format: DataFormat? = nil) throws -> String {
    let directory = try TemporaryDirectory()
    let path = try directory.write(text, to: name)
    do {
        _ = try records(try DataSet(path: path, format: format))
        return "no error"
    } catch let error as DataError {
        return "\(error)".replacingOccurrences(of: directory.path + "/", with: "")
    }
}
