import Foundation
import Testing

struct InterruptionTests {
    /// A generation that would go on for minutes.
    private let endless = [
        "generate", "--model", Fledge.tiny, "--prompt", "Anna", "--min-new-tokens", "999999", "--max-new-tokens",
        "1000000",
    ]

    @Test(.timeLimit(.minutes(1))) func aReaderThatGoesAwayEndsTheProcessQuietly() throws {
        let process = try Fledge.process(endless + ["--stream"])
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        #expect(try output.fileHandleForReading.read(upToCount: 1)?.count == 1)
        try output.fileHandleForReading.close()
        process.waitUntilExit()
        // By the signal, or with the code that shells give it where the signal is ignored.
        #expect(process.exitStatus == 128 + 13)
        #expect(try error.fileHandleForReading.readToEnd() ?? Data() == Data())
    }

    @Test(.timeLimit(.minutes(1))) func interruptingAGenerationEndsItAtOnce() throws {
        let process = try Fledge.process(endless + ["--stream"])
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        #expect(try output.fileHandleForReading.read(upToCount: 1)?.count == 1)
        let elapsed = ContinuousClock().measure {
            process.interrupt()
            process.waitUntilExit()
        }
        #expect(process.exitStatus == 128 + 2)
        #expect(elapsed < .seconds(2))
        #expect(try error.fileHandleForReading.readToEnd() ?? Data() == Data())
    }
}
