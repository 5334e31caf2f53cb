import FledgeData
import FledgeGeneration
import FledgeTemplates
import FledgeTokenizers
import Foundation

/// What tests of prompts share.
enum PromptSupport {
    /// T5's own tokenizer.
    static let tokenizer = Result { try AutoTokenizer.from(directory: Fixtures.directory("t5-tiny")) }

    static let template = """
        {# name: moods #}
        {# inputs: text #}
        {# target: label #}
        {# labels: {"0": "bad", "1": "good"} #}
        {# truncate: text #}
        {# separator: "\\n" #}

        {# instruction #}
        Is it {{ label_words | join(" or ") }}?

        {# query #}
        Text: {{ text }}
        Mood:

        {# answer #}
         {{ label }}
        """

    static let pool: [Record] = (0..<12).map { number in
        ["text": .string("case number \(number)"), "label": .int(number < 9 ? 1 : 0)]
    }

    static func builder(_ source: String = template) throws -> PromptBuilder {
        PromptBuilder(try PromptTemplate(source, file: "test.jinja"))
    }

    /// The numbers of the demonstrations that a selection gives for a query.
    static func numbers(
        _ selection: any DemonstrationSelection, _ count: Int, for query: Record = ["text": "another case"]
    ) throws -> [Int] {
        try Demonstrations(DemonstrationPool(pool), selection: selection, count: count)
            .records(for: query, inputs: ["text"]).map { record in
                try pool.firstIndex { try $0.text(of: "text") == record.text(of: "text") } ?? -1
            }
    }

    /// The whole text of the error that a closure throws.
    static func message(_ body: () throws -> some Any) -> String {
        do {
            _ = try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }
}
