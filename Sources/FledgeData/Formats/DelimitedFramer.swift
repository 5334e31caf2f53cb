/// Records that are lines of separated values, which may hold line ends between quotation marks.
///
/// It sees quotation marks as Python's `csv` does: one opens a value only at its beginning, and after the one that
/// closes it more characters may follow. Lines end in LF, CRLF or CR.
package struct DelimitedFramer: Framer {
    let separator: UInt8
    let quote: UInt8?

    package init(separator: UInt8, quote: UInt8?) {
        self.separator = separator
        self.quote = quote
    }

    private enum State {
        case fieldStart, plain, quoted
        /// Behind a quotation mark inside quotation marks: it closes them, or another follows.
        case closing
    }

    package func next(in stream: ByteStream) throws(DataError) -> Frame? {
        try stream.dropByteOrderMark()
        while let frame = try line(in: stream) {
            if !frame.bytes.isEmpty { return frame }
        }
        return nil
    }

    private func line(in stream: ByteStream) throws(DataError) -> Frame? {
        var state = State.fieldStart
        var searched = 0
        var innerLines = 0
        var openedAt = stream.line
        while true {
            let unread = stream.unread
            while searched < unread.count {
                let byte = unread[searched]
                if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                    // A CR may be the half of a CRLF whose LF is not there yet.
                    if byte == UInt8(ascii: "\r"), searched + 1 == unread.count { break }
                    let isPair = byte == UInt8(ascii: "\r") && unread[searched + 1] == UInt8(ascii: "\n")
                    guard state == .quoted else {
                        return end(of: stream, at: searched, endLength: isPair ? 2 : 1, lines: innerLines + 1)
                    }
                    if !isPair { innerLines += 1 }
                } else if state == .quoted {
                    if byte == quote { state = .closing }
                } else if byte == separator {
                    state = .fieldStart
                } else if byte == quote, state != .plain {
                    if state == .fieldStart { openedAt = stream.line + innerLines }
                    state = .quoted
                } else {
                    state = .plain
                }
                searched += 1
            }
            guard try !stream.fill() else { continue }
            return try last(in: stream, isOpen: state == .quoted ? openedAt : nil, lines: innerLines)
        }
    }

    /// What the file ends with.
    private func last(in stream: ByteStream, isOpen: Int?, lines: Int) throws(DataError) -> Frame? {
        if let isOpen {
            throw .malformed(
                file: stream.path, line: isOpen, problem: "a quotation mark opens here and is never closed",
                remedy: "Close it, or say that the file has no quotation marks around values.")
        }
        let count = stream.unread.count
        guard count > 0 else { return nil }
        let hasReturn = stream.unread[count - 1] == UInt8(ascii: "\r")
        return end(of: stream, at: hasReturn ? count - 1 : count, endLength: hasReturn ? 1 : 0, lines: lines + 1)
    }

    private func end(of stream: ByteStream, at count: Int, endLength: Int, lines: Int) -> Frame {
        let (offset, line) = (stream.offset, stream.line)
        let bytes = stream.take(count)
        stream.drop(endLength)
        stream.line += lines
        return Frame(offset: offset, line: line, bytes: bytes)
    }
}
