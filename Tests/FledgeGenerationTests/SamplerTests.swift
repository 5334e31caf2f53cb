import FledgeGeneration
import FledgeTensor
import Foundation
import Testing

/// Pearson's test of counts against probabilities.
struct ChiSquare {
    let statistic: Double
    let degreesOfFreedom: Int

    /// Bins with fewer than five expected draws are put together, as the approximation asks for.
    init(counts: [Int], probabilities: [Double]) {
        let total = Double(counts.reduce(0, +))
        var bins: [(count: Double, expected: Double)] = []
        var rest = (count: 0.0, expected: 0.0)
        for (count, probability) in zip(counts, probabilities) {
            let expected = probability * total
            if expected >= 5 {
                bins.append((Double(count), expected))
            } else {
                rest = (rest.count + Double(count), rest.expected + expected)
            }
        }
        if rest.expected >= 5 { bins.append(rest) }
        // What cannot happen must not have happened.
        let impossible = rest.expected < 5 && rest.count > 40
        statistic =
            impossible ? .infinity : bins.reduce(0) { $0 + pow($1.count - $1.expected, 2) / $1.expected }
        degreesOfFreedom = max(1, bins.count - 1)
    }

    /// The value that one in a thousand exceeds, by Wilson and Hilferty (1931).
    var criticalValue: Double {
        let n = Double(degreesOfFreedom)
        let quantile = 3.090_232
        return n * pow(1 - 2 / (9 * n) + quantile * (2 / (9 * n)).squareRoot(), 3)
    }

    var isPlausible: Bool { statistic < criticalValue }
}

struct SamplerTests {
    static let draws = 100_000

    /// How often each token is drawn, by one stream or by the first draws of many.
    private func counts(_ logits: [Float], seed: UInt64, streams: Bool = false) -> [Int] {
        var counts = [Int](repeating: 0, count: logits.count)
        var random = RandomGenerator(seed: seed)
        for draw in 0..<Self.draws {
            if streams { random = RandomGenerator(seed: seed, stream: UInt64(draw)) }
            var row = logits
            let token = row.withUnsafeMutableBufferPointer { MultinomialSampler().sample($0, random: &random) }
            counts[token] += 1
        }
        return counts
    }

    @Test(arguments: [
        "plain", "temperature low", "temperature high", "top_k", "top_p", "temperature before top_p",
        "top_k before top_p", "all",
    ])
    func drawsFollowTheReferencesProbabilities(name: String) throws {
        let golden = try GoldenSampling.read()
        for item in golden.cases where item.name == name {
            let counts = counts(try golden.processed(item), seed: 20_240_607)
            let test = ChiSquare(counts: counts, probabilities: item.probabilities.map(Double.init))
            #expect(test.isPlausible, "\(item.logits): \(test.statistic) of \(test.criticalValue)")
            for (token, probability) in item.probabilities.enumerated() where probability == 0 {
                #expect(counts[token] == 0, "token \(token) was removed")
            }
        }
    }

    @Test func firstDrawsOfManyStreamsFollowTheProbabilitiesToo() throws {
        let golden = try GoldenSampling.read()
        let item = try #require(golden.cases.first { $0.name == "plain" && $0.logits == "spread" })
        let counts = counts(try golden.processed(item), seed: 7, streams: true)
        let test = ChiSquare(counts: counts, probabilities: item.probabilities.map(Double.init))
        #expect(test.isPlausible, "\(test.statistic) of \(test.criticalValue)")
    }

    @Test func theTestSeesADistributionThatIsSlightlyWrong() throws {
        let golden = try GoldenSampling.read()
        let item = try #require(golden.cases.first { $0.name == "plain" && $0.logits == "spread" })
        let other = try #require(golden.cases.first { $0.name == "temperature high" && $0.logits == "spread" })
        let counts = counts(try golden.processed(item), seed: 20_240_607)
        #expect(!ChiSquare(counts: counts, probabilities: other.probabilities.map(Double.init)).isPlausible)
        // The two likeliest tokens are a tenth of the smaller off.
        var wrong = item.probabilities.map(Double.init)
        let order = wrong.indices.sorted { wrong[$0] > wrong[$1] }
        let moved = 0.1 * wrong[order[1]]
        wrong[order[0]] -= moved
        wrong[order[1]] += moved
        #expect(!ChiSquare(counts: counts, probabilities: wrong).isPlausible)
        #expect(!ChiSquare(counts: [100, 1000], probabilities: [0, 1]).isPlausible)
    }

    @Test func criticalValuesAreThoseOfTheTables() {
        for (degrees, value) in [(4, 18.467), (5, 20.515), (10, 29.588), (39, 72.055)] {
            let test = ChiSquare(
                counts: Array(repeating: 100, count: degrees + 1),
                probabilities: Array(repeating: 1 / Double(degrees + 1), count: degrees + 1))
            #expect(test.degreesOfFreedom == degrees)
            #expect(abs(test.criticalValue - value) < 0.015 * value)
        }
    }
}
