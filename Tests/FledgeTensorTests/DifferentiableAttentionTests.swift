import FledgeTensor
import Testing

@Suite struct DifferentiableAttentionTests {
    typealias Case = DifferentiableAttentionCase

    /// Lengths below, at and above the blocks of the kernels; cross-attention, queries that see nothing, no keys at all.
    static let ragged = [(40, 40), (7, 7), (215, 215), (1, 1)]
    static let crossing = [(33, 70), (1, 70), (100, 210), (50, 20), (3, 0)]

    /// Every combination of causality and bias, over widths, groups of heads and ragged pairs, with what is expected.
    static let cases: [(Case, Case.Results)] = {
        var cases: [Case] = []
        for number in 0..<4 {
            let (isCausal, hasBias) = (number & 1 == 0, number & 2 == 0)
            func add(_ counts: [(Int, Int)], _ heads: Int, _ keyHeads: Int, _ width: Int) {
                cases.append(
                    Case(
                        counts, heads: heads, keyHeads: keyHeads, width: width, isCausal: isCausal, hasBias: hasBias,
                        seed: UInt64(cases.count)))
            }
            for width in [1, 5, 32, 33, 40, 64, 80, 96, 128] { add(Array(ragged.prefix(2)), 2, 2, width) }
            for width in [5, 64] { add(ragged, 2, 1, width) }
            for (heads, keyHeads) in [(4, 2), (3, 3), (3, 1)] { add(crossing, heads, keyHeads, 20) }
            add([(400, 400)], 2, 2, 16)
        }
        return cases.map { ($0, $0.expected()) }
    }()

    /// The largest error in parts of the largest number.
    private func error(_ got: [Float], _ expected: [Double]) -> Double {
        let largest = expected.reduce(1e-30) { $1.isFinite ? max($0, abs($1)) : $0 }
        guard !expected.contains(where: { !$0.isFinite }) else {
            guard got.count == expected.count else { return .infinity }
            let finite = got.indices.filter { expected[$0].isFinite || Double(got[$0]) != expected[$0] }
            return worst(finite.map { got[$0] }, finite.map { expected[$0] }) { _ in largest }
        }
        return worst(got, expected) { _ in largest }
    }

    private func check(_ tested: Case, _ level: Level, _ expected: Case.Results, tolerance: Double) {
        let (output, gradients) = tested.run(level)
        #expect(error(output.values.scalars, expected.output) < tolerance, "output: \(tested)")
        #expect(error(output.logSums.scalars, expected.logSums) < tolerance, "log sums: \(tested)")
        #expect(error(gradients.query.scalars, expected.query) < tolerance, "query: \(tested)")
        #expect(error(gradients.key.scalars, expected.key) < tolerance, "key: \(tested)")
        #expect(error(gradients.value.scalars, expected.value) < tolerance, "value: \(tested)")
        #expect((gradients.bias == nil) == (tested.attention.bias == nil))
        if let bias = gradients.bias {
            #expect(error(bias.scalars, expected.bias) < tolerance, "bias: \(tested)")
        }
    }

    @Test(arguments: Level.all)
    func `Output and all gradients are the definition's`(level: Level) {
        for (tested, expected) in Self.cases { check(tested, level, expected, tolerance: 5e-6) }
    }

    @Test(arguments: Level.all)
    func `Operands in bfloat16 give the definition's within their rounding`(level: Level) {
        for (tested, expected) in Self.cases {
            var tested = tested
            tested.attention.type = .bfloat16
            check(tested, level, expected, tolerance: 2e-2)
        }
    }

    /// What dropout does to every probability of a case, read off an attention of zeros to a unit matrix of values.
    private func mask(of tested: Case, _ level: Level) -> Case.Mask {
        let keys = tested.attention.pairs.map(\.keys.count).max() ?? 0
        var uniform = tested.attention
        (uniform.headWidth, uniform.isCausal, uniform.type) = (keys, false, .float32)
        let width = uniform.keyHeads * keys
        var unit = [Float](repeating: 0, count: tested.keyRows * width)
        for pair in uniform.pairs {
            for (number, row) in pair.keys.enumerated() {
                for head in 0..<uniform.keyHeads { unit[row * width + head * keys + number] = Float(pair.keys.count) }
            }
        }
        let zeros = Tensor(zeros: [tested.queryRows, uniform.heads * keys])
        let factors = uniform.forward(
            query: zeros, key: Tensor(zeros: [tested.keyRows, width]),
            value: level.tensor(unit, [tested.keyRows, width])
        ).values.scalars
        let (pairs, heads) = (uniform.pairs, uniform.heads)
        return { pair, head, query, key in
            Double(factors[((pairs[pair].queries.lowerBound + query) * heads + head) * keys + key])
        }
    }

    @Test(arguments: Level.all, [WeightType.float32, .bfloat16])
    func `What is dropped forward is dropped backward`(level: Level, type: WeightType) {
        for (isCausal, dropout) in [(true, 0.1), (false, 0.6)] as [(Bool, Float)] {
            for counts in [[(30, 30), (50, 21)], [(210, 210)]] {
                var tested = Case(counts, heads: 4, width: 24, isCausal: isCausal)
                (tested.attention.dropout, tested.attention.seed, tested.attention.type) = (dropout, 77, type)
                let expected = tested.expected(mask: mask(of: tested, level))
                check(tested, level, expected, tolerance: type == .float32 ? 5e-6 : 2e-2)
            }
        }
    }

    @Test(arguments: Level.single)
    func `Dropout zeroes its share of probabilities, keeps their mean, and follows its seed`(level: Level) {
        var tested = Case([(150, 200), (150, 200)], heads: 4, width: 4, isCausal: false)
        var masks: [[Double]] = []
        for (dropout, seed) in [(0.3, 1), (0.3, 2)] as [(Float, UInt64)] {
            (tested.attention.dropout, tested.attention.seed) = (dropout, seed)
            let mask = mask(of: tested, level)
            var factors: [Double] = []
            for pair in 0..<2 {
                for head in 0..<4 {
                    for query in 0..<150 { factors += (0..<200).map { mask(pair, head, query, $0) } }
                }
            }
            let dropped = Double(factors.count { $0 == 0 }) / Double(factors.count)
            #expect(abs(dropped - 0.3) < 0.003)
            #expect(abs(factors.reduce(0, +) / Double(factors.count) - 1) < 0.005)
            #expect(factors.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-5 })
            masks.append(factors)
        }
        // Independent of one another: 0.3² + 0.7² of the places agree, for another seed, pair, head, query or key.
        func agreement(_ a: [Double], _ b: some Sequence<Double>) -> Double {
            Double(zip(a, b).count { ($0 == 0) == ($1 == 0) }) / Double(b.underestimatedCount)
        }
        #expect(abs(agreement(masks[0], masks[1]) - 0.58) < 0.005)
        for shift in [1, 200, 150 * 200, 4 * 150 * 200] {
            #expect(abs(agreement(masks[0], masks[0].dropFirst(shift)) - 0.58) < 0.005, "shifted by \(shift)")
        }
    }

    @Test(arguments: Level.single, [WeightType.float32, .bfloat16])
    func `Any number of threads gives the same bits`(level: Level, type: WeightType) throws {
        let batches = [([(700, 700)], 2, 1), (Self.crossing, 4, 2), ([(20, 400), (400, 250)], 3, 3)]
        for (counts, heads, keyHeads) in batches {
            for isCausal in [true, false] {
                var tested = Case(
                    counts, heads: heads, keyHeads: keyHeads, width: 24, isCausal: isCausal, hasBias: true)
                (tested.attention.type, tested.attention.dropout) = (type, 0.2)
                let single = tested.run(level)
                for threads in [2, 5] {
                    let several = tested.run(Level(try Engine(threads: threads, isa: level.engine.isa)))
                    #expect(identical(several.output.values.scalars, single.output.values.scalars))
                    #expect(identical(several.output.logSums.scalars, single.output.logSums.scalars))
                    let (got, wanted) = (several.gradients, single.gradients)
                    #expect(identical(got.query.scalars, wanted.query.scalars), "\(tested) on \(threads) threads")
                    #expect(identical(got.key.scalars, wanted.key.scalars), "\(tested) on \(threads) threads")
                    #expect(identical(got.value.scalars, wanted.value.scalars), "\(tested) on \(threads) threads")
                    #expect(identical(got.bias?.scalars ?? [], wanted.bias?.scalars ?? []))
                }
            }
        }
    }

    @Test(arguments: Level.all)
    func `A fused projection's gradient is its parts', and zero in rows of no pair`(level: Level) {
        var attention = DifferentiableAttention(
            pairs: [.init(2..<40), .init(45..<52)], heads: 4, keyHeads: 2, headWidth: 12, scale: 0.3)
        attention.isCausal = true
        var noise = Noise(state: 9)
        let fused = level.tensor(noise.floats(60 * 96), [60, 96])
        let gradient = level.tensor(noise.floats(60 * 48), [60, 48])
        let (query, key, value) = attention.parts(of: fused)
        let output = attention.forward(query: query, key: key, value: value)
        let parts = attention.backward(query: query, key: key, value: value, output: output, gradient: gradient)
        let whole = attention.backward(fused: fused, output: output, gradient: gradient).fused
        #expect(identical(whole.sliced(1, 0..<48).contiguous().scalars, parts.query.scalars))
        #expect(identical(whole.sliced(1, 48..<72).contiguous().scalars, parts.key.scalars))
        #expect(identical(whole.sliced(1, 72..<96).contiguous().scalars, parts.value.scalars))
        for row in [0, 1, 40, 44, 52, 59] {
            #expect(whole[row].scalars.allSatisfy { $0 == 0 } && output.values[row].scalars.allSatisfy { $0 == 0 })
        }
        #expect(whole.scalars.allSatisfy { $0.isFinite } && whole[20].scalars.contains { $0 != 0 })
    }

    @Test(arguments: Level.single)
    func `A query that sees no key gives zeros, and keys that no query sees get zeros`(level: Level) {
        let tested = Case([(30, 10), (0, 5)], width: 7, isCausal: true)
        let (output, gradients) = tested.run(level)
        #expect(output.values.sliced(0, 0..<20).contiguous().scalars == Array(repeating: 0, count: 20 * 14))
        #expect(gradients.query.sliced(0, 0..<20).contiguous().scalars == Array(repeating: 0, count: 20 * 14))
        #expect(output.logSums.sliced(0, 0..<20).contiguous().scalars == Array(repeating: -.infinity, count: 40))
        #expect(output.values[20].scalars.allSatisfy { $0 != 0 })
        #expect(gradients.key.sliced(0, 10..<15).contiguous().scalars == Array(repeating: 0, count: 5 * 14))
        #expect(gradients.value.sliced(0, 10..<15).contiguous().scalars == Array(repeating: 0, count: 5 * 14))
    }

    @Test(arguments: Level.all, [WeightType.float32, .bfloat16])
    func `NaN and infinity show in what they reach, and in no other head or sequence`(level: Level, type: WeightType) {
        for poison in [Float.nan, .infinity] {
            for tensor in 0..<3 {
                var attention = DifferentiableAttention(
                    pairs: [.init(0..<50), .init(50..<100)], heads: 2, keyHeads: 2, headWidth: 8, scale: 1)
                (attention.isCausal, attention.type) = (true, type)
                var noise = Noise(state: 3)
                var numbers = noise.floats(100 * 48)
                // In the first head of row 30 of the first pair.
                numbers[30 * 48 + tensor * 16 + 3] = poison
                let fused = level.tensor(numbers, [100, 48])
                let (query, key, value) = attention.parts(of: fused)
                let output = attention.forward(query: query, key: key, value: value)
                let gradient = level.tensor(noise.floats(100 * 16), [100, 16])
                let gradients = attention.backward(fused: fused, output: output, gradient: gradient).fused
                func isFinite(_ tensor: Tensor, _ row: Int) -> Bool { tensor[row].scalars.allSatisfy { $0.isFinite } }
                // A score of −∞ (an infinite key times a negative number) is a probability of 0, and no NaN.
                let reached = (30..<50).filter { !isFinite(output.values, $0) }
                let expected = tensor == 0 ? [30] : Array(30..<50)
                if tensor == 1 && poison == .infinity {
                    #expect(!reached.isEmpty && reached.count < 20)
                } else {
                    #expect(reached == expected, "tensor \(tensor), \(poison)")
                }
                #expect(!isFinite(gradients, 30))
                for row in 50..<100 { #expect(isFinite(output.values, row) && isFinite(gradients, row)) }
                let otherHead = gradients.sliced(1, 8..<16).contiguous().scalars
                #expect(otherHead.allSatisfy { $0.isFinite })
            }
        }
    }
}
