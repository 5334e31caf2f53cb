/// The bytes of a file, or of what a gzip-compressed file holds, a window at a time.
///
/// ```
///  ┌ taken ────┬ unread ───────────┬ free ─────┐
///  0         start                end      capacity
/// ```
package final class ByteStream {
    let path: String
    let isCompressed: Bool
    /// How many bytes lie before the unread ones, in the decompressed file.
    private(set) var offset = 0
    /// How many lines ended before the unread bytes, and one.
    var line = 1

    private let file: ReadableFile
    private var inflater: Inflater?
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    /// How long a record may be. It bounds the memory that a file without line ends takes.
    static let longestRecord = 1 << 28
    let longestRecord: Int

    /// Opens a file; it is compressed if it begins as gzip does, whatever it is called.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - offset: a place in the decompressed file to begin at.
    ///   - line: the number of the line there.
    ///   - chunk: how many bytes to read at a time.
    ///   - longestRecord: how many bytes a record may have.
    /// - Throws: a ``DataError`` if the file cannot be read, or ends before the place.
    package init(
        path: String, offset: Int = 0, line: Int = 1, chunk: Int = 1 << 18,
        longestRecord: Int = ByteStream.longestRecord
    ) throws(DataError) {
        self.path = path
        self.longestRecord = longestRecord
        file = try ReadableFile(path: path)
        isCompressed = try file.bytes(at: 0, count: 2) == [0x1F, 0x8B]
        if isCompressed { inflater = try Inflater(file: file) }
        capacity = max(chunk, 4)
        memory = .allocate(capacity: capacity)
        try skip(to: offset)
        self.line = line
    }

    deinit {
        memory.deallocate()
    }

    /// The bytes that have been read and not taken. The pointer is good until the next ``fill()``.
    var unread: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: memory + start, count: end - start) }

    /// Reads more bytes behind the unread ones.
    ///
    /// - Returns: false at the end of the file.
    /// - Throws: a ``DataError`` if the file cannot be read or the unread bytes are too many for one record.
    func fill() throws(DataError) -> Bool {
        if isAtEnd { return false }
        if end == capacity { try makeRoom() }
        let room = UnsafeMutableRawBufferPointer(start: memory + end, count: capacity - end)
        let count = if let inflater { try inflater.read(into: room) } else { try file.read(into: room) }
        end += count
        isAtEnd = count == 0
        return count > 0
    }

    private func makeRoom() throws(DataError) {
        let count = end - start
        guard count <= longestRecord else {
            throw .malformed(
                file: path, line: line, problem: "a record is longer than \(longestRecord) bytes",
                remedy: "Check that the file's format is what was asked for, and that its quotation marks are closed.")
        }
        if start >= capacity / 2 {
            memory.update(from: memory + start, count: count)
        } else {
            capacity *= 2
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            larger.initialize(from: memory + start, count: count)
            memory.deallocate()
            memory = larger
        }
        start = 0
        end = count
    }

    /// Takes unread bytes away.
    func drop(_ count: Int) {
        start += count
        offset += count
    }

    /// Takes unread bytes.
    func take(_ count: Int) -> [UInt8] {
        let bytes = Array(UnsafeBufferPointer(start: memory + start, count: count))
        drop(count)
        return bytes
    }

    /// Takes a byte order mark away at the start of the file.
    func dropByteOrderMark() throws(DataError) {
        guard offset == 0 else { return }
        while unread.count < 3, try fill() {}
        if unread.starts(with: [0xEF, 0xBB, 0xBF]) { drop(3) }
    }

    private func skip(to place: Int) throws(DataError) {
        guard place >= 0 else { throw .changed(file: path, problem: "there is no place \(place) in it") }
        guard isCompressed else {
            try file.seek(to: place)
            offset = place
            return
        }
        while offset < place {
            if unread.isEmpty, try !fill() { throw .changed(file: path, problem: "it ends before the place \(place)") }
            drop(min(unread.count, place - offset))
        }
    }
}
