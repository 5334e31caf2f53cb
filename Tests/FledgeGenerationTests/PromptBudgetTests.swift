import FledgeData
import FledgeGeneration
import FledgeModels
import FledgeTemplates
import FledgeTokenizers
import Foundation
import Testing

@Suite struct PromptBudgetTests {
    private func builder(limit: Int?, shots: Int = 0, _ source: String = PromptSupport.template) throws -> PromptBuilder
    {
        var builder = try PromptSupport.builder(source)
        builder.budget = try PromptBudget(tokenizer: PromptSupport.tokenizer.get(), limit: limit)
        builder.demonstrations = Demonstrations(
            DemonstrationPool(PromptSupport.pool), selection: RecordsByIndex(), count: shots)
        return builder
    }

    @Test func `tokens are those of the final text, special tokens included`() throws {
        let tokenizer = try PromptSupport.tokenizer.get()
        let prompt = try builder(limit: nil, shots: 3).build(["text": "a ferry"])
        #expect(prompt.tokenIDs == tokenizer.encode(text: prompt.text, addSpecialTokens: true))
        #expect(prompt.tokenIDs?.last == 1 && prompt.demonstrations == 3 && prompt.notes == [])
    }

    @Test func `at every limit the prompt fits, and as many demonstrations are kept as do`() throws {
        let query: Record = ["text": "The ferry leaves at seven in the evening, whatever the weather may be."]
        var lengths: [Int] = []
        for shots in 0...5 {
            var some = try builder(limit: nil, shots: shots)
            some.demonstrations?.selection = RecordsByIndex(Array((5 - shots)..<5))
            lengths.append(try #require(some.build(query).tokenCount))
        }
        for limit in lengths[0]...lengths[5] {
            let prompt = try builder(limit: limit, shots: 5).build(query)
            #expect(try #require(prompt.tokenCount) <= limit)
            let most = try #require(lengths.lastIndex { $0 <= limit })
            #expect(prompt.demonstrations == most)
            #expect(prompt.notes == (most == 5 ? [] : [.droppedDemonstrations(dropped: 5 - most, of: 5)]))
            // The first ones go.
            if most > 0 { #expect(prompt.text.contains("\nText: case number \(5 - most)\nMood: good\n")) }
            #expect(prompt.text.hasPrefix("Is it bad or good?\n") && prompt.text.hasSuffix("may be.\nMood:"))
        }
    }

    @Test(arguments: ["start", "end"])
    func `below that the named field is cut at a token, and the rest of the template stays`(end: String) throws {
        let tokenizer = try PromptSupport.tokenizer.get()
        let text = "Über den Fjord — the ferry leaves at seven, “whatever” the weather 🌧️ may be; 12,345 people wait."
        let pieces = tokenizer.encoding(of: text, addSpecialTokens: false).ranges(in: text)
        let source = PromptSupport.template.replacing(
            "{# truncate: text #}", with: "{# truncate: text #}\n{# keep: \(end) #}")
        let whole = try #require(builder(limit: nil).build(["text": .string(text)]).tokenCount)
        let bare = try #require(builder(limit: nil).build(["text": ""]).tokenCount)
        var cuts = 0
        for limit in 1..<whole {
            let builder = try builder(limit: limit, shots: 2, source)
            do {
                let prompt = try builder.build(["text": .string(text)])
                #expect(try #require(prompt.tokenCount) <= limit)
                guard case .truncatedField("text", let kept, pieces.count)? = prompt.notes.last, kept > 0 else {
                    Issue.record("\(prompt.notes)")
                    continue
                }
                #expect(prompt.notes.first == .droppedDemonstrations(dropped: 2, of: 2))
                let rest =
                    end == "start"
                    ? text[..<pieces[kept - 1].upperBound] : text[pieces[pieces.count - kept].lowerBound...]
                #expect(prompt.text == "Is it bad or good?\nText: \(rest)\nMood:")
                cuts += 1
                // One token more would not have fitted.
                let next =
                    end == "start"
                    ? text[..<pieces[kept].upperBound] : text[pieces[pieces.count - kept - 1].lowerBound...]
                let longer = tokenizer.encode(text: "Is it bad or good?\nText: \(next)\nMood:", addSpecialTokens: true)
                #expect(longer.count > limit)
            } catch let error as PromptError {
                #expect(error == .tooLong(template: "moods", tokens: bare, limit: limit, field: "text"))
                #expect(limit <= bare + 1)
            }
        }
        #expect(cuts >= whole - bare - 2 && cuts > 20)
    }

    @Test func `a template that does not fit by itself is an error that says how long it is`() throws {
        #expect(
            PromptSupport.message { try builder(limit: 5).build(["text": "x"]) }
                == "moods: without demonstrations and without its “text” the prompt takes 20 of 5 tokens; shorten the "
                + "template, or ask for fewer new tokens (--max-new-tokens)")
        let uncut = PromptSupport.template.replacing("{# truncate: text #}\n", with: "")
        let text = PromptSupport.message { try builder(limit: 16, uncut).build(["text": "one two three four"]) }
        #expect(
            text
                == "moods: without demonstrations the prompt takes 28 of 16 tokens; shorten it, name a field that may be "
                + "cut with {# truncate: … #}, or ask for fewer new tokens (--max-new-tokens)")
    }

    @Test func `a byte-level tokenizer that ends inside a character leaves the whole character out`() throws {
        let tokenizer = try AutoTokenizer.from(directory: TasksSupport.directory("roberta-tiny-classify"))
        let text = String(repeating: "日本語🦢", count: 20)
        for limit in 24..<120 {
            var builder = try PromptSupport.builder("{# inputs: text #}\n{# truncate: text #}\n{{ text }}!")
            builder.budget = try PromptBudget(tokenizer: tokenizer, limit: limit)
            let prompt = try builder.build(["text": .string(text)])
            #expect(try #require(prompt.tokenCount) <= limit)
            #expect(text.hasPrefix(prompt.text.dropLast()) && prompt.text.hasSuffix("!"))
            #expect(!prompt.text.contains("\u{FFFD}"))
        }
    }

    @Test func `a decoder-only model keeps room for new tokens, an encoder has its context for itself`() throws {
        let tokenizer = try PromptSupport.tokenizer.get()
        let decoder = ContextWindow(length: 100, isEncoders: false)
        #expect(try PromptBudget(tokenizer: tokenizer, window: decoder, newTokens: 30).limit == 70)
        let encoder = ContextWindow(length: 100, isEncoders: true)
        #expect(try PromptBudget(tokenizer: tokenizer, window: encoder, newTokens: 300).limit == 100)
        let open = ContextWindow(length: nil, isEncoders: true)
        #expect(try PromptBudget(tokenizer: tokenizer, window: open, newTokens: 300).limit == nil)
        #expect(
            PromptSupport.message { try PromptBudget(tokenizer: tokenizer, window: decoder, newTokens: 100) }
                == "the context holds 100 tokens, and 100 of them are kept for what is generated; ask for fewer new "
                + "tokens (--max-new-tokens)")
    }

    @Test func `a configuration says the window that the loaded model has`() throws {
        var seen = 0
        let families = Fixtures.directory("families")
        let names = try FileManager.default.contentsOfDirectory(atPath: families.path).map { "families/\($0)" }
        for name in names + ["t5-tiny", "t5-untied-without-head"] {
            let directory = Fixtures.directory(name)
            guard let model = try? AutoModelForGeneration.from(directory: directory) else { continue }
            let (window, loaded) = (try ContextWindow(directory: directory), ContextWindow(model))
            #expect(window.length == loaded.length, "\(name)")
            if let kind = try? ModelKind(ModelConfig.read(directory: directory).0),
                kind == .causalLM || kind == .seq2SeqLM
            {
                #expect(window.isEncoders == loaded.isEncoders, "\(name)")
            }
            seen += 1
        }
        #expect(seen > 20)
    }

    @Test func `a conversation has the instruction from the system and demonstrations as turns`() throws {
        var builder = try builder(limit: nil, shots: 2)
        builder.chat = try ChatTemplate(
            source: "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}"
                + "{% if add_generation_prompt %}<assistant>{% endif %}")
        let prompt = try builder.build(["text": "hello"])
        #expect(
            prompt.messages == [
                .system("Is it bad or good?"), .user("Text: case number 0\nMood:"), .assistant("good"),
                .user("Text: case number 1\nMood:"), .assistant("good"), .user("Text: hello\nMood:"),
            ])
        #expect(
            prompt.text == "<system>Is it bad or good?</s><user>Text: case number 0\nMood:</s><assistant>good</s>"
                + "<user>Text: case number 1\nMood:</s><assistant>good</s><user>Text: hello\nMood:</s><assistant>")
        // The template writes the special tokens: none are added.
        let tokenizer = try PromptSupport.tokenizer.get()
        #expect(prompt.tokenIDs == tokenizer.encode(text: prompt.text, addSpecialTokens: false))
        let count = try #require(prompt.tokenCount)
        builder.budget?.limit = count - 1
        let shorter = try builder.build(["text": "hello"])
        #expect(shorter.messages?.count == 4 && shorter.notes == [.droppedDemonstrations(dropped: 1, of: 2)])
        builder.budget?.limit = 60
        let cut = try builder.build(["text": .string(String(repeating: "hello ", count: 500))])
        #expect(try #require(cut.tokenCount) <= 60)
        #expect(cut.messages?.count == 2 && cut.notes.count == 2)
    }

    @Test func `notes say in words what went`() {
        #expect(
            "\(PromptNote.droppedDemonstrations(dropped: 2, of: 5))"
                == "2 of 5 demonstrations did not fit and were left out")
        #expect(
            "\(PromptNote.fewerDemonstrations(found: 1, wanted: 4))"
                == "4 demonstrations were asked for, and the data have 1 that can be used")
        #expect(
            "\(PromptNote.truncatedField(name: "text", keptTokens: 3, ofTokens: 9))"
                == "“text” was cut to 3 of its 9 tokens")
    }

    @Test func `a prompt is built in a time that grows with the data alone`() throws {
        let clock = ContinuousClock()
        let text = String(repeating: "word ", count: 200_000)
        let start = clock.now
        let prompt = try builder(limit: 400, shots: 12).build(["text": .string(text)])
        #expect(try #require(prompt.tokenCount) <= 400)
        #expect(clock.now - start < .seconds(10))
    }
}
