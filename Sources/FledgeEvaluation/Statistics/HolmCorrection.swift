/// Corrects p-values for how many tests were made (Holm 1979): where nothing is different, the chance that any of the
/// corrected values is below a bound is at most that bound, whatever the tests have to do with each other.
public enum HolmCorrection {
    /// The corrected p-values, in the order of the given ones: each of the sorted values times the number of tests that
    /// are not yet decided, and none smaller than the one before it.
    ///
    /// - Parameter pValues: p-values, in 0…1.
    /// - Returns: as many corrected values, in 0…1.
    /// - Complexity: O(n log n).
    public static func adjusted(_ pValues: [Double]) -> [Double] {
        var adjusted = pValues
        var least = 0.0
        let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
        for (rank, index) in order.enumerated() {
            least = max(least, min(1, pValues[index] * Double(pValues.count - rank)))
            adjusted[index] = least
        }
        return adjusted
    }
}
