import FledgeTensor
import Testing

@Suite struct RandomGeneratorTests {
    /// Random123 1.14, kat_vectors, philox4x32 with ten rounds.
    @Test func `Philox gives the known answers of its authors`() {
        let zero = RandomGenerator.block(counter: (0, 0, 0, 0), key: (0, 0))
        #expect(zero == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        let ones = UInt32.max
        let all = RandomGenerator.block(counter: (ones, ones, ones, ones), key: (ones, ones))
        #expect(all == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        let pi = RandomGenerator.block(
            counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: (0xa409_3822, 0x299f_31d0))
        #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test func `A generator walks the counter with the seed as the key`() {
        var generator = RandomGenerator(seed: 0)
        #expect(generator.next() == 0xe169_c58d_6627_e8d5)
        #expect(generator.next() == 0x9b00_dbd8_bc57_ac4c)
        let second = RandomGenerator.block(counter: (1, 0, 0, 0), key: (0, 0))
        #expect(generator.next() == UInt64(second.0) | UInt64(second.1) << 32)
        var stream = RandomGenerator(seed: 0xa, stream: 7 << 32 | 3)
        let block = RandomGenerator.block(counter: (0, 0, 3, 7), key: (0xa, 0))
        #expect(stream.next() == UInt64(block.0) | UInt64(block.1) << 32)
    }

    @Test func `The same seed and stream repeat, and a copy goes its own way`() {
        var first = RandomGenerator(seed: 5, stream: 2)
        var second = RandomGenerator(seed: 5, stream: 2)
        let numbers = (0..<100).map { _ in first.next() }
        #expect(numbers == (0..<100).map { _ in second.next() })
        var copy = first
        let ahead = copy.next()
        #expect(first.next() == ahead)
    }

    @Test func `A generator can be moved to where another stands`() {
        var generator = RandomGenerator(seed: 0x1234_5678_9abc_def0, stream: 9)
        #expect(generator.seed == 0x1234_5678_9abc_def0 && generator.stream == 9 && generator.drawn == 0)
        for count in 0..<7 {
            var other = RandomGenerator(seed: generator.seed, stream: generator.stream)
            other.move(to: UInt64(count))
            #expect(generator.drawn == count && other.drawn == count)
            var copy = generator
            #expect((0..<5).map { _ in copy.next() } == (0..<5).map { _ in other.next() })
            _ = generator.next()
        }
        generator.move(to: .max)
        #expect(generator.drawn == .max)
    }

    @Test func `Streams and seeds share no numbers and no correlation`() {
        var seen: Set<UInt64> = []
        var columns: [[Double]] = []
        for (seed, stream) in [(0, 0), (0, 1), (1, 0), (1, 1), (1 << 32, 0), (0, 1 << 32)] as [(UInt64, UInt64)] {
            var generator = RandomGenerator(seed: seed, stream: stream)
            for _ in 0..<2000 { seen.insert(generator.next()) }
            columns.append((0..<20_000).map { _ in generator.nextUnit() - 0.5 })
        }
        #expect(seen.count == 12_000)
        for a in columns.indices {
            for b in 0..<a {
                let product = zip(columns[a], columns[b]).reduce(0) { $0 + $1.0 * $1.1 } / 20_000
                // Of standard deviation 1/12 / √20000: five of them.
                #expect(abs(product) < 5 / 12.0 / 141)
            }
        }
    }

    @Test func `Units lie in [0, 1) and are spread evenly`() {
        var generator = RandomGenerator(seed: 42)
        var bins = [Int](repeating: 0, count: 16)
        for _ in 0..<160_000 {
            let unit = generator.nextUnit()
            #expect(unit >= 0 && unit < 1)
            bins[min(15, Int(unit * 16))] += 1
        }
        // Ten thousand each, of standard deviation 97: five of them.
        for bin in bins { #expect(abs(bin - 10_000) < 485) }
    }
}
