/// Reads the records of an indexed data set in an order.
///
/// It is a reference because it holds open files. One thread at a time may use it.
public final class IndexedReader {
    private let index: IndexedDataSet
    private let recordOrder: RecordOrder
    private lazy var order = recordOrder.indices(count: index.count)
    private var files: [Int: (file: ReadableFile, parser: any RecordParser)] = [:]
    /// How many records of the order have been read, or passed over because they are broken.
    public private(set) var position: Int

    /// How many files are kept open.
    private static let mostOpenFiles = 64

    init(_ index: IndexedDataSet, order: RecordOrder, from start: Int) {
        self.index = index
        recordOrder = order
        position = min(max(start, 0), index.count)
    }

    /// The next record, nil after the last one.
    ///
    /// - Throws: a ``DataError`` that names the file and the line; ``next()`` then goes on with the record after it.
    public func next() throws(DataError) -> Record? {
        guard position < order.count else { return nil }
        defer { position += 1 }
        return try record(at: order[position])
    }

    /// A record by its number in the files' order.
    ///
    /// - Throws: a ``DataError`` if the record is broken, or the file is not the one that was indexed.
    public func record(at number: Int) throws(DataError) -> Record {
        guard 0..<index.count ~= number else {
            throw .invalidOption(
                name: "record", problem: "there is no record \(number) of \(index.count)",
                remedy: "Records are numbered from 0.")
        }
        let place = index.place(of: number)
        let (file, parser) = try open(place.file)
        let bytes = try file.bytes(at: place.offset, count: place.length)
        guard bytes.count == place.length else {
            throw .changed(file: file.path, problem: "it ends before the record of line \(place.line)")
        }
        let frame = Frame(offset: place.offset, line: place.line, bytes: bytes)
        var record = try parser.record(of: frame, in: file.path)
        for step in index.dataSet.columns { record = try step.apply(to: record) }
        return record
    }

    private func open(_ number: Int) throws(DataError) -> (file: ReadableFile, parser: any RecordParser) {
        if let open = files[number] { return open }
        let description = index.dataSet.files[number]
        if files.count >= IndexedReader.mostOpenFiles { files.removeAll() }
        let file = if let copy = index.copies[number] { copy } else { try ReadableFile(path: description.path) }
        let open = (file: file, parser: try FileReader.parser(of: description))
        files[number] = open
        return open
    }
}
