import FledgeTemplates
import Foundation
import Testing

@Suite("Rendering equals transformers’ Jinja")
struct GoldenTests {
    @Test func `of small templates, texts and the lines of errors`() throws {
        let golden = try Golden()
        var equal = 0
        for example in golden.small {
            let source = try #require(example["template"]?.string)
            let difference = Golden.difference(example) { () throws(TemplateError) in
                try Template(source).render(golden.context, clock: Golden.clock)
            }
            if difference == nil { equal += 1 }
            #expect(difference == nil, "\(source.debugDescription)")
        }
        #expect(equal == golden.small.count)
        #expect(equal > 800)
    }

    @Test func `of random expressions`() throws {
        let golden = try Golden()
        var (equal, texts) = (0, 0)
        for example in golden.random {
            let source = try #require(example["template"]?.string)
            let difference = Golden.difference(example, comparesKind: false) { () throws(TemplateError) in
                try Template(source).render(golden.context)
            }
            if difference == nil { equal += 1 }
            if example["text"] != nil { texts += 1 }
            #expect(difference == nil, "\(source)")
        }
        #expect(equal == golden.random.count)
        #expect(texts > 500)
    }

    @Test func `of chat templates and conversations`() throws {
        let golden = try Golden()
        var templates: [String: ChatTemplate] = [:]
        let directory = try Golden.directory().appendingPathComponent("templates")
        for file in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            let source = try String(contentsOf: directory.appendingPathComponent(file), encoding: .utf8)
            templates[String(file.dropLast(6))] = try ChatTemplate(source: source)
        }
        var equal = 0
        for example in golden.chats {
            let name = try #require(example["template"]?.string)
            let conversationName = try #require(example["conversation"]?.string)
            let template = try #require(templates[name])
            let conversation = try #require(golden.conversations[conversationName])
            let difference = Golden.difference(example) { () throws(TemplateError) in
                try template.render(
                    messages: (conversation["messages"] ?? .null).array.map { ChatMessage(fields: $0.object) },
                    tools: conversation["tools"] == true ? golden.tools : nil,
                    documents: conversation["documents"]?.array,
                    addGenerationPrompt: conversation["prompt"] == true, bosToken: "<s>", eosToken: "</s>",
                    variables: (conversation["extra"] ?? .null).object.dictionary, clock: Golden.clock)
            }
            if difference == nil { equal += 1 }
            #expect(difference == nil, "\(name), \(conversationName)")
        }
        #expect(equal == golden.chats.count)
        #expect(equal > 150)
    }
}
