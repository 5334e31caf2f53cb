#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The bytes of one record, and where they are.
package struct Frame {
    /// Where the bytes begin in the decompressed file.
    var offset: Int
    /// The line on which they begin.
    package var line: Int
    package var bytes: [UInt8]
}

/// Finds where records begin and end, without reading what they hold. Framers can begin at the end of any record.
package protocol Framer {
    /// The next record's bytes, nil at the end of the file.
    mutating func next(in stream: ByteStream) throws(DataError) -> Frame?
}

/// Makes a record of its bytes.
protocol RecordParser {
    /// - Throws: a ``DataError`` that names the line.
    func record(of frame: Frame, in path: String) throws(DataError) -> Record
}

extension UnsafeBufferPointer<UInt8> {
    /// The place of a byte from a place on.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start < count, let base = baseAddress, let found = memchr(base + start, Int32(byte), count - start) else {
            return nil
        }
        return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    }
}
