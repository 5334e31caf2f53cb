import FledgeTensor
import Testing

@Suite struct AttentionTests {
    static let types: [WeightType] = [.float32, .bfloat16]

    private func check(_ attention: AttentionCase, _ level: Level, _ noise: inout Noise, note: String = "") {
        let operands = attention.operands(&noise)
        let got = attention.run(operands, attention.cache(operands, level), level).scalars
        let (values, allowed) = attention.expected(operands)
        #expect(worst(got, values) { allowed[$0] } <= 1, "\(attention)")
    }

    @Test(arguments: Level.all, types)
    func `Attention of one sequence is the definition's`(level: Level, type: WeightType) {
        var noise = Noise(state: 41)
        for width in [1, 5, 8, 33, 64] {
            for keys in [1, 31, 32, 33, 100, 256, 257, 530] where keys <= 100 || width >= 33 {
                for queries in Set([1, min(2, keys), min(13, keys), keys]) {
                    for number in 0..<4 {
                        let sequence = AttentionCase.Sequence(past: keys - queries, count: queries, slot: 0)
                        var attention = AttentionCase(sequences: [sequence], width: width, type: type)
                        attention.isCausal = number & 1 == 0
                        attention.hasBias = number & 2 == 0
                        check(attention, level, &noise)
                    }
                }
            }
        }
    }

    @Test(arguments: Level.all, types)
    func `Grouped query heads share the keys of their group`(level: Level, type: WeightType) {
        var noise = Noise(state: 42)
        for (heads, keyHeads) in [(4, 1), (4, 2), (6, 3), (3, 3), (26, 2)] {
            for (past, count) in [(0, 20), (40, 1), (17, 3), (300, 1)] {
                let sequences = [AttentionCase.Sequence(past: past, count: count, slot: 0)]
                let attention = AttentionCase(
                    sequences: sequences, heads: heads, keyHeads: keyHeads, width: 9, hasBias: true, type: type)
                check(attention, level, &noise)
            }
        }
    }

    @Test(arguments: Level.all, types)
    func `Ragged sequences in slots of any order each see their own keys`(level: Level, type: WeightType) {
        var noise = Noise(state: 43)
        let batches: [[(Int, Int, Int)]] = [
            [(0, 17, 2), (0, 5, 0), (0, 11, 1)], [(30, 1, 0), (2, 1, 1), (64, 1, 5)], [(0, 1, 3), (0, 150, 1)],
            [(3, 4, 0), (29, 4, 4), (0, 4, 2)],
        ]
        for batch in batches {
            for isCausal in [true, false] {
                var attention = AttentionCase(
                    sequences: batch.map { AttentionCase.Sequence(past: $0.0, count: $0.1, slot: $0.2) }, width: 20)
                attention.isCausal = isCausal
                attention.hasBias = true
                attention.type = type
                check(attention, level, &noise)
            }
        }
    }

    @Test(arguments: Level.single, types)
    func `A sequence gives the same bits alone, in a batch, and on two threads`(level: Level, type: WeightType) throws {
        let pair = Level(try Engine(threads: 2, isa: level.engine.isa))
        var noise = Noise(state: 44)
        for (first, second) in [((0, 40), (0, 150)), ((40, 1), (99, 1))] {
            let sequences = [(first.0, first.1, 0), (second.0, second.1, 1)]
                .map { AttentionCase.Sequence(past: $0.0, count: $0.1, slot: $0.2) }
            let both = AttentionCase(sequences: sequences, heads: 8, keyHeads: 8, width: 40, type: type)
            let operands = both.operands(&noise)
            let batch = both.run(operands, both.cache(operands, level), level)
            let threaded = both.run(operands, both.cache(operands, pair), pair)
            #expect(identical(batch.scalars, threaded.scalars))
            var alone = both
            alone.sequences = [sequences[1]]
            let rows = first.1..<first.1 + second.1
            let part = AttentionCase.Operands(
                keys: [operands.keys[1]], values: [operands.values[1]],
                queries: Array(operands.queries[rows.lowerBound * 320..<rows.upperBound * 320]), bias: operands.bias)
            let single = alone.run(part, alone.cache(part, level), level)
            #expect(identical(single.scalars, batch.sliced(0, rows).scalars))
        }
    }

    @Test(arguments: Level.single, types)
    func `Keys written in pieces are keys written at once`(level: Level, type: WeightType) {
        var noise = Noise(state: 45)
        for (width, count) in [(5, 40), (33, 70), (64, 33)] {
            let sequences = [AttentionCase.Sequence(past: 0, count: count, slot: 1)]
            let attention = AttentionCase(sequences: sequences, width: width, type: type)
            let operands = attention.operands(&noise)
            let whole = attention.run(operands, attention.cache(operands, level), level).scalars
            for piece in [1, 2, 3, 7, 31, 32] {
                let cache = attention.cache(operands, level, piece: piece)
                #expect(identical(attention.run(operands, cache, level).scalars, whole), "pieces of \(piece)")
            }
        }
    }

    @Test(arguments: Level.single, types)
    func `Queries one at a time give what they give together`(level: Level, type: WeightType) {
        var noise = Noise(state: 46)
        let count = 45
        let sequences = [AttentionCase.Sequence(past: 0, count: count, slot: 0)]
        let together = AttentionCase(sequences: sequences, width: 16, hasBias: true, type: type)
        let operands = together.operands(&noise)
        let cache = together.cache(operands, level)
        let (values, allowed) = together.expected(operands)
        let table = DistanceBias(table: Tensor(operands.bias, shape: [2, 2 * count - 1]), span: count)
        for query in 0..<count {
            let row = level.tensor(Array(operands.queries[query * 32..<(query + 1) * 32]), [1, 32])
            let span = AttentionSpan(queryOffset: 0, queryCount: 1, slot: 0, keyCount: query + 1)
            let got = row.attention(
                over: cache, spans: [span], heads: 2, scale: together.scale, causal: true, bias: table)
            let expected = Array(values[query * 32..<(query + 1) * 32])
            #expect(worst(got.scalars, expected) { allowed[query * 32 + $0] } <= 1, "query \(query)")
        }
    }

    @Test(arguments: Level.single, types)
    func `What an earlier, longer sequence left behind does not reach a shorter one`(level: Level, type: WeightType) {
        var noise = Noise(state: 47)
        let short = AttentionCase(
            sequences: [AttentionCase.Sequence(past: 0, count: 35, slot: 0)], width: 7, isCausal: false, type: type)
        let operands = short.operands(&noise)
        let expected = short.run(operands, short.cache(operands, level), level).scalars
        var used = KeyValueCache(slots: 2, heads: 2, headWidth: 7, beside: type)
        let poison = level.tensor([Float](repeating: .infinity, count: 96 * 14), [96, 14])
        used.write([CacheRun(rows: 0..<96, slot: 0, position: 0)], keys: poison, values: poison)
        let keys = level.tensor(operands.keys[0], [35, 14])
        let values = level.tensor(operands.values[0], [35, 14])
        used.write([CacheRun(rows: 0..<35, slot: 0, position: 0)], keys: keys, values: values)
        #expect(identical(short.run(operands, used, level).scalars, expected))
    }
}
