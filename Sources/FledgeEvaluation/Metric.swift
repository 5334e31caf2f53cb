/// A way to judge what systems said.
///
/// A metric turns every example into numbers whose sums give its scores (its sufficient statistics). So a corpus is
/// judged once, and the corpora that resampling makes of it cost an addition an example.
public protocol Metric: Sendable {
    /// What it is called on the command line.
    var name: String { get }

    /// Judges one system, or several that are to be compared.
    ///
    /// - Parameter systems: the examples of each system.
    /// - Returns: a table for each system; columns mean the same in all of them.
    /// - Throws: an ``EvaluationError`` that names the example.
    func measure(_ systems: [[EvaluationExample]]) throws(EvaluationError) -> Measurement
}

extension Metric {
    /// The scores of a system with their intervals.
    ///
    /// - Parameters:
    ///   - examples: what the system said, and what was right.
    ///   - resampling: how intervals are found; nil for none.
    /// - Returns: the scores.
    /// - Throws: an ``EvaluationError``.
    public func report(
        on examples: [EvaluationExample], resampling: Resampling? = Resampling()
    ) throws(EvaluationError) -> MetricReport {
        guard !examples.isEmpty else { throw .noExamples }
        let measurement = try measure([examples])
        return MetricReport(metric: name, measurement: measurement, resampling: resampling)
    }

    /// Two systems that were asked the same.
    ///
    /// - Parameters:
    ///   - first: what one system said.
    ///   - second: what the other said; the references are the same.
    ///   - resampling: how intervals and p-values are found.
    /// - Returns: for each score which system is better.
    /// - Throws: an ``EvaluationError``, also where the references differ.
    public func compare(
        _ first: [EvaluationExample], _ second: [EvaluationExample], resampling: Resampling = Resampling()
    ) throws(EvaluationError) -> MetricComparison {
        guard !first.isEmpty else { throw .noExamples }
        guard first.count == second.count else {
            throw .systemCounts(first: first.count, second: second.count)
        }
        for index in first.indices where !first[index].hasReferences(of: second[index]) {
            throw .systemsDiffer(example: index)
        }
        let measurement = try measure([first, second])
        return MetricComparison(metric: name, measurement: measurement, resampling: resampling)
    }
}

extension EvaluationExample {
    /// Whether two systems were asked the same, as far as the right answers tell.
    fileprivate func hasReferences(of other: EvaluationExample) -> Bool {
        func same(_ left: [String], _ right: [String]) -> Bool {
            left.count == right.count && zip(left, right).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
        }
        return same(references, other.references) && same(referenceTags, other.referenceTags)
    }
}
