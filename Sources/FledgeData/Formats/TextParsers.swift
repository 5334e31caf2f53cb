import FledgeTemplates

/// Makes records of texts.
struct TextParser: RecordParser {
    func record(of frame: Frame, in path: String) throws(DataError) -> Record {
        try frame.checkUTF8(in: path)
        let text = String(decoding: frame.bytes, as: UTF8.self)
        return Record(
            names: ["text"], values: [.string(text)], place: Record.Place(file: path, line: frame.line))
    }
}

/// Makes records of sentences in columns.
struct ColumnParser: RecordParser {
    let options: ColumnOptions

    func record(of frame: Frame, in path: String) throws(DataError) -> Record {
        try frame.checkUTF8(in: path)
        var lists = [[Value]](repeating: [], count: options.columns.count)
        for (number, line) in frame.bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            let cells = cells(of: line)
            for (list, column) in options.columns.enumerated() {
                let index = column.index < 0 ? cells.count + column.index : column.index
                // One lone cell is not the token and its tag in one.
                guard cells.indices.contains(index), cells.count > 1 || options.columns.count == 1 else {
                    throw .malformed(
                        file: path, line: frame.line + number,
                        problem: "there is no column for “\(column.name)”: the line has "
                            + (cells.count == 1 ? "1 column" : "\(cells.count) columns"),
                        remedy: DataError.correctLine)
                }
                lists[list].append(.string(String(decoding: cells[index], as: UTF8.self)))
            }
        }
        return Record(
            names: options.columns.map(\.name), values: lists.map { .array($0) },
            place: Record.Place(file: path, line: frame.line))
    }

    private func cells(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        if let separator = options.separator {
            return line.split(separator: separator, omittingEmptySubsequences: false)
        }
        let tab = UInt8(ascii: "\t")
        if line.contains(tab) { return line.split(separator: tab, omittingEmptySubsequences: false) }
        return line.split(separator: UInt8(ascii: " "))
    }
}
