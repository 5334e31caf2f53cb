import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A prompt that a template makes of a record, with demonstrations.
struct PromptOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Make the prompt with a template: a built-in one (see fledge prompt --list), or a file.",
            valueName: "name-or-file"))
    var template: String?

    @Option(help: ArgumentHelp("Template: the record is one of these data: \(DataInput.places).", valueName: "data"))
    var data: String?

    @Option(help: ArgumentHelp("Template: which record of the data, from 0 (default: 0).", valueName: "number"))
    var index: Int?

    @Option(
        help: ArgumentHelp("Template: the value of a field; several times for several.", valueName: "field=text"),
        transform: FieldPair.init(parsing:))
    var field: [FieldPair] = []

    @Option(
        help: ArgumentHelp(
            "Template: the data call a field otherwise; several times for several.", valueName: "field=column"),
        transform: FieldPair.init(parsing:))
    var map: [FieldPair] = []

    @Option(help: ArgumentHelp("Template: how many demonstrations (default: 0).", valueName: "count"))
    var shots: Int?

    @OptionGroup var demonstrations: DemonstrationOptions

    func validate() throws {
        let needTemplate = [
            ("--data", data != nil), ("--field", !field.isEmpty), ("--map", !map.isEmpty), ("--shots", shots != nil),
        ]
        if template == nil, let (flag, _) = needTemplate.first(where: \.1) {
            throw ValidationError("\(flag) goes with --template; add it, or leave \(flag) out")
        }
        if template != nil, data == nil, field.isEmpty {
            throw ValidationError("the template has no record; give --data, or --field for each field")
        }
        if data == nil, index != nil { throw ValidationError("--index goes with --data; add it, or leave --index out") }
        if data == nil, demonstrations.shotData == nil, !map.isEmpty {
            throw ValidationError("--map goes with --data; add it, or leave --map out")
        }
        if let index, index < 0 { throw ValidationError("--index is \(index); records are numbered from 0") }
        try demonstrations.check(shots: shots)
        if (shots ?? 0) > 0, data == nil, demonstrations.shotData == nil {
            throw ValidationError("there are no data to demonstrate from; give --shot-data")
        }
    }

    /// Whether a seed decides anything.
    var drawsShots: Bool { (shots ?? 0) > 0 && demonstrations.isDrawn }

    /// The builder, without a budget yet, and the record to ask about.
    ///
    /// - Throws: ``PromptError``, ``TemplateError``, ``DataError``, ``HubError``, ``UserError``.
    func prepare(seed: UInt64) async throws -> (builder: PromptBuilder, query: Record) {
        let template = try PromptOptions.readTemplate(template ?? "")
        let pool = try await indexed(data)
        var query: Record = [:]
        if let pool {
            query = try pool.reader().record(at: index ?? 0)
        }
        for pair in field { query[pair.name] = .string(pair.value) }
        var builder = PromptBuilder(template)
        if let shots, shots > 0, let source = try await indexed(demonstrations.shotData) ?? pool {
            let pool = DemonstrationPool(source)
            let selection = try await demonstrations.selection(from: pool, template: template, seed: seed)
            builder.demonstrations = Demonstrations(pool, selection: selection, count: shots)
        }
        return (builder, query)
    }

    /// A built-in template, or that of a file.
    ///
    /// - Throws: ``PromptError``, ``TemplateError``, ``UserError``.
    static func readTemplate(_ name: String) throws -> PromptTemplate {
        if PromptTemplate.builtInNames.contains(name) { return try .builtIn(name) }
        if FileManager.default.fileExists(atPath: name) {
            return try PromptTemplate(try Terminal.readText(name), file: name)
        }
        return try .builtIn(name)
    }

    private func indexed(_ text: String?) async throws -> IndexedDataSet? {
        guard let text else { return nil }
        let names = Dictionary(map.map { ($0.value, $0.name) }) { $1 }
        let dataSet = try await DataInput.dataSet(text)
        return try IndexedDataSet(names.isEmpty ? dataSet : dataSet.renaming(names))
    }
}

/// `name=value` on the command line.
struct FieldPair {
    let name: String
    let value: String

    /// - Throws: `ValidationError` for an argument without a name.
    init(parsing argument: String) throws {
        guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else {
            throw ValidationError("“\(argument)” has no name; give name=value")
        }
        name = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
    }
}

/// A note in a report.
struct NoteReport: Encodable {
    let kind: String
    let text: String

    init(_ note: PromptNote) { (kind, text) = (note.kind, note.description) }
}

extension [PromptNote] {
    /// Says them on standard error.
    func warn() {
        for note in self { Terminal.error("note: \(note)\n") }
    }
}
