import FledgeTensor
import Testing

@Suite struct KeyValueCacheTests {
    static let types: [WeightType] = [.float32, .bfloat16]

    /// Three sequences of eight keys in slots 0, 1 and 2, and one query to look at each with.
    private struct Filled {
        var cache: KeyValueCache
        let query: Tensor

        init(_ type: WeightType) {
            var noise = Noise(state: 51)
            cache = KeyValueCache(slots: 3, heads: 2, headWidth: 6, capacity: 40, beside: type)
            for slot in 0..<3 {
                let keys = Tensor(noise.floats(8 * 12), shape: [8, 12])
                let values = Tensor(noise.floats(8 * 12), shape: [8, 12])
                cache.write(slot: slot, position: 0, keys: keys, values: values, rows: 0..<8)
            }
            query = Tensor(noise.floats(12), shape: [1, 12])
        }

        /// What the query sees in a slot.
        static func look(_ cache: KeyValueCache, _ query: Tensor, slot: Int) -> [Float] {
            let span = AttentionSpan(queryOffset: 0, queryCount: 1, slot: slot, keyCount: 8)
            return query.attention(over: cache, spans: [span], heads: 2, scale: 1, causal: false).scalars
        }

        func look(_ slot: Int) -> [Float] { Filled.look(cache, query, slot: slot) }
    }

    @Test(arguments: types)
    func `Reordering puts the source's sequence into each slot`(type: WeightType) {
        let filled = Filled(type)
        let before = (0..<3).map(filled.look)
        #expect(before[0] != before[1] && before[1] != before[2])
        for sources in [[0, 1, 2], [2, 0, 1], [1, 1, 1], [0, 0, 2], [2, 1, 0]] {
            var reordered = filled
            reordered.cache.reorder(sources)
            for slot in 0..<3 { #expect(reordered.look(slot) == before[sources[slot]], "\(sources)") }
        }
        #expect((0..<3).map(filled.look) == before)
    }

    @Test(arguments: types, [6, 32, 40])
    func `A cache that has grown holds what it held, and takes more`(type: WeightType, headWidth: Int) {
        var noise = Noise(state: 53)
        let width = 2 * headWidth
        let (keys, values) = (
            Tensor(noise.floats(90 * width), shape: [90, width]), Tensor(noise.floats(90 * width), shape: [90, width])
        )
        let query = Tensor(noise.floats(width), shape: [1, width])
        func look(_ cache: KeyValueCache, _ keyCount: Int) -> [Float] {
            let spans = (0..<2).map { AttentionSpan(queryOffset: 0, queryCount: 1, slot: $0, keyCount: keyCount) }
            return spans.flatMap {
                query.attention(over: cache, spans: [$0], heads: 2, scale: 1, causal: false).scalars
            }
        }
        var small = KeyValueCache(slots: 2, heads: 2, headWidth: headWidth, capacity: 32, beside: type)
        var large = KeyValueCache(slots: 2, heads: 2, headWidth: headWidth, capacity: 96, beside: type)
        for slot in 0..<2 {
            small.write(slot: slot, position: 0, keys: keys, values: values, rows: slot * 3..<slot * 3 + 31)
            large.write(slot: slot, position: 0, keys: keys, values: values, rows: slot * 3..<slot * 3 + 31)
        }
        let before = look(small, 31)
        small.grow(to: 90)
        #expect(small.capacity == 96 && small.byteCount == large.byteCount)
        #expect(look(small, 31) == before)
        for slot in 0..<2 {
            small.write(slot: slot, position: 31, keys: keys, values: values, rows: 40..<85)
            large.write(slot: slot, position: 31, keys: keys, values: values, rows: 40..<85)
        }
        #expect(look(small, 76) == look(large, 76))
    }

    @Test(arguments: types)
    func `Writing to a copy leaves the original, and the other way round`(type: WeightType) {
        var original = Filled(type)
        let before = (0..<3).map(original.look)
        var copy = original
        let row = Tensor([Float](repeating: 5, count: 12), shape: [1, 12])
        copy.cache.write(slot: 1, position: 3, keys: row, values: row, rows: 0..<1)
        #expect((0..<3).map(original.look) == before)
        #expect(copy.look(1) != before[1])
        #expect(copy.look(0) == before[0] && copy.look(2) == before[2])
        let changed = copy.look(1)
        original.cache.write(slot: 1, position: 0, keys: row, values: row, rows: 0..<1)
        #expect(copy.look(1) == changed)
    }

    @Test func `A cache has room for whole panels of 32 and takes the bytes that its type needs`() {
        let full = KeyValueCache(slots: 2, heads: 3, headWidth: 64, capacity: 33, beside: .float32)
        #expect(full.capacity == 64)
        #expect(full.byteCount == 2 * 2 * 3 * 64 * 64 * 4)
        let half = KeyValueCache(slots: 2, heads: 3, headWidth: 64, capacity: 33, beside: .int8)
        #expect(half.byteCount == full.byteCount / 2)
        #expect(KeyValueCache(slots: 1, heads: 1, headWidth: 1, capacity: 0, beside: .float32).capacity == 32)
    }

    @Test(arguments: types)
    func `Rows of a slice of something wider are written as they lie`(type: WeightType) {
        var noise = Noise(state: 52)
        let wide = Tensor(noise.floats(10 * 40), shape: [10, 40])
        let (keys, values) = (wide.sliced(1, 12..<24), wide.sliced(1, 24..<36))
        let query = Tensor(noise.floats(12), shape: [1, 12])
        var sliced = KeyValueCache(slots: 1, heads: 2, headWidth: 6, capacity: 8, beside: type)
        sliced.write(slot: 0, position: 0, keys: keys, values: values, rows: 2..<10)
        var plain = KeyValueCache(slots: 1, heads: 2, headWidth: 6, capacity: 8, beside: type)
        plain.write(
            slot: 0, position: 0, keys: keys.contiguous().sliced(0, 2..<10),
            values: values.contiguous().sliced(0, 2..<10), rows: 0..<8)
        #expect(Filled.look(sliced, query, slot: 0) == Filled.look(plain, query, slot: 0))
    }
}
