import FledgeData

/// Reads records in the order of an epoch.
final class RecordSource {
    private enum Reader {
        case ordered(RecordReader)
        case shuffled(IndexedReader)
    }

    private let reader: Reader

    init(_ data: TrainingData, epoch: Int, from position: SourcePosition) throws(DataError) {
        if let index = data.index {
            guard 0...index.count ~= position.record else {
                throw .invalidOption(
                    name: "position", problem: "there are \(index.count) records, and it is at \(position.record)",
                    remedy: "Resume with the data that it was saved for.")
            }
            let order = RecordOrder.shuffled(seed: data.options.seed, epoch: epoch)
            reader = .shuffled(index.reader(order: order, from: position.record))
        } else {
            reader = .ordered(try RecordReader(data.dataSet, from: position.data))
        }
    }

    func next() throws(DataError) -> Record? {
        switch reader {
        case .ordered(let reader): try reader.next()
        case .shuffled(let reader): try reader.next()
        }
    }

    var position: SourcePosition {
        switch reader {
        case .ordered(let reader): SourcePosition(data: reader.position)
        case .shuffled(let reader): SourcePosition(record: reader.position)
        }
    }
}
