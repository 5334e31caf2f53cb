import FledgeModels

/// Called with how many of how many texts are done.
public typealias TaskProgress = (_ done: Int, _ total: Int) -> Void

/// Many sequences through a model, a few at a time.
///
/// Sequences go side by side without padding, so that a batch costs what its tokens cost; those of like length go
/// together.
public enum TaskBatches {
    /// Tokens of a batch unless told otherwise: enough to keep the processor busy.
    public static let defaultTokens = 4096

    /// Which sequences go together: by length, as many as have at most `tokens` together, and at least one.
    static func plan(lengths: [Int], tokens: Int) -> [[Int]] {
        var batches: [[Int]] = []
        var batch: [Int] = []
        var sum = 0
        for index in lengths.indices.sorted(by: { (lengths[$0], $0) < (lengths[$1], $1) }) {
            if !batch.isEmpty, lengths[index] > tokens - sum {
                batches.append(batch)
                batch = []
                sum = 0
            }
            batch.append(index)
            sum += lengths[index]
        }
        return batch.isEmpty ? batches : batches + [batch]
    }

    /// Calls a closure with one batch after the other, and puts its results into the order of the sequences.
    ///
    /// - Parameters:
    ///   - sequences: the sequences.
    ///   - costs: what each sequence counts for, nil for its tokens.
    ///   - tokens: the largest cost of a batch of more than one sequence.
    ///   - progress: called after each batch.
    ///   - body: gets the numbers of some sequences and the sequences, and returns a result for each.
    /// - Returns: a result for each sequence.
    /// - Throws: what `body` throws, and `CancellationError` between batches once the task is cancelled.
    static func map<Result>(
        _ sequences: [TokenSequence], costs: [Int]? = nil, tokens: Int, progress: TaskProgress?,
        _ body: ([Int], [TokenSequence]) throws -> [Result]
    ) throws -> [Result] {
        var results = [Result?](repeating: nil, count: sequences.count)
        var done = 0
        for batch in plan(lengths: costs ?? sequences.map(\.ids.count), tokens: tokens) {
            try Task.checkCancellation()
            for (index, result) in zip(batch, try body(batch, batch.map { sequences[$0] })) { results[index] = result }
            done += batch.count
            progress?(done, sequences.count)
        }
        return results.compactMap { $0 }
    }

    /// Where each sequence of a batch begins among all its positions, and the end.
    static func offsets(_ sequences: [TokenSequence]) -> [Int] {
        sequences.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.ids.count) }
    }
}
