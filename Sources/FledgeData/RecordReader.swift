/// Reads the records of a data set in the order of its files.
///
/// It is a reference because it holds an open file. One thread at a time may use it.
public final class RecordReader {
    private let dataSet: DataSet
    private var current: FileReader?
    private var fileIndex: Int
    /// For each choice how many records it has seen.
    private var counts: [Int]
    private let start: DataPosition
    /// Why no further record can be found.
    private var failure: DataError?

    /// Begins at the start, or where another reader of the same data set was.
    ///
    /// - Parameters:
    ///   - dataSet: what to read.
    ///   - position: a reader's ``position``. In a compressed file all that is before it must be decompressed again.
    /// - Throws: a ``DataError`` if the position does not belong to such a data set.
    public init(_ dataSet: DataSet, from position: DataPosition = .start) throws(DataError) {
        self.dataSet = dataSet
        guard position.isPossible(files: dataSet.files.count, choices: dataSet.choices.count) else {
            throw .invalidOption(
                name: "position", problem: "it is not one of this data set",
                remedy: "Resume with the same files and the same choices of records as before.")
        }
        counts = position.counts.isEmpty ? dataSet.choices.map { _ in 0 } : position.counts
        fileIndex = position.file
        start = position
    }

    /// Where the reader stands: what is read from here on is what ``next()`` would give.
    public var position: DataPosition {
        guard let current else {
            return fileIndex == start.file && start.offset > 0
                ? start : DataPosition(file: fileIndex, offset: 0, line: 1, counts: counts)
        }
        return DataPosition(file: fileIndex, offset: current.stream.offset, line: current.stream.line, counts: counts)
    }

    /// The next record, nil after the last one.
    ///
    /// - Throws: a ``DataError`` that names the file and the line. After an error in a record ``next()`` goes on with
    ///   the one after it; where the ends of records cannot be seen any more, it gives the same error again.
    public func next() throws(DataError) -> Record? {
        guard let (file, frame) = try nextFrame() else { return nil }
        return try record(of: frame, in: file)
    }

    /// The bytes of the next record that is wanted, and the number of its file.
    func nextFrame() throws(DataError) -> (file: Int, frame: Frame)? {
        if let failure { throw failure }
        do throws(DataError) {
            return try findFrame()
        } catch {
            failure = error
            throw error
        }
    }

    private func findFrame() throws(DataError) -> (file: Int, frame: Frame)? {
        while fileIndex < dataSet.files.count {
            if zip(dataSet.choices, counts).contains(where: { $0.isOver(number: $1) }) { return nil }
            if current == nil {
                let isStart = fileIndex == start.file
                current = try FileReader(
                    dataSet.files[fileIndex], offset: isStart ? start.offset : 0, line: isStart ? start.line : 1)
            }
            if let frame = try current?.nextFrame() {
                if isWanted(frame) { return (fileIndex, frame) }
            } else {
                current = nil
                fileIndex += 1
            }
        }
        return nil
    }

    private func isWanted(_ frame: Frame) -> Bool {
        for (index, choice) in dataSet.choices.enumerated() {
            let number = counts[index]
            counts[index] += 1
            if !choice.keeps(number: number, bytes: frame.bytes) { return false }
        }
        return true
    }

    private func record(of frame: Frame, in file: Int) throws(DataError) -> Record {
        let path = dataSet.files[file].path
        guard var record = try current?.parser.record(of: frame, in: path) else { return [:] }
        for step in dataSet.columns { record = try step.apply(to: record) }
        return record
    }
}
