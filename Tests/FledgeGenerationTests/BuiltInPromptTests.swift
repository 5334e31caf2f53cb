import FledgeData
import FledgeGeneration
import FledgeTemplates
import Testing

@Suite struct BuiltInPromptTests {
    /// A record with every field that a built-in template asks for.
    private static let record: Record = [
        "text": "It rained.", "dialogue": "A: Hi. B: Hi.", "tokens": ["In", "Oslo"], "context": "Oslo is cold.",
        "question": "What is cold?", "task": "Add two numbers.", "instruction": "Name a colour.",
        "premise": "It rains.",
        "hypothesis": "It is wet.", "sentence": "He left.", "sentence1": "One.", "sentence2": "Two.",
        "question1": "Why?", "question2": "How?",
    ]

    private static let answers: [String: Value] = [
        "label": "1", "summary": "Rain.", "translation": "Es regnete.", "tags": ["O", "B-LOC"], "entities": "none",
        "answer": "Oslo", "code": "a + b", "output": "Blue.",
    ]

    @Test(arguments: PromptTemplate.builtInNames)
    func `every built-in template is read, shows its inputs, and answers in demonstrations`(name: String) throws {
        let template = try PromptTemplate.builtIn(name)
        #expect(template.name == name && !template.summary.isEmpty)
        var builder = PromptBuilder(template)
        let bare = try builder.build(Self.record)
        for input in template.inputs where input != "tokens" {
            #expect(bare.text.contains(try Self.record.text(of: input)), "\(input)")
        }
        guard let target = template.target, let answer = Self.answers[target] else {
            #expect(template.target == nil)
            return
        }
        var shown = Self.record
        for input in template.inputs where input != "tokens" { shown[input] = .string("SHOWN") }
        if template.inputs == ["tokens"] { shown["tokens"] = ["SHOWN", "Rome"] }
        shown[target] = answer
        builder.demonstrations = Demonstrations(DemonstrationPool([shown]), selection: RecordsByIndex(), count: 1)
        let prompt = try builder.build(Self.record)
        #expect(prompt.demonstrations == 1 && prompt.text.contains("SHOWN"))
        let word: Value = template.labelWords["1"] ?? answer
        if case .string(let text) = word { #expect(prompt.text.contains(text)) }
        let end = bare.text.split(separator: "\n", omittingEmptySubsequences: false).suffix(2)
        #expect(prompt.text.hasSuffix(end.joined(separator: "\n")))
    }

    @Test func `names are all different, and an unknown one is an error that lists them`() throws {
        let names = PromptTemplate.builtInNames
        #expect(names.count == 25 && Set(names).count == names.count)
        let text = PromptSupport.message { try PromptTemplate.builtIn("sumarize") }
        #expect(text.hasPrefix("there is no template called “sumarize”; give a file, or one of summarize, "))
        #expect(text.hasSuffix(", t5-stsb"))
    }

    @Test(arguments: [
        ("t5-summarize", "summarize: It rained."), ("t5-translate", "translate English to German: It rained."),
        ("t5-question-answering", "question: What is cold? context: Oslo is cold."),
        ("t5-cola", "cola sentence: He left."), ("t5-sst2", "sst2 sentence: He left."),
        ("t5-mrpc", "mrpc sentence1: One. sentence2: Two."), ("t5-qqp", "qqp question1: Why? question2: How?"),
        ("t5-mnli", "mnli hypothesis: It is wet. premise: It rains."),
        ("t5-qnli", "qnli question: What is cold? sentence: He left."),
        ("t5-rte", "rte sentence1: One. sentence2: Two."), ("t5-stsb", "stsb sentence1: One. sentence2: Two."),
    ])
    func `T5's prefixes are those that it was trained with`(name: String, text: String) throws {
        #expect(try PromptBuilder(try .builtIn(name)).build(Self.record).text == text)
    }

    @Test func `whole texts of templates with lists, defaults and code`() throws {
        func text(_ name: String, _ shown: Record, _ query: Record) throws -> String {
            var builder = PromptBuilder(try .builtIn(name))
            builder.demonstrations = Demonstrations(DemonstrationPool([shown]), selection: RecordsByIndex(), count: 1)
            return try builder.build(query).text
        }
        #expect(
            try text("code", ["task": "Add.", "code": "a + b"], ["task": "Divide.", "language": "Swift"]) == """
                Write Swift code that does what is asked, and nothing else.

                Task: Add.
                ```python
                a + b
                ```

                Task: Divide.
                ```swift

                """)
        #expect(
            try text(
                "ner", ["tokens": ["In", "Oslo"], "tags": ["O", "B-LOC"]],
                ["tokens": ["To", "Rome"], "tags": ["O", "O"]]
            ).hasSuffix("Sentence: In Oslo\nTagged: In/O Oslo/B-LOC\n\nSentence: To Rome\nTagged:"))
        #expect(
            try text(
                "instruction", ["instruction": "Double it.", "input": "4", "output": "8"],
                ["instruction": "Name a colour."]) == """
                    Do what each instruction asks for.

                    Instruction: Double it.
                    Input: 4
                    Response: 8

                    Instruction: Name a colour.
                    Response:
                    """)
        #expect(
            try PromptBuilder(try .builtIn("flan-sentiment")).build(["text": "Fine."]).text
                == "Fine.\n\nWhat does the writer feel about it?\nOPTIONS:\n- negative\n- positive\nANSWER:")
    }
}
