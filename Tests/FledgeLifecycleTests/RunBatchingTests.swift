import FledgeLifecycle
import Testing

@Suite struct RunBatchingTests {
    @Test func `every prompt is in one batch, long ones first, within the bounds`() {
        for count in [0, 1, 2, 17, 100] {
            let lengths = (0..<count).map { 1 + $0 * 37 % 101 }
            for tokens in [1, 50, 128, 100_000] {
                for sequences in [1, 3, 64] {
                    let batches = RunBatching(tokens: tokens, sequences: sequences).plan(lengths: lengths)
                    let order = batches.flatMap { $0 }
                    #expect(order.sorted() == Array(0..<count))
                    #expect(order.map { lengths[$0] } == lengths.sorted(by: >))
                    for batch in batches {
                        #expect(batch.count <= sequences)
                        #expect(batch.count == 1 || batch.reduce(0) { $0 + lengths[$1] } <= tokens)
                    }
                }
            }
        }
        #expect(RunBatching(tokens: 10, sequences: 2).plan(lengths: [1, 9, 2, 3, 1]) == [[1], [3, 2], [0, 4]])
        #expect(RunBatching(tokens: 0, sequences: -1) == RunBatching(tokens: 1, sequences: 1))
        #expect(RunBatching(tokens: 5).plan(lengths: [.max, .max]) == [[0], [1]])
    }
}
