/// What a metric found, in a form from which scores of any resample are a sum away.
public struct Measurement: Sendable {
    /// Makes values of sums.
    public typealias Scoring = @Sendable (_ sums: [Double], _ values: inout [Double]) -> Void

    /// The scores, each of which points at the values that it consists of.
    public var scores: [ScoreLayout]
    /// How many values the scoring writes.
    public var valueCount: Int
    /// The statistics of each system, an example a row.
    public var tables: [StatisticTable]
    /// Makes the values of the sums of a table's columns.
    public var scoring: Scoring
    /// The scores of the first system's single examples.
    public var exampleScores: ExampleScores
    /// The parameters that must be the same for scores to be comparable.
    public var signature: String
    /// How intervals are found.
    public var intervals = IntervalMethod.bootstrap
    /// What a score can be at least and at most; percentiles of resamples stay in there by themselves.
    public var bounds: ClosedRange<Double>?
    /// How often classes were taken for one another, for metrics of classes.
    public var confusion: ConfusionMatrix?

    /// The scores of single examples.
    public struct ExampleScores: Sendable {
        /// What the scores are called.
        public var names: [String]
        /// The scores of each name, one an example.
        public var values: [[Double]]

        /// Scores that are already there.
        public init(names: [String] = [], values: [[Double]] = []) {
            self.names = names
            self.values = values
        }

        /// Scores that are made of the rows of a table one by one.
        ///
        /// - Complexity: O(rows × columns), so only for tables of few columns.
        public init(names: [String], of table: StatisticTable, scoring: Scoring) {
            self.names = names
            values = names.map { _ in [] }
            var row = [Double](repeating: 0, count: table.width)
            var scores = [Double](repeating: 0, count: names.count)
            for index in 0..<table.count {
                table.add(row: index, times: 1, to: &row)
                scoring(row, &scores)
                for position in scores.indices { values[position].append(scores[position]) }
                table.clear(row: index, in: &row)
            }
        }
    }

    /// The values of a system.
    public func values(of system: Int) -> [Double] {
        var values = [Double](repeating: 0, count: valueCount)
        scoring(tables[system].sums(), &values)
        return values
    }
}

/// Where a score's values are among those that a ``Measurement`` makes.
public struct ScoreLayout: Sendable {
    /// Whether more is better.
    public enum Direction: String, Sendable {
        case higher, lower, neither
    }

    /// What the score is called, such as `rouge1`.
    public var name: String
    /// The score itself.
    public var score: Int
    /// The precision, where the score has one.
    public var precision: Int?
    /// The recall, where the score has one.
    public var recall: Int?
    /// The F-measure, where the score has one.
    public var f1: Int?
    /// How many references it is about, for a class.
    public var support: Int?
    /// Whether more is better.
    public var direction = Direction.higher
    /// Whether intervals are found; they are not for each of very many classes.
    public var hasInterval = true

    /// A score of one value.
    public init(_ name: String, at score: Int, direction: Direction = .higher) {
        self.name = name
        self.score = score
        self.direction = direction
    }

    /// A score that is the F-measure of a precision and a recall, which stand at `index` in the order precision, recall,
    /// F-measure.
    public init(_ name: String, precisionRecallF1At index: Int, support: Int? = nil) {
        self.name = name
        score = index + 2
        precision = index
        recall = index + 1
        f1 = index + 2
        self.support = support
    }
}
