import FledgeTemplates

/// Makes records of separated values.
package struct DelimitedParser: RecordParser {
    let options: DelimitedOptions
    /// The columns' names; nil as long as no line has said how many there are.
    let names: [String]?

    package init(options: DelimitedOptions, names: [String]?) {
        self.options = options
        self.names = names
    }

    func record(of frame: Frame, in path: String) throws(DataError) -> Record {
        let values = try values(of: frame, in: path)
        let names = names ?? DelimitedParser.numbered(values.count)
        guard values.count == names.count else {
            throw .malformed(
                file: path, line: frame.line,
                problem: "there are \(values.count) values, and the file has \(names.count) columns",
                remedy: "Correct the line, put values that hold the separator between quotation marks, or give the "
                    + "right separator.")
        }
        return Record(
            names: names, values: values.map { .string($0) }, place: Record.Place(file: path, line: frame.line))
    }

    /// The names of columns that have none.
    static func numbered(_ count: Int) -> [String] { (0..<count).map { "column\($0 + 1)" } }

    /// The values of a line.
    package func values(of frame: Frame, in path: String) throws(DataError) -> [String] {
        try frame.checkUTF8(in: path, returnsEndLines: true)
        return frame.bytes.withUnsafeBufferPointer { values(of: $0) }
    }

    private func values(of bytes: UnsafeBufferPointer<UInt8>) -> [String] {
        var values: [String] = []
        if let names { values.reserveCapacity(names.count) }
        var start = 0
        while true {
            if start < bytes.count, bytes[start] == options.quote {
                let (value, end) = quoted(bytes, from: start + 1)
                values.append(value)
                start = end
            } else {
                let end = bytes.firstIndex(of: options.separator, from: start) ?? bytes.count
                values.append(String(decoding: bytes[start..<end], as: UTF8.self))
                start = end
            }
            if start == bytes.count { return values }
            start += 1
        }
    }

    /// A value between quotation marks, and whatever follows them, to the separator.
    private func quoted(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (String, Int) {
        guard let quote = options.quote else { return ("", start) }
        var text: [UInt8] = []
        var index = start
        while true {
            let close = bytes.firstIndex(of: quote, from: index) ?? bytes.count
            let isDoubled = close + 1 < bytes.count && bytes[close + 1] == quote
            if !isDoubled {
                let next = min(close + 1, bytes.count)
                let end = bytes.firstIndex(of: options.separator, from: next) ?? bytes.count
                guard !text.isEmpty || end > next else {
                    return (String(decoding: bytes[index..<close], as: UTF8.self), end)
                }
                text += bytes[index..<close]
                text += bytes[next..<end]
                return (String(decoding: text, as: UTF8.self), end)
            }
            text += bytes[index...close]
            index = close + 2
        }
    }
}
