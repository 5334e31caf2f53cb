/// Records that are lines up to an empty one.
package struct BlockFramer: Framer {
    package func next(in stream: ByteStream) throws(DataError) -> Frame? {
        try stream.dropByteOrderMark()
        var block: Frame?
        while let line = try LineFramer.line(in: stream) {
            if line.bytes.allSatisfy(\.isSpace) {
                if let block { return block }
            } else if var longer = block.take() {
                longer.bytes.append(UInt8(ascii: "\n"))
                longer.bytes += line.bytes
                guard longer.bytes.count <= ByteStream.longestRecord else {
                    throw .malformed(
                        file: stream.path, line: longer.line,
                        problem: "a record is longer than \(ByteStream.longestRecord) bytes",
                        remedy: "Check that empty lines stand between records.")
                }
                block = longer
            } else {
                block = line
            }
        }
        return block
    }
}

/// Records that are files.
struct DocumentFramer: Framer {
    func next(in stream: ByteStream) throws(DataError) -> Frame? {
        try stream.dropByteOrderMark()
        while try stream.fill() {}
        guard !stream.unread.isEmpty else { return nil }
        let (offset, line) = (stream.offset, stream.line)
        return Frame(offset: offset, line: line, bytes: stream.take(stream.unread.count))
    }
}
