/// Reads the records of one file.
package struct FileReader {
    let stream: ByteStream
    private var framer: any Framer
    let parser: any RecordParser

    /// Opens a file at its beginning or at the end of one of its records.
    init(_ file: DataFile, offset: Int = 0, line: Int = 1) throws(DataError) {
        parser = try FileReader.parser(of: file)
        framer = FileReader.framer(of: file.format)
        stream = try ByteStream(path: file.path, offset: offset, line: line)
        if offset == 0, case .delimited(let options) = file.format, options.header == .firstLine {
            _ = try framer.next(in: stream)
        }
    }

    /// The bytes of the next record, nil at the end of the file.
    mutating func nextFrame() throws(DataError) -> Frame? { try framer.next(in: stream) }

    package static func framer(of format: DataFormat) -> any Framer {
        switch format {
        case .jsonLines: LineFramer(keepsEmptyLines: false)
        case .json(let field): JSONListFramer(field: field)
        case .delimited(let options): DelimitedFramer(separator: options.separator, quote: options.quote)
        case .text(.line): LineFramer(keepsEmptyLines: true)
        case .text(.paragraph), .conll: BlockFramer()
        case .text(.document): DocumentFramer()
        }
    }

    /// The parser of a file's records; the names of columns are read from the file.
    static func parser(of file: DataFile) throws(DataError) -> any RecordParser {
        switch file.format {
        case .jsonLines, .json: return JSONRecordParser()
        case .text: return TextParser()
        case .conll(let options): return ColumnParser(options: options)
        case .delimited(let options):
            var names: [String]?
            switch options.header {
            case .names(let given): names = given
            case .firstLine, .none: names = try columnNames(of: file, options)
            }
            if let names, Set(names).count != names.count {
                throw .malformed(
                    file: file.path, line: 1, problem: "two columns have one name",
                    remedy: "Give the columns' names, or say that the file has none.")
            }
            return DelimitedParser(options: options, names: names)
        }
    }

    private static func columnNames(of file: DataFile, _ options: DelimitedOptions) throws(DataError) -> [String]? {
        let stream = try ByteStream(path: file.path)
        let framer = DelimitedFramer(separator: options.separator, quote: options.quote)
        guard let first = try framer.next(in: stream) else { return nil }
        let values = try DelimitedParser(options: options, names: nil).values(of: first, in: file.path)
        return options.header == .none ? DelimitedParser.numbered(values.count) : values
    }
}
