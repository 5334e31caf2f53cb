import FledgeTraining
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct LossCurveTests {
    /// A run of 400 steps with a gap and two evaluations' losses.
    private static let records: [TrainingRecord] = (1...400).map { step in
        var record = TrainingRecord(step: step, loss: 1.8 + 8 / (1 + Double(step) / 20) + (step % 7 == 0 ? 0.2 : 0))
        if (200..<203).contains(step) { record.loss = .nan }
        if step % 50 == 0 { record.metrics = ["eval_loss": 2.1 + 8 / (1 + Double(step) / 22), "eval_accuracy": 0.5] }
        return record
    }

    private func parses(_ svg: String) -> Bool { XMLParser(data: Data(svg.utf8)).parse() }

    @Test func `A curve is drawn as it was`() throws {
        let svg = LossCurve(title: "tiny <LLaMA> & friends", records: Self.records).svg()
        let file = Fixture.ownDirectory.appendingPathComponent("curve.svg")
        if ProcessInfo.processInfo.environment["FLEDGE_RECORD_SNAPSHOTS"] == "1" {
            try Data(svg.utf8).write(to: file)
        }
        #expect(svg == (try String(contentsOf: file, encoding: .utf8)))
        #expect(parses(svg))
        #expect(svg.contains("<desc>train: 2.1810 at step 400; eval: 2.5171 at step 400</desc>"))
    }

    @Test func `Ticks are round numbers within the chart`() {
        func labels(_ values: [(Int, Double)]) -> String {
            let svg = LossCurve(title: "", series: [.init(name: "a", points: values.map { ($0.0, $0.1) })]).svg()
            let parts = svg.components(separatedBy: "<text class=\"muted\" x=\"").dropFirst()
            return parts.compactMap { part in
                part.contains("anchor=\"end\">") || part.contains("y=\"372\"")
                    ? part.components(separatedBy: ">").dropFirst().first?.components(separatedBy: "<").first : nil
            }.joined(separator: " ")
        }
        #expect(labels([(0, 0), (100, 1)]) == "0.0 0.2 0.4 0.6 0.8 1.0 0 20 40 60 80 100")
        #expect(labels([(5, 2.5)]) == "2.0 2.2 2.4 2.6 2.8 3.0 4 5 6")
        #expect(labels([(0, 1e-9), (60_000, 3e-9)]) == "1.0e-9 1.5e-9 2.0e-9 2.5e-9 3.0e-9 0 10k 20k 30k 40k 50k 60k")
        #expect(
            labels([(10_000_000, 1.25e7), (30_000_000, 1.26e7)])
                == "12.50M 12.52M 12.54M 12.56M 12.58M 12.60M 10M 15M 20M 25M 30M")
    }

    @Test func `Nothing, one point, NaN and the largest numbers are charts too`() {
        let cases: [[(step: Int, value: Double)]] = [
            [], [(1, 2)], [(1, .nan)], [(1, .infinity), (2, 3)], [(.min, -1e308), (.max, 1.7e308)],
            [(0, 0), (1, .leastNonzeroMagnitude)], [(3, 1), (1, 2), (2, 0)], [(7, 1), (7, 1)],
        ]
        for points in cases {
            let svg = LossCurve(title: "t\u{0}\u{FFFF}", series: [.init(name: "\"", points: points)]).svg()
            #expect(parses(svg))
            #expect(!svg.contains("nan") && !svg.contains("inf\"") && !svg.contains("inf "))
            #expect(svg.contains("no data yet") == points.allSatisfy { !$0.value.isFinite })
        }
        #expect(parses(LossCurve(title: "", series: []).svg()))
    }

    @Test func `A long run makes no long document, and its peaks are there`() throws {
        var points = (0..<200_000).map { (step: $0, value: 1.0) }
        points[123_456].value = 9
        points[150_000].value = .nan
        let svg = LossCurve(title: "", series: [.init(name: "a", points: points)]).svg()
        #expect(svg.utf8.count < 30_000)
        let path = try #require(svg.components(separatedBy: "class=\"line s0\" d=\"").dropFirst().first)
        #expect(path.prefix { $0 != "\"" }.filter { $0 == "M" }.count == 2)
        #expect(path.contains(" 69.5L"))
    }
}
