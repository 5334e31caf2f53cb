import FledgeTraining
import Testing

@Suite struct TrainingProgressLineTests {
    private let line = TrainingProgressLine(
        step: 250, total: 1000, loss: 2.34567, tokensPerSecond: 5120.4, secondsPerStep: 2, memoryBytes: 1_540_000_000)

    @Test func `A line says how far, how well, how fast and how long`() {
        #expect(
            line.line(width: 100)
                == "[#######.......................]  250/1000  loss 2.3457  5120 tokens/s  25:00 left  1.5 GB")
        #expect(line.line(width: 70) == "[##........]  250/1000  loss 2.3457  5120 tokens/s  25:00 left  1.5 GB")
        #expect(line.line(width: 69) == "250/1000  loss 2.3457  5120 tokens/s  25:00 left  1.5 GB")
        #expect(line.line(width: 20) == "250/1000  loss 2.345")
        #expect(line.line(width: 0) == "" && line.line(width: -5) == "")
    }

    @Test func `What is not known is not said`() {
        #expect(TrainingProgressLine(step: 3).line(width: 80) == "step 3")
        #expect(TrainingProgressLine(step: 3, total: 0).line(width: 80) == "3/0")
        #expect(TrainingProgressLine(step: 0, total: 3, loss: .nan).line(width: 30) == "[.............]  0/3  loss nan")
        #expect(
            TrainingProgressLine(step: 9, total: 3, secondsPerStep: 1).line(width: 20) == "[#############]  9/3")
    }

    @Test func `Times from seconds to months`() {
        func left(_ seconds: Double) -> String {
            String(
                TrainingProgressLine(step: 0, total: 1, secondsPerStep: seconds).line(width: 10).dropFirst(
                    "0/1  ".count))
        }
        func whole(_ seconds: Double) -> String {
            String(TrainingProgressLine(step: 0, total: 1, secondsPerStep: seconds).line(width: 28).suffix(15))
        }
        #expect(left(0.2) == "0:01 ")
        #expect(whole(3599).hasSuffix("  59:59 left"))
        #expect(whole(3600).hasSuffix("  1:00:00 left"))
        #expect(whole(90_061).hasSuffix("1d 1:01:01 left"))
        #expect(whole(1e300).hasSuffix("23:59:59 left"))
    }

    @Test func `The process's memory is known`() {
        #expect(TrainingProgressLine.peakMemoryBytes > 1_000_000)
    }
}
