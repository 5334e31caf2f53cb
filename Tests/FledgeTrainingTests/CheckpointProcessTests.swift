import FledgeTensor
import FledgeTraining
import Foundation
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What happens to checkpoints when a process is killed or the system refuses, in processes of their own.
@Suite(.serialized) struct CheckpointProcessTests {
    /// Saves checkpoints until the process is killed, and notes each that was saved in the file `confirmed`.
    private static func saveForever(_ path: String, from first: Int, killedAfter microseconds: UInt32) throws {
        let thread = Thread {
            usleep(microseconds)
            kill(getpid(), SIGKILL)
        }
        thread.start()
        let store = CheckpointStore(path: path + "/run")
        let confirmed = open(path + "/confirmed", O_WRONLY | O_CREAT | O_APPEND, 0o666)
        for step in first... {
            // Each is saved again over itself, which must not lose it either.
            for _ in 0..<2 {
                try store.save(SmallCheckpoint.contents(step: step, elements: 60_000), limit: 2)
                let line = Array("\(step)\n".utf8)
                _ = write(confirmed, line, line.count)
            }
        }
    }

    @Test func `Whatever moment a save is killed at, what has a final name is whole and the last one is not lost`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let store = CheckpointStore(path: directory.path + "/run")
        var generator = RandomGenerator(seed: 17)
        var (first, leftovers, runs, longest) = (1, 0, 0, 60_000.0)
        while runs < 40 || (runs < 200 && (first < 4 || leftovers < 4)) {
            runs += 1
            let delay = UInt32(generator.nextUnit() * longest)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = directory.path as String, first = first as Int, delay = delay as UInt32] in
                try CheckpointProcessTests.saveForever(path, from: first, killedAfter: delay)
            }
            let steps = try store.steps()
            for step in steps { #expect(try store.checkpoint(step: step).step == step) }
            let text = (try? String(contentsOfFile: directory.path + "/confirmed", encoding: .utf8)) ?? ""
            let confirmed = text.split(separator: "\n").compactMap { Int($0) }.max() ?? 0
            var reports: [String] = []
            let latest = try store.latestValid { reports.append($0) }
            #expect(reports.isEmpty)
            #expect((latest?.step ?? 0) >= confirmed)
            // On a slow disk no save might come to its end otherwise.
            if (latest?.step ?? 0) < first { longest = min(longest * 1.1, 2e6) }
            first = (latest?.step ?? 0) + 1
            let names = (try? SmallCheckpoint.names(store.path)) ?? []
            if names.contains(where: { $0.hasPrefix(".checkpoint-") }) { leftovers += 1 }
        }
        // Otherwise no kill met a save, and the test says nothing.
        #expect(leftovers >= 4)
        #expect(first >= 4)
        try store.save(SmallCheckpoint.contents(step: first), limit: 1)
        #expect(try SmallCheckpoint.names(store.path) == [".checkpoints.lock", "checkpoint-\(first)"])
    }

    @Test func `A limit on the size of files is an error that names the file, and the checkpoint before stays`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try CheckpointStore(path: directory.path).save(SmallCheckpoint.contents(step: 1))
        await #expect(processExitsWith: .exitCode(7)) { [path = directory.path as String] in
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
            #if canImport(Glibc)
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            #else
                setrlimit(RLIMIT_FSIZE, &limit)
            #endif
            let store = CheckpointStore(path: path)
            let text = message { try store.save(SmallCheckpoint.contents(step: 2, elements: 60_000)) }
            let expected =
                "\(path)/.checkpoint-2.partial/model.safetensors: cannot be written: File too large; check the folder "
                + "and its permissions"
            _exit(text == expected ? 7 : 8)
        }
        let store = CheckpointStore(path: directory.path)
        #expect(try store.latestValid()?.step == 1)
        #expect(try SmallCheckpoint.names(store.path) == [".checkpoints.lock", "checkpoint-1"])
    }

    @Test func `A folder that may not be written is an error`() async throws {
        let directory = try TemporaryDirectory()
        try CheckpointStore(path: directory.path).save(SmallCheckpoint.contents(step: 1))
        chmod(directory.path, 0o555)
        await #expect(processExitsWith: .exitCode(7)) { [path = directory.path as String] in
            // Permissions do not bind the system's administrator.
            if getuid() == 0 { setuid(65_534) }
            let text = message {
                try CheckpointStore(path: path + "/inner").save(SmallCheckpoint.contents(step: 2))
            }
            let expected =
                "\(path)/inner: cannot be written: Permission denied; check the folder and its permissions"
            let found = try CheckpointStore(path: path).latestValid()?.step
            _exit(text == expected && found == 1 ? 7 : 8)
        }
        chmod(directory.path, 0o755)
    }

    #if os(Linux)
        @Test(.enabled(if: getuid() == 0, "only the system's administrator can mount a small disk"))
        func `A full disk is an error that says so, and the checkpoint before stays`() throws {
            let directory = try TemporaryDirectory()
            func run(_ arguments: [String]) throws -> Int32 {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                process.arguments = arguments
                process.standardError = FileHandle.nullDevice
                try process.run()
                process.waitUntilExit()
                return process.terminationStatus
            }
            guard try run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", directory.path]) == 0 else {
                print("not tested: this system does not let a disk be mounted")
                return
            }
            defer { _ = try? run(["umount", directory.path]) }
            let store = CheckpointStore(path: directory.path)
            try store.save(SmallCheckpoint.contents(step: 1))
            for (elements, name) in [(150_000, "model.safetensors"), (70_000, "optimizer.safetensors")] {
                #expect(
                    message { try store.save(SmallCheckpoint.contents(step: 2, elements: elements)) }
                        == "\(directory.path)/.checkpoint-2.partial/\(name): cannot be written: the disk is full; free "
                        + "space or keep fewer checkpoints. Those before are intact")
                #expect(try store.latestValid()?.step == 1)
                #expect(try SmallCheckpoint.names(store.path) == [".checkpoints.lock", "checkpoint-1"])
            }
        }
    #endif

    @Test func `Two processes do not save into one folder at a time`() async throws {
        let directory = try TemporaryDirectory()
        let descriptor = open(directory.path + "/.checkpoints.lock", O_RDWR | O_CREAT, 0o666)
        #expect(flock(descriptor, LOCK_EX) == 0)
        #expect(throws: CheckpointError.busy(directory.path)) {
            try CheckpointStore(path: directory.path).save(SmallCheckpoint.contents(step: 1))
        }
        close(descriptor)
        try CheckpointStore(path: directory.path).save(SmallCheckpoint.contents(step: 1))
    }
}
