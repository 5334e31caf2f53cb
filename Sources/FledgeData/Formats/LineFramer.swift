/// Records that are lines.
package struct LineFramer: Framer {
    /// Whether lines of white space are records too.
    let keepsEmptyLines: Bool

    package func next(in stream: ByteStream) throws(DataError) -> Frame? {
        try stream.dropByteOrderMark()
        while let frame = try LineFramer.line(in: stream) {
            if keepsEmptyLines || !frame.bytes.allSatisfy(\.isSpace) { return frame }
        }
        return nil
    }

    /// The next line without its end.
    static func line(in stream: ByteStream) throws(DataError) -> Frame? {
        var searched = 0
        while true {
            let unread = stream.unread
            if let end = unread.firstIndex(of: UInt8(ascii: "\n"), from: searched) {
                let hasReturn = end > 0 && unread[end - 1] == UInt8(ascii: "\r")
                let (offset, line) = (stream.offset, stream.line)
                let bytes = stream.take(hasReturn ? end - 1 : end)
                stream.drop(hasReturn ? 2 : 1)
                stream.line += 1
                return Frame(offset: offset, line: line, bytes: bytes)
            }
            searched = unread.count
            guard try !stream.fill() else { continue }
            guard searched > 0 else { return nil }
            return Frame(offset: stream.offset, line: stream.line, bytes: stream.take(searched))
        }
    }
}

extension UInt8 {
    /// Whether it is a space, tab or line end.
    var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
