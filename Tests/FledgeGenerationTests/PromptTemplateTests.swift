import FledgeData
import FledgeGeneration
import FledgeTemplates
import Testing

@Suite struct PromptTemplateTests {
    private func message(_ source: String) -> String {
        PromptSupport.message { try PromptTemplate(source, file: "a.jinja") }
    }

    @Test func `a template is settings and sections, and line ends around a section do not belong to it`() throws {
        let template = try PromptTemplate(
            """
            {# name: pairs #}
            {# a remark of its author #}
            {#- inputs: ["one", "two"] -#}
            {# target: result #}
            {# truncate: two #}
            {# keep: end #}
            {# stop: ["\\n", "##"] #}
            {# labels: {"b": "second", "a": "first"} #}
            {# defaults: {"two": "2"} #}


            {# query #}

              {{ one }} {# a remark #} {{ two }}

            {# answer #}
             is {{ result }}
            """, file: "a.jinja")
        #expect(template.name == "pairs" && template.inputs == ["one", "two"] && template.target == "result")
        #expect(template.truncatedField == "two" && template.keptEnd == .end && template.separator == "\n\n")
        #expect(template.stopSequences == ["\n", "##"] && template.labelWords.keys == ["b", "a"])
        var builder = PromptBuilder(template)
        builder.demonstrations = Demonstrations(
            DemonstrationPool([["one": "x", "two": "y", "result": "a"]]), selection: RecordsByIndex(), count: 1)
        let prompt = try builder.build(["one": "q"])
        #expect(prompt.text == "  x  y is first\n\n  q  2")
        #expect(prompt.stopSequences == ["\n", "##"] && prompt.tokenCount == nil && prompt.notes == [])
    }

    @Test func `a file without section names is a query as a whole`() throws {
        let template = try PromptTemplate("{# inputs: text #}\n\nsay: {{ text }}\nnow\n", file: "a.jinja")
        #expect(try PromptBuilder(template).build(["text": "x"]).text == "say: x\nnow")
        #expect(template.name == "a.jinja")
    }

    @Test func `a demonstration can have a form of its own`() throws {
        let source = PromptSupport.template + "\n\n{# demonstration #}\n<{{ text }}|{{ label }}>\n"
        var builder = try PromptSupport.builder(source)
        builder.demonstrations = Demonstrations(
            DemonstrationPool(PromptSupport.pool), selection: RecordsByIndex([11]), count: 1)
        #expect(try builder.build(["text": "x"]).text == "Is it bad or good?\n<case number 11|bad>\nText: x\nMood:")
    }

    @Test(arguments: [
        ("{# inputs: a #}\n{# stpo: b #}\nx", "line 2: there is no setting “stpo”. Settings are name, description,"),
        ("{# inputs: a #}\n{# inputs: b #}\nx", "line 2: the setting “inputs” is there twice. Keep one of them."),
        ("{# inputs: #}\nx", "line 1: the setting “inputs” is empty. Give its value."),
        ("{# inputs: [1] #}\nx", "line 1: the setting “inputs” should be a JSON list of texts. Correct it."),
        ("{# inputs: [\"a\" #}\nx", "line 1: the setting “inputs” is not JSON: “,” or “]” is expected. Correct it."),
        ("{# inputs: a #}\n\n{# qurey #}\nx", "line 3: there is no section “qurey”. Sections are instruction, query,"),
        ("{# inputs: a #}\n{# query #}\nx\n{# query #}\n", "line 4: the section “query” is there twice. Keep one"),
        ("{# inputs: a #}\n{# answer #}\nx", "it has no query. Write {# query #} on a line, and under it what"),
        ("{# query #}\nx", "it does not name the fields that it needs. Write {# inputs: … #} with their names"),
        ("{# inputs: a #}\n{# truncate: b #}\nx", "“b” is to be cut and is not one of its inputs. Name one"),
        ("{# inputs: a #}\n{# target: b #}\nx", "it has a target and no answer. Give both {# target: … #} and"),
        ("{# inputs: a #}\n{# query #}\nx\n{# answer #}\ny", "it has an answer and no target. Give both"),
        ("{# inputs: a #}\n{# labels: {\"0\": \"x\"} #}\nx", "it has labels and no target. Name the target."),
        (
            "{# inputs: a #}\n{# labels: {\"0\": 1} #}\nx",
            "line 2: the setting “labels” should be a JSON object of texts."
        ),
        ("{# inputs: a #}\n{# keep: middle #}\nx", "line 2: the setting “keep” should be one of start, end."),
        ("{# inputs: a #}\n{# stop: \"\" #}\nx", "a stop sequence is empty. Give the text that ends an answer."),
        ("{# inputs: a #}\n{# query #}\n\n\nx {{ a }\n", "line 5, column 8: "),
        (
            "{# inputs: a, b #}\n{# target: b #}\n{# query #}\nx\n{# answer #}\ny",
            "“b” is an input and the target. A query"
        ),
        ("", "it has no query. "),
    ])
    func `a broken template is an error with its line`(source: String, problem: String) {
        #expect(message(source).hasPrefix("a.jinja: \(problem)"), "\(message(source))")
    }

    @Test func `what goes wrong while a section is written has the line of the file`() throws {
        let template = try PromptTemplate("{# inputs: a #}\n{# query #}\n\nx\n{{ a.b.c }}\n", file: "a.jinja")
        let text = PromptSupport.message { try PromptBuilder(template).build(["a": "x"]) }
        #expect(text.hasPrefix("a.jinja: line 5, column "), "\(text)")
    }

    @Test func `a record without a field, or with a label that has no word, is named with its line`() throws {
        let builder = try PromptSupport.builder()
        let place = Record.Place(file: "d.csv", line: 7)
        #expect(
            PromptSupport.message { try builder.build(Record(["words": "x"], place: place)) }
                == "d.csv: line 7: there is no field “text”. The record has “words”: name one of them, or rename it.")
        var labelled = builder
        let records = [Record(["text": "x", "label": "3"], place: place)]
        labelled.demonstrations = Demonstrations(DemonstrationPool(records), selection: RecordsByIndex(), count: 1)
        #expect(
            PromptSupport.message { try labelled.build(["text": "q"]) }
                == "d.csv: line 7: the template “moods” has no word for the label “3”. It has words for 0, 1.")
    }

    @Test func `a label that is a word already stands for itself`() throws {
        var builder = try PromptSupport.builder()
        builder.demonstrations = Demonstrations(
            DemonstrationPool([["text": "x", "label": "good"], ["text": "y", "label": 0]]),
            selection: RecordsByIndex(), count: 2)
        #expect(
            try builder.build(["text": "q", "label": "1"]).text
                == "Is it bad or good?\nText: x\nMood: good\nText: y\nMood: bad\nText: q\nMood:")
    }

    @Test func `demonstrations of a template without an answer are an error`() throws {
        var builder = PromptBuilder(try .builtIn("t5-summarize"))
        builder.demonstrations = Demonstrations(
            DemonstrationPool(PromptSupport.pool), selection: RecordsByIndex(), count: 1)
        #expect(
            PromptSupport.message { try builder.build(["text": "q"]) }
                == "t5-summarize: it does not say how an answer is written, which demonstrations need. Add {# target: … #} "
                + "and a section {# answer #}, or ask for no demonstrations.")
    }
}
