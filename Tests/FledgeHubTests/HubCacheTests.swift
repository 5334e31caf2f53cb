import FledgeHub
import Foundation
import Testing

@Suite struct HubCacheTests {
    /// Made from the folder that Python's huggingface_hub 2.4 leaves after `snapshot_download` of the same files:
    /// the same blobs, refs, snapshots and list of files.
    @Test func `The cache has the layout that Python writes`() async throws {
        let files: [String: FakeHub.File] = [
            "config.json": .init(contents: Array("{}\n".utf8)),
            "model.safetensors": .init(contents: Array("abc".utf8), isLarge: true),
            "1_Pooling/config.json": .init(contents: Array("{}\n".utf8)),
        ]
        let workplace = try Workplace(try await FakeHub(files: files))
        let reference = try workplace.reference
        let snapshot = try await workplace.client.snapshot(of: reference)
        let folder = workplace.directory.url.appendingPathComponent("models--org--tiny")
        let small = "0967ef424bce6791893e9a57bb952f80fd536e93"
        let large = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(
            workplace.directory.listing().filter { !$0.contains(".no_exist") } == [
                ".locks/models--org--tiny/\(small).lock",
                ".locks/models--org--tiny/\(large).lock",
                "CACHEDIR.TAG",
                "models--org--tiny/blobs/\(small)",
                "models--org--tiny/blobs/\(large)",
                "models--org--tiny/refs/main",
                "models--org--tiny/snapshots/\(FakeHub.commit)/1_Pooling/config.json",
                "models--org--tiny/snapshots/\(FakeHub.commit)/config.json",
                "models--org--tiny/snapshots/\(FakeHub.commit)/model.safetensors",
                "models--org--tiny/trees/\(FakeHub.commit).json",
            ])
        let manager = FileManager.default
        func target(_ name: String) throws -> String {
            try manager.destinationOfSymbolicLink(atPath: snapshot.appendingPathComponent(name).path)
        }
        #expect(try target("config.json") == "../../blobs/\(small)")
        #expect(try target("model.safetensors") == "../../blobs/\(large)")
        #expect(try target("1_Pooling/config.json") == "../../../blobs/\(small)")
        #expect(try String(contentsOf: folder.appendingPathComponent("refs/main"), encoding: .utf8) == FakeHub.commit)
        let pythonTree = """
            {"format_version": 1, "files": {
            "1_Pooling/config.json": {"size": 3, "blob_id": "\(small)"},
            "config.json": {"size": 3, "blob_id": "\(small)"},
            "model.safetensors": {"size": 3, "blob_id": "\(files["model.safetensors"]?.sha1 ?? "")",
            "lfs_sha256": "\(large)", "lfs_size": 3}}}
            """
        let written = try Data(contentsOf: folder.appendingPathComponent("trees/\(FakeHub.commit).json"))
        let expected = try JSONSerialization.jsonObject(with: Data(pythonTree.utf8)) as? NSDictionary
        #expect(try JSONSerialization.jsonObject(with: written) as? NSDictionary == expected)
        #expect(workplace.cache.isKnownAbsent("tokenizer.json", in: reference, commit: FakeHub.commit))
        #expect(!workplace.cache.isKnownAbsent("config.json", in: reference, commit: FakeHub.commit))
        await workplace.hub.close()
    }

    /// A snapshot as older Python libraries leave it, without a list of files.
    private func pythonSnapshot(_ names: [String], in directory: TemporaryDirectory) throws -> HubCache {
        let folder = directory.url.appendingPathComponent("models--org--tiny")
        let snapshot = folder.appendingPathComponent("snapshots/\(FakeHub.commit)")
        for name in names {
            let file = snapshot.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(#"{"weight_map":{"a":"model-1.safetensors"}}"#.utf8).write(to: file)
        }
        let refs = folder.appendingPathComponent("refs")
        try FileManager.default.createDirectory(at: refs, withIntermediateDirectories: true)
        try Data((FakeHub.commit + "\n").utf8).write(to: refs.appendingPathComponent("main"))
        return HubCache(directory: directory.url)
    }

    @Test(arguments: [
        (["config.json", "model.safetensors", "tokenizer.json"], true),
        (["config.json", "model.safetensors", "vocab.json", "merges.txt"], true),
        (["config.json", "model.safetensors", "vocab.json"], false),
        (["config.json", "model.safetensors"], false),
        (["config.json", "pytorch_model.bin", "tokenizer.json"], false),
        (["model.safetensors", "tokenizer.json"], false),
        (["config.json", "model.safetensors.index.json", "tokenizer.json"], false),
        (["config.json", "model.safetensors.index.json", "model-1.safetensors", "tokenizer.json"], true),
    ])
    func `A snapshot without a list of files is judged by what a model must have`(
        names: [String], isComplete: Bool
    ) throws {
        let directory = try TemporaryDirectory()
        let cache = try pythonSnapshot(names, in: directory)
        let snapshot = cache.snapshot(for: try RepositoryReference("org/tiny"))
        #expect((snapshot != nil) == isComplete)
        #expect(cache.snapshot(for: try RepositoryReference("org/tiny@v2")) == nil)
        #expect((cache.snapshot(for: try RepositoryReference("org/tiny@\(FakeHub.commit)")) != nil) == isComplete)
    }

    @Test func `Offline, a snapshot without a tokenizer is better than nothing`() async throws {
        let directory = try TemporaryDirectory()
        _ = try pythonSnapshot(["config.json", "model.safetensors"], in: directory)
        let configuration = try HubConfiguration(cacheDirectory: directory.url, isOffline: true)
        let snapshot = try await Hub.resolve("org/tiny", configuration: configuration)
        #expect(snapshot.lastPathComponent == FakeHub.commit)
    }

    @Test func `Without a network, a snapshot without a tokenizer is better than nothing`() async throws {
        let directory = try TemporaryDirectory()
        _ = try pythonSnapshot(["config.json", "model.safetensors"], in: directory)
        let configuration = try HubConfiguration(
            endpoint: "http://127.0.0.1:1", cacheDirectory: directory.url, retryPolicy: hastyRetries)
        let snapshot = try await Hub.resolve("org/tiny", configuration: configuration)
        #expect(snapshot.lastPathComponent == FakeHub.commit)
        let error = await failure { () async throws(HubError) in
            try await Hub.resolve("org/tiny", configuration: configuration, freshness: .refresh)
        }
        #expect(error == .connectionFailed(host: "127.0.0.1:1", reason: "connection refused"))
    }

    @Test func `A truncated blob does not count as complete`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel()))
        let reference = try workplace.reference
        let snapshot = try await workplace.client.snapshot(of: reference)
        let blob = snapshot.appendingPathComponent("tokenizer.json").resolvingSymlinksInPath()
        try Data(count: 5).write(to: blob)
        #expect(workplace.cache.snapshot(for: reference) == nil)
        _ = try await workplace.client.snapshot(of: reference)
        #expect(try workplace.agrees(snapshot, tinyModelNames))
        await workplace.hub.close()
    }

    @Test(arguments: ["../../../../etc", "", "main", String(repeating: "a", count: 300)])
    func `A ref that holds no commit is ignored`(contents: String) throws {
        let directory = try TemporaryDirectory()
        let cache = try pythonSnapshot(["config.json"], in: directory)
        try Data(contents.utf8).write(to: directory.url.appendingPathComponent("models--org--tiny/refs/main"))
        #expect(cache.commit(for: try RepositoryReference("org/tiny")) == nil)
    }

    @Test(arguments: [
        "", "[]", #"{"format_version":2,"files":{}}"#,
        #"{"format_version":1,"files":{"../a":{"size":1,"blob_id":"0123456789012345678901234567890123456789"}}}"#,
        #"{"format_version":1,"files":{"a":{"size":1,"blob_id":"../../a"}}}"#,
    ])
    func `A list of files that cannot be understood is ignored`(contents: String) throws {
        let directory = try TemporaryDirectory()
        let cache = HubCache(directory: directory.url)
        let reference = try RepositoryReference("org/tiny")
        let trees = directory.url.appendingPathComponent("models--org--tiny/trees")
        try FileManager.default.createDirectory(at: trees, withIntermediateDirectories: true)
        try Data(contents.utf8).write(to: trees.appendingPathComponent("\(FakeHub.commit).json"))
        #expect(cache.tree(for: reference, commit: FakeHub.commit) == nil)
    }

    @Test func `A lock is held by one at a time and freed when it is released`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.url.path + "/a.lock"
        var first = try FileLock.attempt(path)
        #expect(first != nil)
        #expect(try FileLock.attempt(path) == nil)
        let waiter = Task { () async throws in try await FileLock.acquire(path) }
        first = nil
        _ = try await waiter.value
    }

    @Test func `Waiting for a lock ends when the task is cancelled`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.url.path + "/a.lock"
        let held = try FileLock.attempt(path)
        let waiter = Task { await failure { () async throws(HubError) in try await FileLock.acquire(path) } }
        waiter.cancel()
        #expect(await waiter.value == .cancelled)
        withExtendedLifetime(held) {}
    }

    @Test func `A cache that cannot be written is a typed error`() async throws {
        var workplace = try Workplace(try await FakeHub(files: tinyModel()))
        let blocker = workplace.directory.url.appendingPathComponent("file")
        try Data().write(to: blocker)
        workplace.configuration.cacheDirectory = blocker.appendingPathComponent("cache")
        let (client, reference) = (workplace.client, try workplace.reference)
        let error = await failure { () async throws(HubError) in try await client.snapshot(of: reference) }
        let path = workplace.configuration.cacheDirectory.path
        #expect(
            error == .fileSystem(operation: "Creating the directory", path: path, reason: "Not a directory"))
        await workplace.hub.close()
    }

    #if os(Linux)
        @Test func `A full disk while writing is a typed error`() throws {
            let output = try OutputFile(path: "/dev/full")
            #expect(throws: HubError.diskFull(path: "/dev/full", neededBytes: nil, availableBytes: nil)) {
                try output.write([1, 2, 3])
            }
        }
    #endif

    @Test func `The checksums are git's and SHA-256`() {
        var git = ContentHasher(RepositoryFile(path: "a", size: 6, gitHash: ""))
        Array("hello\n".utf8).withUnsafeBytes { git.update($0) }
        #expect(git.hexadecimal() == "ce013625030ba8dba906f756967f9e9ca394464a")
        var large = ContentHasher(RepositoryFile(path: "a", size: 3, gitHash: "", sha256: ""))
        Array("abc".utf8).withUnsafeBytes { large.update($0) }
        #expect(large.hexadecimal() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
