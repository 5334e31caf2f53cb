import FledgeData

/// Where the making of batches stands: saved with a checkpoint, it gives exactly the batches that would have followed.
public struct BatchPosition: Sendable, Equatable, Codable {
    /// The epoch, counted from 0.
    public internal(set) var epoch: Int
    /// The number in its epoch of the batch that comes next.
    public internal(set) var index: Int
    /// Where the reader stood when the pool that this batch is of was begun.
    var source: SourcePosition
    /// What had been read then and was in no block or batch yet.
    var packer = DocumentPacker.State()
    var pending: [[TrainingExample]] = []
    /// The number of the pool in its epoch, and how many of its batches are done.
    var pool = 0
    var done = 0

    /// Before the first batch.
    public static let start = BatchPosition(epoch: 0)

    /// At the beginning of an epoch.
    ///
    /// - Parameter epoch: counted from 0.
    public init(epoch: Int) {
        self.epoch = epoch
        index = 0
        source = SourcePosition()
    }
}

/// Where a reader stands that reads in the order of the files, or in another one.
struct SourcePosition: Sendable, Equatable, Codable {
    var data = DataPosition.start
    var record = 0
}
