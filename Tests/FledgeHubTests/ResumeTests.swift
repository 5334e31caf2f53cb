import FledgeHub
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@Suite struct ResumeTests {
    /// Where a download of the weights leaves what it has so far.
    private func partialFile(_ workplace: Workplace) throws -> URL {
        let etag = try #require(workplace.hub.files["model.safetensors"]?.sha256)
        return URL(fileURLWithPath: workplace.cache.blob(etag, of: try workplace.reference) + ".incomplete")
    }

    /// Puts something where an interrupted download would have left its part.
    private func leave(_ bytes: some Collection<UInt8>, in workplace: Workplace) throws {
        let file = try partialFile(workplace)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    /// The ranges of the requests for the weights, an empty text for the whole.
    private func weightsRequests(_ hub: FakeHub) throws -> [String] {
        let key = try #require(hub.files["model.safetensors"]?.sha256)
        return hub.storage.requests.filter { $0.path == "/" + key }.map { $0.headers.first(name: "Range") ?? "" }
    }

    private func weights(_ hub: FakeHub) throws -> [UInt8] {
        try #require(hub.files["model.safetensors"]?.contents)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `Connections cut at random offsets give the same bytes`(seed: UInt64) async throws {
        let generator = Locked(SeededGenerator(seed: seed))
        let filter: FakeHub.Filter = { request, response in
            guard request.path.contains("/resolve/") || !request.path.contains("/api/") else { return response }
            var cut = response
            generator.with { generator in
                guard response.body.count > 1, Int.random(in: 0..<10, using: &generator) < 8 else { return }
                cut.cutAfter = Int.random(in: 1..<response.body.count, using: &generator)
            }
            return cut
        }
        let hub = try await FakeHub(files: tinyModel(), hubFilter: filter, storageFilter: filter)
        let workplace = try Workplace(hub)
        let snapshot = try await workplace.client.snapshot(of: try workplace.reference)
        #expect(try workplace.agrees(snapshot, tinyModelNames))
        #expect(!workplace.directory.listing().contains { $0.hasSuffix(".incomplete") })
        #expect(hub.storage.requests.contains { !$0.headers["Range"].isEmpty })
        await hub.close()
    }

    @Test func `A server that closes every connection at once is given up`() async throws {
        let hub = try await FakeHub(files: tinyModel()) { request, response in
            var cut = response
            if request.path.hasSuffix("/tokenizer.json") { cut.cutAfter = 0 }
            return cut
        }
        let workplace = try Workplace(hub)
        let (client, reference) = (workplace.client, try workplace.reference)
        let error = await failure { () async throws(HubError) in try await client.snapshot(of: reference) }
        #expect(
            error
                == .connectionFailed(
                    host: "127.0.0.1:\(hub.hub.port)", reason: "the server closed it while downloading tokenizer.json"))
        #expect(hub.hub.requests.filter { $0.path.hasSuffix("/tokenizer.json") }.count == 4)
        await hub.close()
    }

    @Test func `What an earlier download left is not fetched again`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel()))
        try leave(try weights(workplace.hub).prefix(123_456), in: workplace)
        let snapshot = try await workplace.client.snapshot(of: try workplace.reference)
        #expect(try workplace.agrees(snapshot, tinyModelNames))
        #expect(workplace.hub.storage.requests.flatMap { $0.headers["Range"] } == ["bytes=123456-"])
        await workplace.hub.close()
    }

    @Test func `A part that is already whole is checked without a request for the file`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel()))
        try leave(try weights(workplace.hub), in: workplace)
        let snapshot = try await workplace.client.snapshot(of: try workplace.reference)
        #expect(try workplace.agrees(snapshot, tinyModelNames))
        #expect(!workplace.hub.hub.requests.contains { $0.path.hasSuffix("model.safetensors") })
        await workplace.hub.close()
    }

    @Test func `A damaged or overlong part is thrown away and fetched from the start`() async throws {
        for count in [1000, 300_000, 300_001] {
            let part = [UInt8](repeating: 7, count: count)
            let workplace = try Workplace(try await FakeHub(files: tinyModel()))
            try leave(part, in: workplace)
            let snapshot = try await workplace.client.snapshot(of: try workplace.reference)
            #expect(try workplace.agrees(snapshot, tinyModelNames))
            await workplace.hub.close()
        }
    }

    @Test func `A server that ignores Range sends the file from the start`() async throws {
        let hub = try await FakeHub(
            files: tinyModel(),
            storageFilter: { request, response in
                guard response.status == .partialContent else { return response }
                return TestResponse(body: tinyModel()["model.safetensors"]?.contents ?? [])
            })
        let workplace = try Workplace(hub)
        try leave(try weights(hub).prefix(1000), in: workplace)
        let snapshot = try await workplace.client.snapshot(of: try workplace.reference)
        #expect(try workplace.agrees(snapshot, tinyModelNames))
        #expect(try weightsRequests(hub) == ["bytes=1000-"])
        await hub.close()
    }

    @Test func `A refused range or another range than asked for is followed by a fresh start`() async throws {
        let answers: [TestResponse] = [
            TestResponse(status: .rangeNotSatisfiable, headers: ["Content-Range": "bytes */300000"]),
            TestResponse(
                status: .partialContent, headers: ["Content-Range": "bytes 5-104/300000"],
                body: [UInt8](repeating: 1, count: 100)),
            TestResponse(status: .partialContent, body: [UInt8](repeating: 1, count: 299_000)),
        ]
        for answer in answers {
            let hub = try await FakeHub(
                files: tinyModel(),
                storageFilter: { request, response in
                    request.headers["Range"].isEmpty ? response : answer
                })
            let workplace = try Workplace(hub)
            try leave(try weights(hub).prefix(1000), in: workplace)
            let snapshot = try await workplace.client.snapshot(of: try workplace.reference)
            #expect(try workplace.agrees(snapshot, tinyModelNames))
            #expect(try weightsRequests(hub) == ["bytes=1000-", ""])
            await hub.close()
        }
    }

    @Test func `A small file that changed hands is continued only when its ETag is the same`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel()))
        let file = try #require(workplace.hub.files["tokenizer.json"])
        let partial = workplace.cache.blob(file.etag, of: try workplace.reference) + ".incomplete"
        try FileManager.default.createDirectory(
            atPath: (partial as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(file.contents.prefix(100)).write(to: URL(fileURLWithPath: partial))
        _ = try await workplace.client.snapshot(of: try workplace.reference)
        let request = workplace.hub.hub.requests.first { $0.path.hasSuffix("/tokenizer.json") }
        #expect(request?.headers["Range"] == ["bytes=100-"])
        #expect(request?.headers["If-Range"] == ["\"\(file.sha1)\""])
        await workplace.hub.close()
    }

    @Test func `A partial file that is a link to elsewhere is not followed`() async throws {
        let workplace = try Workplace(try await FakeHub(files: tinyModel()))
        let victim = workplace.directory.url.appendingPathComponent("victim")
        try Data("precious".utf8).write(to: victim)
        try leave([], in: workplace)
        let partial = try partialFile(workplace)
        try FileManager.default.removeItem(at: partial)
        try FileManager.default.createSymbolicLink(at: partial, withDestinationURL: victim)
        let (client, reference) = (workplace.client, try workplace.reference)
        let error = await failure { () async throws(HubError) in try await client.snapshot(of: reference) }
        #expect(error?.category == .inputOutput)
        #expect(try String(contentsOf: victim, encoding: .utf8) == "precious")
        await workplace.hub.close()
    }

    @Test func `A cancelled download keeps what it has and is continued`() async throws {
        let isFirst = Locked(true)
        let hub = try await FakeHub(
            files: tinyModel(weightsBytes: 1_000_000),
            storageFilter: { _, response in
                var stalled = response
                guard response.body.count > 900_000, isFirst.with({ exchange(&$0, with: false) }) else {
                    return response
                }
                stalled.stallAfter = 500_000
                return stalled
            })
        let workplace = try Workplace(hub, timeout: .seconds(30))
        let (client, reference) = (workplace.client, try workplace.reference)
        let partial = try partialFile(workplace)
        let task = Task {
            await failure { () async throws(HubError) in try await client.snapshot(of: reference) }
        }
        for _ in 0..<5000 where (try? Data(contentsOf: partial).count) ?? 0 < 500_000 {
            try await Task.sleep(for: .milliseconds(2))
        }
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(client.cache.snapshot(for: reference) == nil)
        #expect(try Data(contentsOf: partial).count == 500_000)
        let snapshot = try await client.snapshot(of: reference)
        #expect(try workplace.agrees(snapshot, tinyModelNames))
        #expect(hub.storage.requests.flatMap { $0.headers["Range"] }.contains("bytes=500000-"))
        await hub.close()
    }

    /// Sets a new value and returns the old one.
    private func exchange<Value>(_ value: inout Value, with new: Value) -> Value {
        defer { value = new }
        return value
    }
}
