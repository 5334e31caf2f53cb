import FledgeEvaluation
import Testing

struct HolmTests {
    @Test func `The smallest p-value counts for all tests, the next for one less`() {
        // Worked by hand: 0.01·4, 0.02·3, max(0.06, 0.03·2), max(0.06, 0.04·1).
        let adjusted = HolmCorrection.adjusted([0.03, 0.01, 0.04, 0.02])
        for (value, wanted) in zip(adjusted, [0.06, 0.04, 0.06, 0.06]) { #expect(abs(value - wanted) < 1e-12) }
    }

    @Test func `No value is above one, below what it was, or out of order`() {
        let values = (0..<50).map { Double(($0 * 37) % 50) / 50 }
        let adjusted = HolmCorrection.adjusted(values)
        for (value, corrected) in zip(values, adjusted) { #expect(corrected >= value && corrected <= 1) }
        let order = values.indices.sorted { values[$0] < values[$1] }
        for (low, high) in zip(order, order.dropFirst()) { #expect(adjusted[low] <= adjusted[high]) }
        #expect(HolmCorrection.adjusted([]).isEmpty && HolmCorrection.adjusted([0.2]) == [0.2])
    }
}
