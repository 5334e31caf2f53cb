/// Records that are lines up to an empty one.
package struct BlockFramer: Framer {
    package func next(in stream: ByteStream) throws(DataError) -> Frame? {
        try stream.dropByteOrderMark()
        var block: Frame?
        while let line = try LineFramer.line(in: stream) {
            if line.bytes.allSatisfy(\.isSpace) {
                if let block { return block }
            } else if let first = block?.line {
                block?.bytes.append(UInt8(ascii: "\n"))
                block?.bytes.append(contentsOf: line.bytes)
                guard (block?.bytes.count ?? 0) <= stream.longestRecord else {
                    throw .malformed(
                        file: stream.path, line: first,
                        problem: "a record is longer than \(stream.longestRecord) bytes",
                        remedy: "Check that empty lines stand between records.")
                }
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
