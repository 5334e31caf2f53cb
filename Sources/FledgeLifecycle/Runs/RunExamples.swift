public import FledgeData
public import FledgeTemplates

/// The examples of a run: records, and in which of their fields the right answers are.
public struct RunExamples: Sendable {
    private enum Source: Sendable {
        case records([Record])
        case dataSet(DataSet)
    }

    private let source: Source
    /// The fields with the right answers: texts, or lists of texts.
    public var references: [String]
    /// For classes the words that stand for them; an answer that is none of the classes stays as it is.
    public var labelWords: Value.Object = [:]

    /// Takes records that are in memory.
    public init(_ records: [Record], references: [String]) {
        source = .records(records)
        self.references = references
    }

    /// Takes the records of a data set, which are read one after the other.
    public init(_ dataSet: DataSet, references: [String]) {
        source = .dataSet(dataSet)
        self.references = references
    }

    /// Goes through the examples in the order of the data.
    ///
    /// - Parameter body: gets each one's number, its record and its right answers.
    /// - Throws: a `DataError` for a record that cannot be read or has no reference, and what `body` throws.
    public func forEach(_ body: (_ index: Int, _ record: Record, _ references: [String]) throws -> Void) throws {
        try forEachRecord { index, record in try body(index, record, try answers(of: record)) }
    }

    /// Goes through the records in the order of the data.
    func forEachRecord(_ body: (_ index: Int, _ record: Record) throws -> Void) throws {
        switch source {
        case .records(let records):
            for (index, record) in records.enumerated() { try body(index, record) }
        case .dataSet(let dataSet):
            let reader = try RecordReader(dataSet)
            var index = 0
            while let record = try reader.next() {
                try body(index, record)
                index += 1
            }
        }
    }

    private func answers(of record: Record) throws(DataError) -> [String] {
        var answers: [String] = []
        for name in references {
            if case .array = record[name] {
                answers += try record.texts(of: name)
            } else {
                answers.append(try record.text(of: name))
            }
        }
        guard !labelWords.isEmpty else { return answers }
        return answers.map { answer in
            if case .string(let word)? = labelWords[answer] { word } else { answer }
        }
    }
}
