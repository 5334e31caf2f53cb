import FledgeTemplates

/// Makes records of JSON objects.
struct JSONRecordParser: RecordParser {
    func record(of frame: Frame, in path: String) throws(DataError) -> Record {
        try frame.checkUTF8(in: path)
        let value: Value
        do throws(TemplateError) {
            value = try Value(json: frame.bytes)
        } catch {
            let column = error.column.map { "column \($0): " } ?? ""
            throw .malformed(
                file: path, line: frame.line + (error.line ?? 1) - 1, problem: column + error.problem,
                remedy: DataError.correctLine)
        }
        guard case .object(let object) = value else {
            throw .malformed(
                file: path, line: frame.line,
                problem: "a record should be an object, and there is \(value.kindInWords)",
                remedy: DataError.correctLine)
        }
        return Record(object, place: Record.Place(file: path, line: frame.line))
    }
}
