import FledgeData
import FledgeTensor

/// Puts the rows of a pool into batches. A row is one example, or the documents of one block.
struct BatchCutter {
    let options: BatchOptions

    /// How much of a batch a row takes.
    func size(of row: [TrainingExample]) -> Int {
        switch options.size {
        case .examples: 1
        case .tokens: row.reduce(0) { $0 + $1.tokenCount }
        }
    }

    /// How large a batch is.
    private var batchSize: Int {
        switch options.size {
        case .examples(let count), .tokens(let count): count
        }
    }

    /// How large a pool is.
    var poolSize: Int { batchSize.multipliedReportingOverflow(by: options.poolBatches).partialValue }

    /// Puts rows into batches.
    ///
    /// - Parameters:
    ///   - rows: all that there is.
    ///   - isAtEnd: whether nothing follows in this epoch.
    ///   - isBroken: whether what follows cannot be read; then only full batches are wanted.
    ///   - epoch: the epoch, and the number of the pool in it: the order of batches depends on them.
    ///   - pool: the number of the pool.
    /// - Returns: the batches, and the rows for the next pool.
    func cut(
        _ rows: [[TrainingExample]], isAtEnd: Bool, isBroken: Bool, epoch: Int, pool: Int
    ) -> (batches: [[[TrainingExample]]], rest: [[TrainingExample]]) {
        var taken = rows.prefix(pooled(rows)).map { (row: $0, size: size(of: $0)) }
        var rest = Array(rows[taken.count...])
        if options.poolBatches > 1 { sort(&taken) }
        var batches: [[[TrainingExample]]] = []
        var batch: [[TrainingExample]] = []
        var filled = 0
        for (row, size) in taken {
            if !batch.isEmpty, filled + size > batchSize {
                batches.append(batch)
                batch = []
                filled = 0
            }
            batch.append(row)
            filled += size
        }
        var last: [[TrainingExample]]?
        if filled >= batchSize {
            batches.append(batch)
        } else if isAtEnd, rest.isEmpty {
            last = batch.isEmpty || options.dropsLast ? nil : batch
        } else if options.poolBatches > 1, !isBroken {
            // It holds the longest rows. If they waited for the next pool, they would wait until the last one.
            batches.append(batch)
        } else {
            rest = batch + rest
        }
        if options.poolBatches > 1, options.shuffles { mix(&batches, epoch: epoch, pool: pool) }
        if let last { batches.append(last) }
        return (batches, rest)
    }

    /// How many rows belong to the pool.
    private func pooled(_ rows: [[TrainingExample]]) -> Int {
        var total = 0
        for (index, row) in rows.enumerated() {
            if total >= poolSize { return index }
            total += size(of: row)
        }
        return rows.count
    }

    private func sort(_ rows: inout [(row: [TrainingExample], size: Int)]) {
        let lengths = rows.map { $0.row.reduce(0) { $0 + $1.tokenCount } }
        let order = rows.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
        rows = order.map { rows[$0] }
    }

    private func mix(_ batches: inout [[[TrainingExample]]], epoch: Int, pool: Int) {
        let epochHash = ContentHash.mixed(UInt64(bitPattern: Int64(epoch)) &+ 1)
        var generator = RandomGenerator(
            seed: options.seed, stream: ContentHash.mixed(epochHash ^ UInt64(bitPattern: Int64(pool))))
        generator.shuffle(&batches)
    }
}
