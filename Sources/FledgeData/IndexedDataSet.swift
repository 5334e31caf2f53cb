/// A data set whose records can be read in any order, because it is known where each of them is.
///
/// It holds 16 bytes for each record, not the records: a set of ten million of whatever length takes 160 MB. Making it
/// reads all files once. Compressed files are decompressed into the system's folder for temporary files (`TMPDIR`).
public struct IndexedDataSet: Sendable {
    /// What was indexed.
    public let dataSet: DataSet
    /// For each record its place in its file, its length and its line.
    private var offsets: [Int] = []
    private var lengths: [UInt32] = []
    private var lines: [UInt32] = []
    /// For each file the number of its first record.
    private var starts: [Int] = []
    /// The decompressed copies of compressed files, by the files' numbers.
    let copies: [Int: ReadableFile]

    /// How many records there are.
    public var count: Int { offsets.count }

    /// Finds the records.
    ///
    /// - Throws: a ``DataError`` if a file cannot be read or decompressed, or breaks its format so that the ends of
    ///   records cannot be seen. What records hold is not looked at.
    /// - Complexity: O(n) in the bytes of the files.
    public init(_ dataSet: DataSet) throws(DataError) {
        self.dataSet = dataSet
        var copies: [Int: ReadableFile] = [:]
        for (number, file) in dataSet.files.enumerated() where try ByteStream(path: file.path, chunk: 64).isCompressed {
            copies[number] = try ReadableFile.decompressedCopy(of: file.path)
        }
        self.copies = copies
        let reader = try RecordReader(dataSet)
        while let (file, frame) = try reader.nextFrame() {
            while starts.count <= file { starts.append(count) }
            offsets.append(frame.offset)
            lengths.append(UInt32(clamping: frame.bytes.count))
            lines.append(UInt32(clamping: frame.line))
        }
        while starts.count < dataSet.files.count { starts.append(count) }
    }

    /// The file and the place of a record.
    func place(of index: Int) -> (file: Int, offset: Int, length: Int, line: Int) {
        var (low, high) = (0, starts.count)
        // The last file that begins at or before the record.
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= index { low = middle } else { high = middle }
        }
        return (low, offsets[index], Int(lengths[index]), Int(lines[index]))
    }

    /// Reads the records in an order.
    ///
    /// - Parameters:
    ///   - order: the order.
    ///   - start: how many records of it to leave out.
    /// - Returns: a reader.
    public func reader(order: RecordOrder = .files, from start: Int = 0) -> IndexedReader {
        IndexedReader(self, order: order, from: start)
    }
}
