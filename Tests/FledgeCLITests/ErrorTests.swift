import Foundation
import Testing

struct ErrorTests {
    @Test(arguments: ErrorCase.all) func messageAndExitCodeAreTheSnapshot(item: ErrorCase) throws {
        let models = try BrokenModels()
        let directory = models.directory.url.path
        func filled(_ text: String) -> String {
            text.replacingOccurrences(of: "NO_TOKENIZER", with: Fledge.fixtures.path + "/t5-gated-gelu")
                .replacingOccurrences(of: "TINY", with: Fledge.tiny)
                .replacingOccurrences(of: "MASKED", with: Fledge.fixtures.path + "/families/bert-tiny-fill-mask")
                .replacingOccurrences(of: "DIR", with: directory)
        }
        let process = try Fledge.process(
            item.arguments.split(separator: " ").map { filled(String($0)) },
            environment: item.environment.mapValues(filled))
        let result = try Fledge.finish(process)
        #expect(result.status == item.status)
        #expect(result.output.isEmpty, "standard output is for results")
        #expect(result.error.hasPrefix("error: "))
        let command = "$ fledge \(item.arguments)\n"
        try Snapshot.expect(command + Snapshot.text(of: result, directory: directory), "error-\(item.name)")
    }

    @Test func everySnapshotBelongsToATest() throws {
        let names = Set(
            ErrorCase.all.map { "error-\($0.name).txt" }
                + HelpTests.commands.map { command in
                    "help-\(command.isEmpty ? "fledge" : command.replacingOccurrences(of: " ", with: "-")).txt"
                })
        let folder = Fledge.here.appending(path: "Snapshots").path
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder)) == names)
        #expect(names.count == ErrorCase.all.count + HelpTests.commands.count, "a name is used twice")
    }

    @Test func aFileThatDoesNotFitLeavesNothingBehind() throws {
        let directory = try TemporaryDirectory()
        let output = directory.file("out.safetensors").path
        let shell = try Fledge.process([])
        let binary = try #require(shell.executableURL?.path)
        shell.executableURL = URL(filePath: "/bin/sh")
        // Two blocks a file at most; the signal that would say so is ignored, as on a full disk there is none.
        shell.arguments = [
            "-c", "trap '' XFSZ; ulimit -f 2; exec \"$@\"", "sh", binary, "forward", "--model", Fledge.tiny,
            "--input-ids", "5,16,1", "--decoder-input-ids", "0,5,6,7", "--output", output,
        ]
        let result = try Fledge.finish(shell)
        #expect(result.status == 74)
        #expect(
            result.error == "error: \(output): cannot be written; check that its directory may be written to and that "
                + "its disk has room, or give another --output\n")
        #expect(result.output.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.url.path) == [])
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self"), "needs a limit on addresses"))
    func cachesThatTheSystemRefusesAreAnError() throws {
        let shell = try Fledge.process([])
        let binary = try #require(shell.executableURL?.path)
        shell.executableURL = URL(filePath: "/bin/sh")
        // Half a gigabyte of addresses for the caches of a million tokens and all the rest.
        shell.arguments = [
            "-c", "ulimit -v 524288; exec \"$@\"", "sh", binary, "generate", "--model", Fledge.tiny, "--input-ids",
            "5,1",
            "--max-new-tokens", "1000000",
        ]
        let result = try Fledge.finish(shell)
        #expect(result.status == 64)
        #expect(result.error.hasPrefix("error: the caches for this would take 488 MiB, and "))
        #expect(
            result.error.hasSuffix(
                " MiB can be had; ask for fewer new tokens (--max-new-tokens), a shorter prompt or a smaller batch\n"
                    + "  See 'fledge generate --help' for more information.\n"))
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func aFullStandardOutputIsAnError() throws {
        let shell = try Fledge.process([])
        let binary = try #require(shell.executableURL?.path)
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "exec \"$@\" > /dev/full", "sh", binary, "info", "--model", Fledge.tiny]
        let result = try Fledge.finish(shell)
        #expect(result.status == 74)
        #expect(
            result.error
                == "error: standard output cannot be written: No space left on device; free space there\n")
    }
}
