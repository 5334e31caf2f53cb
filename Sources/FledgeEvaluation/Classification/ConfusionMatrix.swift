/// How often each class was taken for each other one.
public struct ConfusionMatrix: Sendable, Equatable {
    /// A pair of classes, and how often the second was predicted where the first was right.
    public struct Entry: Sendable, Equatable {
        /// The place of the right class in ``ConfusionMatrix/labels``.
        public let reference: Int
        /// The place of the predicted class in ``ConfusionMatrix/labels``.
        public let prediction: Int
        /// How often.
        public let count: Int
    }

    /// The classes, in the order of their names' scalars.
    public let labels: [String]
    /// The pairs that occur, in the order of the right class and then of the predicted one.
    public let entries: [Entry]

    /// How often a class was predicted where another one, or the same, was right.
    ///
    /// - Complexity: O(log entries).
    public func count(reference: Int, prediction: Int) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if (entries[middle].reference, entries[middle].prediction) < (reference, prediction) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < entries.count, entries[low].reference == reference, entries[low].prediction == prediction else {
            return 0
        }
        return entries[low].count
    }

    /// The counts of all pairs, a row for each right class.
    ///
    /// - Complexity: O(classes²).
    public var rows: [[Int]] {
        var rows = [[Int]](repeating: [Int](repeating: 0, count: labels.count), count: labels.count)
        for entry in entries { rows[entry.reference][entry.prediction] = entry.count }
        return rows
    }
}
