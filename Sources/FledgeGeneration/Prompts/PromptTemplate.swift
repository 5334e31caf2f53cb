public import FledgeData
public import FledgeTemplates

/// How a task is put into words: an instruction, demonstrations, and the query.
///
/// A template is a Jinja text in sections, each behind a comment that names it, under comments that say what it needs:
///
///     {# name: dialogue-summary #}
///     {# inputs: dialogue #}
///     {# target: summary #}
///     {# truncate: dialogue #}
///
///     {# instruction #}
///     Say in a few sentences what the people talk about.
///
///     {# query #}
///     Conversation:
///     {{ dialogue }}
///     Summary:
///
///     {# answer #}
///     {{ " " + summary }}
///
/// A demonstration is the query and the answer of another record, unless a section `demonstration` says otherwise. Line
/// ends around a section do not belong to it. `docs/prompts.md` lists all settings.
public struct PromptTemplate: Sendable {
    /// What it is called.
    public let name: String
    /// Its text, as it was read.
    public let source: String
    /// What it is for, in a few words.
    public let summary: String
    /// The fields that every record must have.
    public let inputs: [String]
    /// The field that holds the answer, nil for templates that have none and so no demonstrations.
    public let target: String?
    /// Values of fields that a record may leave out.
    public let defaults: Value.Object
    /// What stands between instruction, demonstrations and query.
    public let separator: String
    /// The field of the query that may be cut to make the prompt fit.
    public let truncatedField: String?
    /// Which end of that field remains.
    public let keptEnd: KeptEnd
    /// The texts that end an answer.
    public let stopSequences: [String]
    /// For each value of the target the word that stands for it; empty where the target is written as it is.
    public let labelWords: Value.Object
    let instruction: PromptSection?
    let query: PromptSection
    let answer: PromptSection?
    let demonstration: PromptSection?

    /// Which end of a text remains when it is cut.
    public enum KeptEnd: String, Sendable, CaseIterable {
        /// Its beginning.
        case start
        /// Its end.
        case end
    }

    /// Reads a template.
    ///
    /// - Parameters:
    ///   - source: the template's text.
    ///   - file: what errors call it, and its name if it gives itself none.
    /// - Throws: ``PromptError/malformed(template:line:problem:remedy:)``, or a `TemplateError`, with the line.
    public init(_ source: String, file: String = "template") throws {
        let parts = try PromptTemplateReader(source, file: file)
        let settings = PromptSettings(parts.settings, file: file)
        self.source = source
        name = try settings.text("name") ?? file
        summary = try settings.text("description") ?? ""
        inputs = try settings.names("inputs")
        target = try settings.text("target")
        defaults = try settings.object("defaults")
        separator = try settings.text("separator") ?? "\n\n"
        truncatedField = try settings.text("truncate")
        keptEnd = try settings.choice("keep", KeptEnd.allCases) ?? .start
        stopSequences = try settings.texts("stop")
        labelWords = try settings.words("labels")
        instruction = try parts.section("instruction")
        answer = try parts.section("answer")
        demonstration = try parts.section("demonstration")
        guard let query = try parts.section("query") else {
            throw PromptError.malformed(
                template: file, line: 0, problem: "it has no query",
                remedy: "Write {# query #} on a line, and under it what the model is to answer.")
        }
        self.query = query
        try check(file)
    }

    private func check(_ file: String) throws(PromptError) {
        func malformed(_ problem: String, _ remedy: String) -> PromptError {
            .malformed(template: file, line: 0, problem: problem, remedy: remedy)
        }
        if inputs.isEmpty {
            throw malformed(
                "it does not name the fields that it needs",
                "Write {# inputs: … #} with their names in its first lines.")
        }
        if let truncatedField, !inputs.contains(truncatedField) {
            throw malformed(
                "“\(truncatedField)” is to be cut and is not one of its inputs", "Name one of the inputs to cut.")
        }
        if (answer == nil && demonstration == nil) != (target == nil) {
            throw malformed(
                target == nil ? "it has an answer and no target" : "it has a target and no answer",
                "Give both {# target: … #} and {# answer #}, or neither.")
        }
        if let target, inputs.contains(target) {
            throw malformed("“\(target)” is an input and the target", "A query must not show its answer: name another.")
        }
        if target == nil, !labelWords.isEmpty { throw malformed("it has labels and no target", "Name the target.") }
        if stopSequences.contains("") {
            throw malformed("a stop sequence is empty", "Give the text that ends an answer.")
        }
    }

    /// The texts of a record's input fields, one below the other: what its nearness to others is judged by.
    ///
    /// - Throws: a `DataError` for a field that is missing or has no text.
    public func inputText(of record: Record) throws(DataError) -> String {
        var texts: [String] = []
        for name in inputs {
            if case .array = record[name] {
                texts.append(try record.texts(of: name).joined(separator: " "))
            } else if record[name] != nil || defaults[name] == nil {
                texts.append(try record.text(of: name))
            }
        }
        return texts.joined(separator: "\n")
    }
}
