/// Records of files, and which of them and which of their fields are wanted.
///
/// ```swift
/// let all = try DataSet(path: "dialogs.jsonl.gz")
/// let training = all.part(0..<0.9, seed: 1).selecting(["dialogue", "summary"])
/// for try await record in training { … }
/// ```
///
/// A data set is a description; its files are read when records are asked for, a window at a time, so that they may be
/// larger than memory. Choices (``skipping(_:)``, ``taking(_:)``, ``shard(_:of:)``, ``part(_:seed:)``) apply in the
/// order in which they were made.
public struct DataSet: Sendable {
    /// The files, in the order in which they are read.
    public let files: [DataFile]
    var choices: [RecordChoice] = []
    var columns: [ColumnStep] = []

    /// A data set of some files.
    public init(files: [DataFile]) {
        self.files = files
    }

    /// A data set of a file, or of all the data files of a directory in the order of their names.
    ///
    /// - Parameters:
    ///   - path: a file or a directory.
    ///   - format: how the records are written; nil to go by the names.
    /// - Throws: a ``DataError`` if there is no such place, no data in it, or a format that the name does not tell.
    public init(path: String, format: DataFormat? = nil) throws(DataError) {
        files = try LocalDirectory.files(at: path, format: format)
    }

    /// Leaves out the first records.
    public func skipping(_ count: Int) -> DataSet { choosing(.skip(Swift.max(count, 0))) }

    /// Keeps the first records.
    public func taking(_ count: Int) -> DataSet { choosing(.take(Swift.max(count, 0))) }

    /// Keeps every `count`-th record, beginning with the one at `index`: the shards of all indices together are the
    /// whole, and their sizes differ by one record at most.
    ///
    /// - Throws: a ``DataError`` unless `index` is in `0..<count`.
    public func shard(_ index: Int, of count: Int) throws(DataError) -> DataSet {
        guard count > 0, 0..<count ~= index else {
            throw .invalidOption(
                name: "shard", problem: "there is no shard \(index) of \(count)",
                remedy: "Shards are numbered from 0 to one less than their count.")
        }
        return choosing(.shard(index: index, count: count))
    }

    /// Keeps a fraction of the records: `0..<0.9` and `0.9..<1` are a split.
    ///
    /// Which part a record belongs to depends on its bytes and the seed alone: records that are added, left out or put
    /// in another order leave the others where they are, and equal records are in the same part.
    public func part(_ fraction: Range<Double>, seed: UInt64 = 0) -> DataSet {
        choosing(.part(lower: fraction.lowerBound, upper: fraction.upperBound, seed: seed))
    }

    /// Keeps some fields, in the given order. A record without one of them is an error.
    public func selecting(_ names: [String]) -> DataSet { stepping(.select(names)) }

    /// Gives fields other names. A record without one of them is an error.
    ///
    /// - Parameter names: for each present name the new one.
    /// - Returns: the data set.
    public func renaming(_ names: [String: String]) -> DataSet { stepping(.rename(names)) }

    private func choosing(_ choice: RecordChoice) -> DataSet {
        var copy = self
        copy.choices.append(choice)
        return copy
    }

    private func stepping(_ step: ColumnStep) -> DataSet {
        var copy = self
        copy.columns.append(step)
        return copy
    }
}

extension DataSet: AsyncSequence {
    /// Reads the records in the order of the files.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let dataSet: DataSet
        private var reader: RecordReader?

        init(dataSet: DataSet) {
            self.dataSet = dataSet
        }

        /// The next record, nil after the last one.
        ///
        /// - Throws: a ``DataError``, or `CancellationError` if the task is cancelled.
        public mutating func next() async throws -> Record? {
            try Task.checkCancellation()
            let reader = try self.reader ?? RecordReader(dataSet)
            self.reader = reader
            return try reader.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(dataSet: self) }
}
