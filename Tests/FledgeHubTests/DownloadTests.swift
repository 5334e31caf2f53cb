import FledgeHub
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@Suite struct DownloadTests {
    @Test func `A model is downloaded without the files that running it does not need`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel(), pageSize: 2))
        let snapshot = try await workplace.client.snapshot(of: try workplace.reference)
        #expect(snapshot.lastPathComponent == FakeHub.commit)
        #expect(fileNames(below: snapshot) == tinyModelNames)
        #expect(try workplace.agrees(snapshot, tinyModelNames))
        let pages = workplace.hub.hub.requests.filter { $0.path.contains("/tree/") }
        #expect(pages.map(\.query) == ["recursive=true"] + [2, 4, 6, 8].map { "recursive=true&cursor=\($0)" })
        await workplace.hub.close()
    }

    @Test func `The token goes to the Hub and never to another host`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel()), token: "hf_secret")
        _ = try await workplace.client.snapshot(of: try workplace.reference)
        let hub = workplace.hub.hub.requests
        #expect(hub.count > 5)
        #expect(hub.allSatisfy { $0.headers["Authorization"] == ["Bearer hf_secret"] })
        let storage = workplace.hub.storage.requests
        #expect(storage.count == 2)
        #expect(storage.allSatisfy { $0.headers["Authorization"].isEmpty && $0.headers["If-Range"].isEmpty })
        await workplace.hub.close()
    }

    @Test func `The token does not come back with a redirect from another host`() async throws {
        let port = Locked(0)
        let outside = try await TestServer { _ in
            TestResponse(
                status: .found, headers: ["Location": "http://127.0.0.1:\(port.current)/back"])
        }
        let hub = try await FakeHub(files: tinyModel()) { request, response in
            if request.path == "/back" { return TestResponse(body: tinyModel()["config.json"]?.contents ?? []) }
            guard request.path.hasSuffix("/config.json") else { return response }
            return TestResponse(status: .found, headers: ["Location": "http://localhost:\(outside.port)/x"])
        }
        port.with { $0 = hub.hub.port }
        let workplace = try Workplace(hub, token: "hf_secret")
        _ = try await workplace.client.snapshot(
            of: try workplace.reference, selection: .patterns(allow: ["config.json"]))
        #expect(outside.requests.map { $0.headers["Authorization"] } == [[]])
        #expect(hub.hub.requests.last?.path == "/back")
        #expect(hub.hub.requests.last?.headers["Authorization"] == [])
        await outside.close()
        await hub.close()
    }

    @Test func `A relative redirect on the Hub keeps the token, as when a repository was renamed`() async throws {
        let hub = try await FakeHub(files: tinyModel()) { request, response in
            guard request.path.contains("/old/tiny") else { return response }
            let target = request.target.replacingOccurrences(of: "/old/tiny", with: "/org/tiny")
            return TestResponse(status: .temporaryRedirect, headers: ["Location": target])
        }
        let workplace = try Workplace(hub, token: "hf_secret")
        let snapshot = try await workplace.client.snapshot(of: try RepositoryReference("old/tiny"))
        #expect(try workplace.agrees(snapshot, tinyModelNames))
        #expect(hub.hub.requests.allSatisfy { $0.headers["Authorization"] == ["Bearer hf_secret"] })
        #expect(snapshot.path.contains("models--old--tiny"))
        await hub.close()
    }

    @Test func `Requests go through a proxy when there is one`() async throws {
        let proxy = try await TestServer { _ in .failure(.notFound, code: "RepoNotFound") }
        var workplace = try Workplace(try await FakeHub(files: tinyModel()))
        workplace.configuration.proxy = ProxyAddress("http://ada:word@127.0.0.1:\(proxy.port)")
        let (client, reference) = (workplace.client, try workplace.reference)
        let error = await failure { () async throws(HubError) in try await client.snapshot(of: reference) }
        let host = "127.0.0.1:\(workplace.hub.hub.port)"
        #expect(error == .connectionFailed(host: host, reason: "invalid proxy response"))
        #expect(workplace.hub.hub.requests.isEmpty)
        #expect(proxy.requests.map(\.method) == [.CONNECT])
        #expect(proxy.requests.map(\.target) == [host])
        #expect(proxy.requests.first?.headers["Proxy-Authorization"] == ["Basic YWRhOndvcmQ="])
        await proxy.close()
        await workplace.hub.close()
    }

    @Test func `A complete snapshot is used without any connection, also offline`() async throws {
        var workplace = try Workplace(try await FakeHub(files: tinyModel()))
        let first = try await workplace.client.snapshot(of: try workplace.reference)
        let count = workplace.hub.hub.requests.count
        await workplace.hub.close()
        #expect(try await workplace.client.snapshot(of: try workplace.reference) == first)
        #expect(workplace.hub.hub.requests.count == count)
        workplace.configuration.isOffline = true
        #expect(try await workplace.client.snapshot(of: try workplace.reference) == first)
        let (client, reference) = (workplace.client, try workplace.reference)
        let error = await failure { () async throws(HubError) in
            try await client.snapshot(of: reference, freshness: .refresh)
        }
        #expect(error == .refreshWhileOffline(reference: "org/tiny"))
    }

    @Test func `Offline and not in the cache, no connection is opened`() async throws {
        var workplace = try Workplace(try await FakeHub(files: tinyModel()))
        workplace.configuration.isOffline = true
        let (client, reference) = (workplace.client, try workplace.reference)
        let error = await failure { () async throws(HubError) in try await client.snapshot(of: reference) }
        #expect(error == .offline(reference: "org/tiny", cacheDirectory: workplace.directory.url.path))
        #expect(workplace.hub.hub.requests.isEmpty)
        #expect(workplace.directory.listing().isEmpty)
        await workplace.hub.close()
    }

    @Test func `A missing file is all that is downloaded the second time`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel()))
        let reference = try workplace.reference
        let snapshot = try await workplace.client.snapshot(of: reference, selection: .tokenizer)
        #expect(
            fileNames(below: snapshot) == ["config.json", "spiece.model", "tokenizer.json", "tokenizer_config.json"])
        #expect(workplace.cache.snapshot(for: reference) == nil)
        let count = workplace.hub.hub.requests.count
        _ = try await workplace.client.snapshot(of: reference)
        let later = workplace.hub.hub.requests.dropFirst(count).map(\.path)
        #expect(
            later.sorted() == [
                "/api/models/org/tiny/revision/main",
                "/org/tiny/resolve/\(FakeHub.commit)/README.md",
                "/org/tiny/resolve/\(FakeHub.commit)/generation_config.json",
                "/org/tiny/resolve/\(FakeHub.commit)/model.safetensors",
            ])
        await workplace.hub.close()
    }

    @Test func `Refreshing asks for the commit; downloading again fetches every file`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel()))
        let reference = try workplace.reference
        let snapshot = try await workplace.client.snapshot(of: reference)
        var count = workplace.hub.hub.requests.count
        _ = try await workplace.client.snapshot(of: reference, freshness: .refresh)
        #expect(
            workplace.hub.hub.requests.dropFirst(count).map(\.path) == ["/api/models/org/tiny/revision/main"])

        let damaged = snapshot.appendingPathComponent("model.safetensors").resolvingSymlinksInPath()
        let size = try Data(contentsOf: damaged).count
        try Data(count: size).write(to: damaged)
        count = workplace.hub.hub.requests.count
        _ = try await workplace.client.snapshot(of: reference, freshness: .redownload)
        #expect(workplace.hub.hub.requests.count - count == 2 + tinyModelNames.count)
        #expect(try workplace.agrees(snapshot, tinyModelNames))
        await workplace.hub.close()
    }

    @Test func `A pull request's revision is kept in nested refs and a commit needs none`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel()))
        let selection = FileSelection.patterns(allow: ["config.json"])
        _ = try await workplace.client.snapshot(
            of: try RepositoryReference("org/tiny@refs/pr/1"), selection: selection)
        _ = try await workplace.client.snapshot(
            of: try RepositoryReference("org/tiny@\(FakeHub.commit)"), selection: selection)
        #expect(workplace.hub.hub.requests.first?.target == "/api/models/org/tiny/revision/refs%2Fpr%2F1")
        let refs = workplace.directory.listing().filter { $0.contains("/refs/") }
        #expect(refs == ["models--org--tiny/refs/refs/pr/1"])
        await workplace.hub.close()
    }

    @Test func `The shards that an index names are downloaded and no others`() async throws {
        let index = """
            {"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors",
            "b": "model-00002-of-00002.safetensors", "c": "model-00001-of-00002.safetensors"}}
            """
        var files = tinyModel()
        files["model.safetensors"] = nil
        files["model.safetensors.index.json"] = .init(contents: Array(index.utf8))
        for name in ["model-00001-of-00002", "model-00002-of-00002", "consolidated"] {
            files[name + ".safetensors"] = .init(contents: Array(name.utf8), isLarge: true)
        }
        let workplace = try Workplace(try await FakeHub(files: files))
        let snapshot = try await workplace.client.snapshot(of: try workplace.reference)
        let weights = fileNames(below: snapshot).filter { $0.hasSuffix(".safetensors") }
        #expect(weights == ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
        #expect(workplace.cache.snapshot(for: try workplace.reference) == snapshot)
        try FileManager.default.removeItem(at: snapshot.appendingPathComponent(weights[0]))
        #expect(workplace.cache.snapshot(for: try workplace.reference) == nil)
        await workplace.hub.close()
    }

    @Test func `An index that names a missing shard is refused`() async throws {
        var files = tinyModel()
        files["model.safetensors"] = nil
        files["model.safetensors.index.json"] = .init(contents: Array(#"{"weight_map":{"a":"../x"}}"#.utf8))
        let workplace = try Workplace(try await FakeHub(files: files))
        let (client, reference) = (workplace.client, try workplace.reference)
        let error = await failure { () async throws(HubError) in try await client.snapshot(of: reference) }
        #expect(error == .missingShard(reference: "org/tiny", index: "model.safetensors.index.json", shard: "../x"))
        await workplace.hub.close()
    }

    @Test func `Progress grows to the total and counts the files`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel(weightsBytes: 2_000_000)))
        let reports = Locked<[DownloadProgress]>([])
        _ = try await workplace.client.snapshot(of: try workplace.reference) { report in
            reports.with { $0.append(report) }
        }
        let all = reports.current
        let total = Int64(tinyModelNames.reduce(0) { $0 + (workplace.hub.files[$1]?.contents.count ?? 0) })
        #expect(all.last?.bytes == total)
        #expect(all.last?.filesDone == tinyModelNames.count)
        #expect(all.allSatisfy { $0.totalBytes == total && $0.totalFiles == tinyModelNames.count })
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.bytes <= $1.bytes && $0.filesDone <= $1.filesDone })
        await workplace.hub.close()
    }

    @Test func `Two downloads of one model at a time fetch each file once`() async throws {
        let workplace = try Workplace(
            try await FakeHub(
                files: tinyModel(),
                storageFilter: { _, response in
                    var slow = response
                    slow.pause = .milliseconds(5)
                    return slow
                }))
        let reference = try workplace.reference
        async let first = workplace.client.snapshot(of: reference)
        async let second = workplace.client.snapshot(of: reference)
        #expect(try await first == second)
        #expect(workplace.hub.storage.requests.count == 2)
        #expect(try workplace.agrees(try await first, tinyModelNames))
        await workplace.hub.close()
    }
}
