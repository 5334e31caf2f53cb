import Foundation
import Testing

/// The built program, run as a user runs it.
enum Fledge {
    /// What a run left behind.
    struct Result {
        /// The exit code, or 128 and the signal that ended the process.
        let status: Int32
        let output: String
        let error: String

        /// Standard output as one JSON object on one line.
        func json() throws -> [String: Any] {
            #expect(output.hasSuffix("\n") && output.filter { $0 == "\n" }.count == 1, "one line: \(output)")
            #expect(status == 0 && error.isEmpty, "\(error)")
            return try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        }
    }

    /// The folder with the committed models; a package may reach this file by a symbolic link.
    static let fixtures = here.deletingLastPathComponent().appending(path: "Fixtures")
    /// The folder of this file.
    static let here = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    static let tiny = fixtures.appending(path: "t5-tiny").path

    /// The program beside the test bundle, under its product's or its target's name.
    static let binary: URL? = {
        let bundles = [Bundle.main] + Bundle.allBundles
        let folders = bundles.flatMap { bundle in
            [bundle.bundleURL, bundle.bundleURL.deletingLastPathComponent()]
                + (bundle.executableURL.map { [$0.deletingLastPathComponent()] } ?? [])
        }
        let candidates = folders.flatMap { folder in
            ["fledge", "FledgeCLI"].map { folder.appending(path: $0) }
        }
        return candidates.first { url in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
                && !isDirectory.boolValue && FileManager.default.isExecutableFile(atPath: url.path)
        }
    }()

    /// A process that is ready to run: one thread, nothing of the user's environment, never a download.
    static func process(_ arguments: [String], environment: [String: String] = [:]) throws -> Process {
        let process = Process()
        let binary: URL = try #require(binary, "there is no fledge beside the test bundle; build it first")
        process.executableURL = binary
        process.arguments = arguments
        var variables = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "COLUMNS": "80", "FLEDGE_THREADS": "1",
            "HF_HUB_OFFLINE": "1", "HF_HOME": "/nonexistent/cache", "LC_ALL": "C.UTF-8",
        ]
        variables.merge(environment) { $1 }
        process.environment = variables
        return process
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: String..., environment: [String: String] = [:], input: String = ""
    ) throws -> Result {
        try finish(try process(arguments, environment: environment), input: input)
    }

    /// Runs a process to its end. Files take what it writes, since a pipe that nobody reads would stop it.
    static func finish(_ process: Process, input: String = "") throws -> Result {
        let directory = try TemporaryDirectory(["input": input, "output": "", "error": ""])
        process.standardInput = try FileHandle(forReadingFrom: directory.file("input"))
        process.standardOutput = try FileHandle(forWritingTo: directory.file("output"))
        process.standardError = try FileHandle(forWritingTo: directory.file("error"))
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.exitStatus, output: try text(directory.file("output")),
            error: try text(directory.file("error")))
    }

    private static func text(_ url: URL) throws -> String {
        String(decoding: try Data(contentsOf: url), as: UTF8.self)
    }
}

extension Process {
    /// The exit code, or 128 and the signal that ended the process, as shells say it.
    var exitStatus: Int32 { terminationReason == .exit ? terminationStatus : 128 + terminationStatus }
}

/// A directory that goes when the value does.
final class TemporaryDirectory {
    let url: URL

    init(_ files: [String: String] = [:]) throws {
        url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "fledge-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: file(name)) }
    }

    func file(_ name: String) -> URL { url.appending(path: name) }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// The keys of a JSON value and the kinds of its values, in one line.
func shape(_ value: Any) -> String {
    switch value {
    case let object as [String: Any]:
        "{" + object.sorted { $0.key < $1.key }.map { "\($0.key): \(shape($0.value))" }.joined(separator: ", ") + "}"
    case let array as [Any]: "[" + (array.first.map(shape) ?? "") + "]"
    case is String: "text"
    case let number as NSNumber: isBoolean(number) ? "bool" : "number"
    default: "null"
    }
}

/// Tells truth values from numbers, which both are `NSNumber` here.
private func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
