import FledgeHub
import Testing

@Suite struct ProgressBarTests {
    @Test func `A bar shows share, amounts, speed and the time that is left`() {
        let bar = ProgressBar(
            label: "2/7 files", completed: 250_000_000, total: 1_000_000_000, unitsPerSecond: 12_500_000)
        #expect(
            bar.line(width: 100)
                == "2/7 files  [##########..............................]  25%  250 MB of 1.00 GB  12.5 MB/s  1:00 left"
        )
        #expect(bar.line(width: 68) == "2/7 files  25%  250 MB of 1.00 GB  12.5 MB/s  1:00 left")
        #expect(bar.line(width: 20) == "2/7 files  25%  250 ")
        #expect(bar.line(width: 0) == "")
        #expect(bar.line(width: -5) == "")
    }

    @Test func `A bar is full only at the end, and an unknown total shows only the amount`() {
        #expect(
            ProgressBar(label: "a", completed: 999, total: 1000, unit: .items("steps")).line(width: 60)
                == "a  [##############################.]  99%  999 of 1000 steps")
        #expect(
            ProgressBar(label: "a", completed: 1000, total: 1000, unit: .items("steps")).line(width: 50)
                == "a  [###################]  100%  1000 of 1000 steps")
        #expect(ProgressBar(label: "a", completed: 5).line(width: 80) == "a  5 B")
        #expect(
            ProgressBar(label: "a", completed: 0, total: 40_000, unit: .items("steps"), unitsPerSecond: 1)
                .line(width: 50) == "a  0%  0 of 40000 steps  1 steps/s  11:06:40 left")
        #expect(
            ProgressBar(label: "a", completed: 9, total: 5, unitsPerSecond: .nan).line(width: 20)
                == "a  100%  9 B of 5 B")
    }

    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (1_234_567, "1.23 MB"), (12_345_678, "12.3 MB"),
            (999_499_999, "999 MB"), (999_500_000, "1.00 GB"), (9_223_372_036_854_775_807, "9.22 EB"),
            (1_050_000, "1.05 MB"),
        ] as [(Int64, String)])
    func `Byte counts have three digits`(count: Int64, text: String) {
        #expect(ByteCount.text(count) == text)
    }
}
