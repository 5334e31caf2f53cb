/// Records that are the elements of a JSON list: the whole file, or a member of the object that the file is.
///
/// It only looks at brackets, quotation marks and commas. What is between them is checked where a record is read.
package struct JSONListFramer: Framer {
    let field: String?

    package init(field: String?) {
        self.field = field
    }

    package func next(in stream: ByteStream) throws(DataError) -> Frame? {
        if stream.offset == 0 {
            try enterList(in: stream)
            if try peek(stream) == UInt8(ascii: "]") { return nil }
            return try element(in: stream)
        }
        switch try peek(stream) {
        case UInt8(ascii: "]"): return nil
        case UInt8(ascii: ","): stream.drop(1)
        case nil: throw broken(stream, "the file ends inside the list of records")
        default: throw broken(stream, "“,” or “]” is expected")
        }
        return try element(in: stream)
    }

    private func element(in stream: ByteStream) throws(DataError) -> Frame {
        guard let first = try peek(stream) else { throw broken(stream, "the file ends inside the list of records") }
        guard first != UInt8(ascii: ","), first != UInt8(ascii: "]") else {
            throw broken(stream, "a record is missing")
        }
        let (offset, line) = (stream.offset, stream.line)
        let bytes = try value(in: stream)
        return Frame(offset: offset, line: line, bytes: bytes)
    }

    /// Goes behind the bracket that opens the list.
    private func enterList(in stream: ByteStream) throws(DataError) {
        try stream.dropByteOrderMark()
        switch try peek(stream) {
        case UInt8(ascii: "["): stream.drop(1)
        case UInt8(ascii: "{"):
            stream.drop(1)
            try enterMember(in: stream)
        default: throw broken(stream, "a list of records is expected, or an object that holds one")
        }
    }

    private func enterMember(in stream: ByteStream) throws(DataError) {
        while try peek(stream) == UInt8(ascii: "\"") {
            let key = try value(in: stream)
            guard try peek(stream) == UInt8(ascii: ":") else { throw broken(stream, "“:” is expected") }
            stream.drop(1)
            let next = try peek(stream)
            if let field {
                let name = key.prefix(1 + (key.lastIndex(of: UInt8(ascii: "\"")) ?? 0)).dropFirst().dropLast()
                if name.elementsEqual(field.utf8) {
                    guard next == UInt8(ascii: "[") else { throw broken(stream, "“\(field)” is not a list of records") }
                    stream.drop(1)
                    return
                }
            } else if next == UInt8(ascii: "[") {
                stream.drop(1)
                return
            }
            _ = try value(in: stream)
            guard try peek(stream) == UInt8(ascii: ",") else { break }
            stream.drop(1)
            _ = try peek(stream)
        }
        let name = field.map { " called “\($0)”" } ?? ""
        throw broken(stream, "the object has no list of records\(name)")
    }

    /// The byte after white space, nil at the end of the file.
    private func peek(_ stream: ByteStream) throws(DataError) -> UInt8? {
        while true {
            let unread = stream.unread
            var count = 0
            while count < unread.count, unread[count].isSpace {
                if unread[count] == UInt8(ascii: "\n") { stream.line += 1 }
                count += 1
            }
            let next = count < unread.count ? unread[count] : nil
            stream.drop(count)
            if let next { return next }
            if try !stream.fill() { return nil }
        }
    }

    /// Takes a value: all up to a comma, colon or closing bracket outside of brackets and quotation marks.
    private func value(in stream: ByteStream) throws(DataError) -> [UInt8] {
        var scan = ValueScan()
        while true {
            if scan.goOn(in: stream.unread) { break }
            guard try stream.fill() else { throw broken(stream, "the file ends inside a value that begins here") }
        }
        stream.line += scan.lines
        return stream.take(scan.length)
    }

    private func broken(_ stream: ByteStream, _ problem: String) -> DataError {
        .malformed(
            file: stream.path, line: stream.line, problem: problem,
            remedy: "Correct the JSON text, or give the right format.")
    }
}
