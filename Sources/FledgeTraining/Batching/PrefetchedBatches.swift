public import FledgeData

/// Batches that a thread of their own makes ahead of those that are asked for.
///
/// They are the same batches in the same order as those of a ``BatchIterator``, and so are the errors. The thread ends
/// with the last batch, the first error, ``cancel()``, or when this object is released.
public final class PrefetchedBatches: @unchecked Sendable {
    // Safe to share: the queue has its own lock. `position` and `failure` belong to the one thread that calls `next()`.
    private typealias Item = Result<(batch: TrainingBatch, position: BatchPosition), DataError>

    private let queue: BoundedQueue<Item>
    private let thread: WorkerThread
    private var failure: DataError?
    private var isJoined = false
    /// Where the next batch is: saved, it gives what ``next()`` would have given, whatever was made ahead.
    public private(set) var position: BatchPosition

    /// Hands an iterator to the thread that is to use it.
    private struct Handover: @unchecked Sendable {
        let iterator: BatchIterator
    }

    init(_ data: TrainingData, from position: BatchPosition, epochs: Int?, depth: Int) throws(DataError) {
        self.position = position
        let queue = BoundedQueue<Item>(capacity: depth)
        self.queue = queue
        let iterator = try BatchIterator(data, from: position, epochs: epochs)
        iterator.isCancelled = { queue.isDone }
        let handover = Handover(iterator: iterator)
        let thread = WorkerThread { PrefetchedBatches.work(handover.iterator, queue) }
        guard let thread else {
            throw .invalidOption(
                name: "prefetching", problem: "the system has no thread for it",
                remedy: "Make the batches without prefetching.")
        }
        self.thread = thread
    }

    deinit {
        cancel()
    }

    private static func work(_ iterator: BatchIterator, _ queue: BoundedQueue<Item>) {
        do throws(DataError) {
            while let batch = try iterator.next() {
                guard queue.put(.success((batch, iterator.position))) else { return }
            }
        } catch {
            _ = queue.put(.failure(error))
        }
        queue.close(discards: false)
    }

    /// The next batch, nil after the last one or after ``cancel()``. It waits if none is ready. One thread at a time may
    /// call it.
    ///
    /// - Throws: a ``DataError`` after all batches before the broken record, and again whenever ``next()`` is called
    ///   again.
    public func next() throws(DataError) -> TrainingBatch? {
        if let failure { throw failure }
        guard let item = queue.take() else { return nil }
        switch item {
        case .success(let (batch, position)):
            self.position = position
            return batch
        case .failure(let error):
            failure = error
            throw error
        }
    }

    /// Stops the thread and waits for its end; batches that were made ahead are thrown away. To be called by the thread
    /// that calls ``next()``.
    public func cancel() {
        queue.close(discards: true)
        guard !isJoined else { return }
        isJoined = true
        thread.join()
    }
}
