public import FledgeData

/// A data set, what to learn from it, and how it is put into batches.
///
/// ```swift
/// let data = try TrainingData(
///     DataSet(path: "train.jsonl"),
///     objective: SequenceToSequence(tokenizer: tokenizer, source: "dialogue", target: "summary"),
///     options: BatchOptions(size: .tokens(4096), poolBatches: 16))
/// let batches = try data.prefetchedBatches(epochs: 3)
/// while let batch = try batches.next() { … }
/// ```
///
/// The same seed gives the same batches, on every machine and whatever the timing.
public struct TrainingData: Sendable {
    let dataSet: DataSet
    let objective: any Objective
    let options: BatchOptions
    let limits: ExampleLimits?
    let index: IndexedDataSet?

    /// Puts them together. If the options shuffle, all files are read once to find their records.
    ///
    /// With `limits`, such as ``LearningModel/limits``, a record whose example the model cannot take is an error that names
    /// its file and line.
    ///
    /// - Throws: a ``DataError`` if a file cannot be read, or the options make no sense.
    public init(
        _ dataSet: DataSet, objective: any Objective, options: BatchOptions, limits: ExampleLimits? = nil
    ) throws(DataError) {
        self.limits = limits
        self.dataSet = dataSet
        self.objective = objective
        self.options = options
        let size =
            switch options.size {
            case .examples(let count), .tokens(let count): count
            }
        guard size > 0, options.poolBatches > 0, size <= 1 << 40, options.poolBatches <= 1 << 20 else {
            throw .invalidOption(
                name: "batch size", problem: "\(options.poolBatches) batches of \(size) make no sense",
                remedy: "Use numbers above 0.")
        }
        index = options.shuffles ? try IndexedDataSet(dataSet) : nil
    }

    /// How many records the data have, if they were counted, which they are in order to shuffle them.
    public var recordCount: Int? { index?.count }

    /// Makes the batches as they are asked for.
    ///
    /// - Parameters:
    ///   - position: where to begin: the start, or a ``BatchIterator/position`` that was saved.
    ///   - epochs: how many epochs there are in all, those before the position included; nil for no end.
    /// - Returns: the batches.
    /// - Throws: a ``DataError`` if the position does not belong to these data.
    public func batches(from position: BatchPosition = .start, epochs: Int? = 1) throws(DataError) -> BatchIterator {
        try BatchIterator(self, from: position, epochs: epochs)
    }

    /// Makes the batches on a thread of their own, some ahead of those that are asked for.
    ///
    /// - Parameters:
    ///   - position: where to begin: the start, or a position that was saved.
    ///   - epochs: how many epochs there are in all; nil for no end.
    ///   - depth: how many batches are made ahead.
    /// - Returns: the batches.
    /// - Throws: a ``DataError`` if the position does not belong to these data, or no thread can be had.
    public func prefetchedBatches(
        from position: BatchPosition = .start, epochs: Int? = 1, depth: Int = 4
    ) throws(DataError) -> PrefetchedBatches {
        try PrefetchedBatches(self, from: position, epochs: epochs, depth: depth)
    }

    /// How many batches an epoch has. All of it is read and tokenized for that.
    ///
    /// - Throws: a ``DataError`` if a record is broken.
    public func batchCount(epoch: Int = 0) throws(DataError) -> Int {
        let iterator = try batches(from: BatchPosition(epoch: epoch), epochs: epoch &+ 1)
        var count = 0
        while try iterator.next() != nil { count += 1 }
        return count
    }
}
