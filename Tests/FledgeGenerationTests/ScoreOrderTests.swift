import FledgeGeneration
import FledgeTensor
import Testing

@Suite struct ScoreOrderTests {
    @Test(arguments: [1, 2, 31, 32_128])
    func `Scores come from the smallest up, equals from the last place down, and what is forbidden not at all`(
        count: Int
    ) {
        var random = RandomGenerator(seed: UInt64(count))
        // Many equals, both zeros, forbidden ones, both signs, and all magnitudes.
        var scores = (0..<count).map { index -> Float in
            switch index % 7 {
            case 0: Float(Int(random.nextUnit() * 5)) - 2
            case 1: index % 2 == 0 ? -0.0 : 0
            case 2 where index > 10: -.infinity
            case 3: Float(random.nextUnit() - 0.5) * 1e-30
            default: Float(random.nextUnit() - 0.5) * 40
            }
        }
        let expected = scores.indices.filter { scores[$0] > -.infinity }.sorted { a, b in
            scores[a] == scores[b] ? a > b : scores[a] < scores[b]
        }
        scores.withUnsafeMutableBufferPointer { buffer in
            ScoreOrder.withAscending(buffer, count: expected.count) { places in
                #expect(places.map(Int.init) == expected)
            }
        }
    }
}
