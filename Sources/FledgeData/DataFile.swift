/// A file of records.
///
/// A file that begins as gzip does is decompressed as it is read, whatever it is called.
public struct DataFile: Sendable, Equatable {
    /// Where it is.
    public var path: String
    /// How it writes its records.
    public var format: DataFormat

    /// Names a file.
    public init(path: String, format: DataFormat) {
        self.path = path
        self.format = format
    }

    /// Names a file whose format its name tells. A `.json` file with one object after the other is one of JSON lines.
    ///
    /// - Throws: ``DataError/unknownFormat(file:)`` if its name does not tell, ``DataError/unreadFormat(file:format:)`` if
    ///   it tells a format such as Parquet, or another ``DataError`` if it ends in `.json` and cannot be read.
    public init(path: String) throws(DataError) {
        if let format = DataFormat.unreadFormat(path: path) { throw .unreadFormat(file: path, format: format) }
        guard let format = DataFormat(path: path) else { throw .unknownFormat(file: path) }
        self.path = path
        self.format = format
        if case .json = format, try DataFile.hasObjectsInLines(path) { self.format = .jsonLines }
    }

    /// Whether something follows the first object of a file.
    private static func hasObjectsInLines(_ path: String) throws(DataError) -> Bool {
        let stream = try ByteStream(path: path)
        try stream.dropByteOrderMark()
        guard try nextByte(of: stream) == UInt8(ascii: "{") else { return false }
        var scan = ValueScan()
        while !scan.isPastObject(in: stream.unread) {
            guard stream.unread.count < 1 << 24, try stream.fill() else { return false }
        }
        stream.drop(scan.length)
        return try nextByte(of: stream) != nil
    }

    private static func nextByte(of stream: ByteStream) throws(DataError) -> UInt8? {
        while true {
            if let index = stream.unread.firstIndex(where: { !$0.isSpace }) {
                stream.drop(index)
                return stream.unread[0]
            }
            stream.drop(stream.unread.count)
            if try !stream.fill() { return nil }
        }
    }
}
