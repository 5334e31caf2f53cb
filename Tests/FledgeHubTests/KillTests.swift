import FledgeHub
import Foundation
import NIOCore
import Testing

/// Downloads in a child process that is killed at random moments.
///
/// The child is this very test program, told by environment variables to run only ``DownloadInChild``. That works
/// where a test bundle is a program, which is so on Linux.
@Suite struct KillTests {
    #if os(Linux)
        @Test(arguments: [UInt64(11), 12])
        func `A killed download that is continued gives the same bytes`(seed: UInt64) async throws {
            // The first answers never end, so that however slow the machine is there is something to kill.
            let generator = Locked(SeededGenerator(seed: seed))
            let answers = Locked(0)
            let filter: FakeHub.Filter = { request, response in
                var slow = response
                slow.pause = .milliseconds(2)
                let count = answers.with { answers in
                    answers += response.body.count > 100_000 ? 1 : 0
                    return answers
                }
                if count <= 4, response.body.count > 100_000 {
                    slow.stallAfter = generator.with { Int.random(in: 0..<1_000_000, using: &$0) }
                }
                return slow
            }
            let hub = try await FakeHub(files: tinyModel(weightsBytes: 4_000_000), storageFilter: filter)
            let workplace = try Workplace(hub)
            var kills = 0
            var sizes: [Int] = []
            let etag = try #require(hub.files["model.safetensors"]?.sha256)
            let partial = workplace.cache.blob(etag, of: try workplace.reference) + ".incomplete"
            for _ in 0..<40 {
                let child = try startChild(workplace)
                let requests = hub.hub.requests.count
                while child.isRunning, hub.hub.requests.count == requests {
                    try await Task.sleep(for: .milliseconds(2))
                }
                try await Task.sleep(for: .milliseconds(generator.with { Int.random(in: 0..<250, using: &$0) }))
                if child.isRunning {
                    kill(child.processIdentifier, SIGKILL)
                    kills += 1
                }
                child.waitUntilExit()
                if child.terminationReason == .exit {
                    #expect(child.terminationStatus == 0)
                    break
                }
                let size = try? FileManager.default.attributesOfItem(atPath: partial)[.size] as? Int
                sizes.append(size ?? 0)
            }
            #expect(kills > 0)
            #expect(sizes == sizes.sorted() || sizes.last == 0, "a continued file never shrinks: \(sizes)")
            let snapshot = try #require(workplace.cache.snapshot(for: try workplace.reference))
            #expect(try workplace.agrees(snapshot, tinyModelNames))
            #expect(!workplace.directory.listing().contains { $0.hasSuffix(".incomplete") })
            await hub.close()
        }

        @Test func `Two processes that download the same model do not disturb one another`() async throws {
            let hub = try await FakeHub(
                files: tinyModel(weightsBytes: 1_000_000),
                storageFilter: { _, response in
                    var slow = response
                    slow.pause = .milliseconds(2)
                    return slow
                })
            let workplace = try Workplace(hub)
            let children = try (0..<2).map { _ in try startChild(workplace) }
            while children.contains(where: \.isRunning) { try await Task.sleep(for: .milliseconds(10)) }
            #expect(children.map(\.terminationStatus) == [0, 0])
            #expect(hub.storage.requests.count == 2)
            let snapshot = try #require(workplace.cache.snapshot(for: try workplace.reference))
            #expect(try workplace.agrees(snapshot, tinyModelNames))
            await hub.close()
        }

        private func startChild(_ workplace: Workplace) throws -> Process {
            let child = Process()
            child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            child.arguments = ["--testing-library", "swift-testing", "--filter", "DownloadInChild"]
            child.environment = [
                "FLEDGE_HUB_CHILD_MODEL": workplace.hub.repository, "HF_ENDPOINT": workplace.hub.endpoint,
                "HF_HUB_CACHE": workplace.directory.url.path, "HOME": workplace.directory.url.path,
                "PATH": "/usr/bin:/bin",
                "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
            ]
            child.standardOutput = FileHandle.nullDevice
            child.standardError = FileHandle.nullDevice
            try child.run()
            return child
        }
    #endif
}

/// What the child of ``KillTests`` does; skipped everywhere else.
@Suite struct DownloadInChild {
    static let model = ProcessInfo.processInfo.environment["FLEDGE_HUB_CHILD_MODEL"]

    @Test(.enabled(if: model != nil, "This runs only in the child process of another test."))
    func `The child downloads the model`() async throws {
        let model = try #require(Self.model)
        _ = try await Hub.resolve(model, configuration: try HubConfiguration.fromEnvironment())
    }
}
