import Foundation

import FledgeHub

/// Repeatable pseudo-random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// `count` bytes that do not repeat.
    static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 24) }
    }
}

/// The files of a small model.
func tinyModel(weightsBytes: Int = 300_000) -> [String: FakeHub.File] {
    [
        "README.md": .init(contents: Array("# Tiny\n".utf8)),
        "config.json": .init(contents: Array("{\"model_type\": \"t5\"}\n".utf8)),
        "generation_config.json": .init(contents: Array("{\"eos_token_id\": 1}\n".utf8)),
        "model.safetensors": .init(contents: SeededGenerator.bytes(weightsBytes, seed: 1), isLarge: true),
        "pytorch_model.bin": .init(contents: SeededGenerator.bytes(1000, seed: 2), isLarge: true),
        "onnx/model.onnx": .init(contents: SeededGenerator.bytes(1000, seed: 3), isLarge: true),
        "spiece.model": .init(contents: SeededGenerator.bytes(20_000, seed: 4), isLarge: true),
        "tokenizer.json": .init(contents: SeededGenerator.bytes(50_000, seed: 5)),
        "tokenizer_config.json": .init(contents: Array("{}\n".utf8)),
    ]
}

/// The files of ``tinyModel(weightsBytes:)`` that running it takes.
let tinyModelNames = [
    "README.md", "config.json", "generation_config.json", "model.safetensors", "spiece.model", "tokenizer.json",
    "tokenizer_config.json",
]

/// A directory that is removed when the value is released.
final class TemporaryDirectory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("fledge-hub-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// The paths of all files and links below, sorted, relative to the directory.
    func listing() -> [String] {
        fileNames(below: url)
    }
}

/// The paths of all files and links below a directory, sorted, relative to it.
func fileNames(below directory: URL) -> [String] {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: directory.path)) ?? []
    return names.filter { name in
        var isDirectory: ObjCBool = false
        let path = directory.appendingPathComponent(name).path
        return !FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) || !isDirectory.boolValue
    }.sorted()
}

/// Retries without waiting.
let hastyRetries = RetryPolicy(
    maximumAttempts: 4, initialDelay: .milliseconds(1), longestDelay: .milliseconds(4), longestRetryAfter: .seconds(5))

/// A hub, a cache directory and a configuration that joins them.
struct Workplace: Sendable {
    let hub: FakeHub
    let directory: TemporaryDirectory
    var configuration: HubConfiguration

    var cache: HubCache { HubCache(directory: configuration.cacheDirectory) }
    var client: HubClient { HubClient(configuration: configuration) }
    var reference: RepositoryReference {
        get throws { try RepositoryReference(hub.repository) }
    }

    init(_ hub: FakeHub, token: String? = nil, timeout: Duration = .seconds(5)) throws {
        self.hub = hub
        directory = try TemporaryDirectory()
        configuration = try HubConfiguration(
            endpoint: hub.endpoint, token: try token.flatMap { text throws(HubError) in try AccessToken(text) },
            cacheDirectory: directory.url, downloadTimeout: timeout, metadataTimeout: timeout,
            retryPolicy: hastyRetries)
    }

    /// Whether each named file is in the directory with the hub's bytes.
    func agrees(_ snapshot: URL, _ names: [String]) throws -> Bool {
        try names.allSatisfy { name in
            let data = try Data(contentsOf: snapshot.appendingPathComponent(name))
            return Array(data) == hub.files[name]?.contents
        }
    }
}

/// The error that the work throws; `nil` when it throws none.
func failure<Result>(of work: () async throws(HubError) -> Result) async -> HubError? {
    do {
        _ = try await work()
        return nil
    } catch {
        return error
    }
}
