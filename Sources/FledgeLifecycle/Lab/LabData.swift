public import FledgeData
public import FledgeGeneration
import FledgeTemplates

/// The records of a lab under the names that its template uses.
public struct LabData: Sendable {
    /// What models are asked about.
    public let records: [Record]
    /// Where demonstrations come from.
    public let pool: DemonstrationPool
    /// Which data the records are from.
    public let source: RunSource
    /// Which data demonstrations are from; nil for the same.
    public let shotSource: RunSource?
    /// The fields of ``records`` with what humans wrote.
    let references: [String]
    /// The field of ``records`` with what models are asked about.
    let input: String

    /// Reads the records.
    ///
    /// - Parameters:
    ///   - options: which fields and how many records.
    ///   - template: the prompt template.
    ///   - data: the data.
    ///   - shotData: where demonstrations come from; nil for the data.
    /// - Throws: ``LabError``, ``RunError``, `DataError`.
    public init(
        options: LabOptions, template: PromptTemplate, data: DataSet, shotData: DataSet?
    ) throws {
        guard let input = template.truncatedField ?? template.inputs.first, let target = template.target else {
            throw LabError.badOption(
                name: "template", problem: "\(template.name) does not say which field is its answer",
                remedy: "Add {# target: … #} and a section {# answer #}.")
        }
        self.input = input
        var names: [String: String] = [:]
        if let field = options.inputField, field != input { names[field] = input }
        if let field = options.referenceFields.first, field != target { names[field] = target }
        references = [target] + options.referenceFields.dropFirst()
        let asked = try LabData.renamed(data, names)
        let reader = try RecordReader(options.limit.map { asked.taking($0) } ?? asked)
        var records: [Record] = []
        while let record = try reader.next() { records.append(record) }
        guard records.count >= 2 else { throw LabError.tooFewExamples(count: records.count) }
        self.records = records
        source = try RunSource(name: options.data, dataSet: data)
        shotSource = try shotData.map { try RunSource(name: options.shotData ?? "", dataSet: $0) }
        if options.shots.allSatisfy({ $0 == 0 }) {
            pool = DemonstrationPool([])
        } else {
            let demonstrated = try shotData.map { try LabData.renamed($0, names) } ?? asked
            if case .array? = try RecordReader(demonstrated).next()?[target] {
                throw LabError.badOption(
                    name: "reference-field", problem: "demonstrations show one text, and “\(target)” is a list",
                    remedy: "Ask for no demonstrations (--shots 0), or give others as --shot-data.")
            }
            pool = DemonstrationPool(try IndexedDataSet(demonstrated))
        }
    }

    /// The data with the template's names; a field that has such a name already and is another one is left out.
    private static func renamed(_ data: DataSet, _ names: [String: String]) throws -> DataSet {
        guard !names.isEmpty, let first = try RecordReader(data).next() else { return data }
        let isInTheWay = { (name: String) in names.values.contains(name) && names[name] == nil }
        guard first.names.contains(where: isInTheWay) else { return data.renaming(names) }
        return data.selecting(first.names.filter { !isInTheWay($0) }).renaming(names)
    }

    /// The examples for runs.
    var examples: RunExamples { RunExamples(records, references: references) }

    /// The texts for the analysis.
    ///
    /// - Throws: ``LabError/badReference(example:field:)``, `DataError`.
    func texts() throws -> [LabExample] {
        var examples: [LabExample] = []
        try self.examples.forEach { index, record, references in
            guard references.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else {
                throw LabError.badReference(example: index, field: self.references[0])
            }
            examples.append(LabExample(input: try record.text(of: input), references: references))
        }
        return examples
    }
}
