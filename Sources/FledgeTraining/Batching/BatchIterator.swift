public import FledgeData

/// Makes batches one after the other.
///
/// It is a reference because it holds open files. One thread at a time may use it.
public final class BatchIterator {
    private let data: TrainingData
    private let epochs: Int?
    /// Where the iterator stands: what another one makes from here on is what ``next()`` would give.
    public private(set) var position: BatchPosition
    private var source: RecordSource
    private var packer: DocumentPacker
    private var pending: [[TrainingExample]]
    /// The batches of the pool; nil if it has not been read.
    private var pool: [[[TrainingExample]]]?
    private var isLastPool = false
    private var failure: DataError?
    /// Asked between records; if it says true, the iterator ends.
    var isCancelled: () -> Bool = { false }

    init(_ data: TrainingData, from position: BatchPosition, epochs: Int?) throws(DataError) {
        let numbers = [position.epoch, position.index, position.pool, position.done]
        guard numbers.allSatisfy({ 0..<1 << 60 ~= $0 }), DocumentPacker.isPossible(position.packer) else {
            throw .invalidOption(
                name: "position", problem: "it has impossible numbers",
                remedy: "Resume from a position that was saved for these data.")
        }
        self.data = data
        self.epochs = epochs
        self.position = position
        source = try RecordSource(data, epoch: position.epoch, from: position.source)
        packer = DocumentPacker(packing: data.objective.packing, state: position.packer)
        pending = position.pending
    }

    /// The next batch, nil after the last one of the last epoch.
    ///
    /// - Throws: a ``DataError`` that names the file and the line of a broken record, after all whole batches before it,
    ///   or, if there is no last epoch, says that an epoch has no batches. It comes again whenever ``next()`` is called again.
    public func next() throws(DataError) -> TrainingBatch? {
        while epochs.map({ position.epoch < $0 }) ?? true {
            let pool = if let pool { pool } else { try readPool() }
            self.pool = pool
            if isCancelled() { return nil }
            if position.done < pool.count {
                let batch = TrainingBatch(
                    examples: pool[position.done].flatMap { $0 }, epoch: position.epoch, index: position.index)
                position.done += 1
                position.index += 1
                return batch
            }
            if let failure { throw failure }
            if !isLastPool {
                beginPool()
            } else if position.index > 0 {
                try beginEpoch(position.epoch + 1)
            } else if epochs != nil {
                // Where one epoch has no batches, the others have none.
                return nil
            } else {
                throw .invalidOption(
                    name: "data", problem: "an epoch has no batches",
                    remedy: "Check the files and the fields, use smaller batches, or do not leave out the last one.")
            }
        }
        return nil
    }

    private func beginEpoch(_ epoch: Int) throws(DataError) {
        position = BatchPosition(epoch: epoch)
        source = try RecordSource(data, epoch: epoch, from: position.source)
        packer = DocumentPacker(packing: data.objective.packing)
        pending = []
        pool = nil
        isLastPool = false
    }

    private func beginPool() {
        position.source = source.position
        position.packer = packer.state
        position.pending = pending
        position.pool += 1
        position.done = 0
        pool = nil
    }

    /// Reads the records of a pool and puts their examples into batches.
    private func readPool() throws(DataError) -> [[[TrainingExample]]] {
        let cutter = BatchCutter(options: data.options)
        var rows = pending
        var size = rows.reduce(0) { $0 + cutter.size(of: $1) }
        var isAtEnd = false
        do throws(DataError) {
            while size < cutter.poolSize, !isAtEnd, !isCancelled() {
                guard let more = try nextRows() else {
                    isAtEnd = true
                    break
                }
                rows += more
                size += more.reduce(0) { $0 + cutter.size(of: $1) }
            }
        } catch {
            failure = error
        }
        let cut = cutter.cut(
            rows, isAtEnd: isAtEnd, isBroken: failure != nil, epoch: position.epoch, pool: position.pool)
        pending = cut.rest
        isLastPool = isAtEnd && cut.rest.isEmpty
        return cut.batches
    }

    /// The rows that the next record completes, nil at the end of the data.
    private func nextRows() throws(DataError) -> [[TrainingExample]]? {
        var documents: [[TokenizedDocument]] = []
        if let record = try source.next() {
            for document in try data.objective.documents(of: record) {
                if let wrong = data.limits?.complaint(of: document, packed: data.objective.packing != nil) {
                    throw record.error(wrong.problem, remedy: wrong.remedy)
                }
                documents += packer.append(document)
            }
        } else {
            documents = packer.finish()
            if documents.isEmpty { return nil }
        }
        return documents.map { row in
            row.compactMap { data.objective.example(of: $0, epoch: position.epoch) }
        }.filter { !$0.isEmpty }
    }
}
