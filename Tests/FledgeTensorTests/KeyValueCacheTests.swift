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
            cache = KeyValueCache(slots: 3, heads: 2, headWidth: 6, beside: type)
            for slot in 0..<3 {
                let keys = Tensor(noise.floats(8 * 12), shape: [8, 12])
                let values = Tensor(noise.floats(8 * 12), shape: [8, 12])
                cache.write([CacheRun(rows: 0..<8, slot: slot, position: 0)], keys: keys, values: values)
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
            reordered.cache.select(sources)
            for slot in 0..<3 { #expect(reordered.look(slot) == before[sources[slot]], "\(sources)") }
        }
        #expect((0..<3).map(filled.look) == before)
    }

    @Test(arguments: types, [6, 32, 40])
    func `Growing by pages moves nothing and loses nothing`(type: WeightType, headWidth: Int) {
        var noise = Noise(state: 53)
        let (width, count) = (2 * headWidth, 3 * KeyValueCache.pageLength + 7)
        let keys = Tensor(noise.floats(count * width), shape: [count, width])
        let values = Tensor(noise.floats(count * width), shape: [count, width])
        let query = Tensor(noise.floats(width), shape: [1, width])
        func look(_ cache: KeyValueCache, _ slot: Int, _ keyCount: Int) -> [Float] {
            let span = AttentionSpan(queryOffset: 0, queryCount: 1, slot: slot, keyCount: keyCount)
            return query.attention(over: cache, spans: [span], heads: 2, scale: 1, causal: false).scalars
        }
        var (grown, whole) = (
            KeyValueCache(slots: 2, heads: 2, headWidth: headWidth, beside: type),
            KeyValueCache(slots: 1, heads: 2, headWidth: headWidth, beside: type)
        )
        whole.write([CacheRun(rows: 0..<count, slot: 0, position: 0)], keys: keys, values: values)
        #expect(grown.byteCount == 0 && grown.capacity(ofSlot: 0) == 0)
        for start in stride(from: 0, to: count, by: 100) {
            let rows = start..<min(count, start + 100)
            grown.write(
                [CacheRun(rows: rows, slot: 1, position: start), CacheRun(rows: rows, slot: 0, position: start)],
                keys: keys, values: values)
            for slot in 0..<2 { #expect(look(grown, slot, rows.upperBound) == look(whole, 0, rows.upperBound)) }
        }
        #expect(grown.capacity(ofSlot: 1) == 4 * KeyValueCache.pageLength)
        #expect(grown.byteCount == 2 * whole.byteCount)
        grown.clear(slot: 0)
        #expect(grown.byteCount == whole.byteCount && look(grown, 1, count) == look(whole, 0, count))
    }

    @Test(arguments: types)
    func `Slots that share a prompt share its pages, and copy only the one that they write to`(type: WeightType) {
        var noise = Noise(state: 54)
        let length = KeyValueCache.pageLength
        let count = 2 * length + 10
        let keys = Tensor(noise.floats(count * 12), shape: [count, 12])
        let query = Tensor(noise.floats(12), shape: [1, 12])
        func look(_ cache: KeyValueCache, _ slot: Int, _ keyCount: Int) -> [Float] {
            let span = AttentionSpan(queryOffset: 0, queryCount: 1, slot: slot, keyCount: keyCount)
            return query.attention(over: cache, spans: [span], heads: 2, scale: 1, causal: false).scalars
        }
        var cache = KeyValueCache(slots: 1, heads: 2, headWidth: 6, beside: type)
        cache.write([CacheRun(rows: 0..<count, slot: 0, position: 0)], keys: keys, values: keys)
        let (alone, page) = (cache, cache.byteCount / 3)
        cache.select([0, 0, 0])
        #expect(cache.slots == 3 && cache.byteCount == alone.byteCount)
        for slot in 0..<3 {
            let row = Tensor([Float](repeating: Float(slot), count: 12), shape: [1, 12])
            cache.write([CacheRun(rows: 0..<1, slot: slot, position: count)], keys: row, values: row)
        }
        // Two of the three have copied the page with the end of the prompt; the last one is its only owner but for the
        // cache that was put aside.
        #expect(cache.byteCount == alone.byteCount + 2 * page)
        for slot in 0..<3 { #expect(look(cache, slot, count) == look(alone, 0, count)) }
        #expect(look(cache, 0, count + 1) != look(cache, 2, count + 1))
    }

    @Test(arguments: types)
    func `Writing to a copy leaves the original, and the other way round`(type: WeightType) {
        var original = Filled(type)
        let before = (0..<3).map(original.look)
        var copy = original
        let row = Tensor([Float](repeating: 5, count: 12), shape: [1, 12])
        copy.cache.write([CacheRun(rows: 0..<1, slot: 1, position: 3)], keys: row, values: row)
        #expect((0..<3).map(original.look) == before)
        #expect(copy.look(1) != before[1])
        #expect(copy.look(0) == before[0] && copy.look(2) == before[2])
        let changed = copy.look(1)
        original.cache.write([CacheRun(rows: 0..<1, slot: 1, position: 0)], keys: row, values: row)
        #expect(copy.look(1) == changed)
    }

    @Test func `A page takes the bytes that its type needs`() {
        var full = KeyValueCache(slots: 2, heads: 3, headWidth: 64, beside: .float32)
        var half = KeyValueCache(slots: 2, heads: 3, headWidth: 64, beside: .int8)
        let row = Tensor(zeros: [1, 192])
        for slot in 0..<2 {
            full.write([CacheRun(rows: 0..<1, slot: slot, position: 0)], keys: row, values: row)
            half.write([CacheRun(rows: 0..<1, slot: slot, position: 0)], keys: row, values: row)
        }
        #expect(full.byteCount == 2 * 2 * 3 * 64 * KeyValueCache.pageLength * 4)
        #expect(half.byteCount == full.byteCount / 2)
    }

    @Test(arguments: types)
    func `Rows of a slice of something wider are written as they lie`(type: WeightType) {
        var noise = Noise(state: 52)
        let wide = Tensor(noise.floats(10 * 40), shape: [10, 40])
        let (keys, values) = (wide.sliced(1, 12..<24), wide.sliced(1, 24..<36))
        let query = Tensor(noise.floats(12), shape: [1, 12])
        var sliced = KeyValueCache(slots: 1, heads: 2, headWidth: 6, beside: type)
        sliced.write([CacheRun(rows: 2..<10, slot: 0, position: 0)], keys: keys, values: values)
        var plain = KeyValueCache(slots: 1, heads: 2, headWidth: 6, beside: type)
        plain.write(
            [CacheRun(rows: 0..<8, slot: 0, position: 0)], keys: keys.contiguous().sliced(0, 2..<10),
            values: values.contiguous().sliced(0, 2..<10))
        #expect(Filled.look(sliced, query, slot: 0) == Filled.look(plain, query, slot: 0))
    }
}
