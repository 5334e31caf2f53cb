import Fledge

/// How the examples of a data set become prompts, and where their right answers are.
struct RunPrompts {
    var builder: PromptBuilder
    /// Where demonstrations are from; nil for the data themselves.
    var shotData: RunSource?
    /// For each column of the data the template's field.
    private var names: [String: String]
    /// The fields of the right answers.
    private let references: [String]

    /// A prompt that is the input itself.
    private static let plain = "{# name: input #}\n{# inputs: input #}\n{# truncate: input #}\n\n{{ input }}\n"

    /// - Throws: ``PromptError``, ``TemplateError``, ``UserError``.
    init(_ options: ModelRunOptions) throws {
        let template =
            try options.template.map { try PromptOptions.readTemplate($0) } ?? PromptTemplate(RunPrompts.plain)
        builder = PromptBuilder(template)
        names = Dictionary(options.map.map { ($0.value, $0.name) }) { $1 }
        if let column = options.inputField, names[column] == nil, let input = template.inputs.first {
            if names.values.contains(input) {
                throw UserError.usage("--input-field and --map both say where “\(input)” is; leave one out")
            }
            if column != input { names[column] = input }
        }
        // Demonstrations show the answer under the template's own name.
        if let target = template.target, options.referenceField.count == 1, let column = options.referenceField.first,
            column != target, names[column] == nil, !names.values.contains(target)
        {
            names[column] = target
        }
        if options.referenceField.isEmpty {
            references = template.target.map { [$0] } ?? []
        } else {
            let names = names
            references = options.referenceField.map { names[$0] ?? $0 }
        }
    }

    /// The data with the template's names.
    func renamed(_ dataSet: DataSet) -> DataSet { names.isEmpty ? dataSet : dataSet.renaming(names) }

    /// The examples of data; answers that are classes are written as the template writes them.
    func examples(_ dataSet: DataSet) -> RunExamples {
        var examples = RunExamples(renamed(dataSet), references: references)
        if references.count == 1, references.first == builder.template.target {
            examples.labelWords = builder.template.labelWords
        }
        return examples
    }
}
