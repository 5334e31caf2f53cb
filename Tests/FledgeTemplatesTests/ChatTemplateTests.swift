import FledgeTemplates
import Foundation
import Testing

@Suite("A model's directory gives its chat template")
struct ChatTemplateTests {
    private static let hello = [ChatMessage.system("S"), .user("U"), .assistant("A")]

    /// What `body` makes of a directory with these files.
    private func with<Result>(_ files: [String: String], _ body: (URL) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("fledge-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in files {
            let file = directory.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        if files.isEmpty { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }
        return try body(directory)
    }

    private func message(_ files: [String: String]) throws -> String {
        try with(files) { directory in
            do {
                _ = try ChatTemplate(directory: directory)
                return "no error"
            } catch {
                return "\(error)".replacingOccurrences(of: directory.path, with: "DIR")
            }
        }
    }

    @Test func `from chat_template.jinja, before tokenizer_config.json, whose special tokens count`() throws {
        let files = [
            "chat_template.jinja":
                "{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m.content }}{{ eos_token }}\n{% endfor %}",
            "tokenizer_config.json":
                #"{"chat_template": "no", "bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "model_max_length": 1000000000000000019884624838656}"#,
        ]
        let text = try with(files) { try ChatTemplate(directory: $0).render(messages: ChatTemplateTests.hello) }
        #expect(text == "<s>system:S</s>\nuser:U</s>\nassistant:A</s>\n")
    }

    @Test func `from a list of named templates, by name or by whether there are tools`() throws {
        let files = [
            "tokenizer_config.json": """
            {"chat_template": [{"name": "default", "template": "plain"},
             {"name": "tool_use", "template": "{{ tools | tojson }}"}, {"name": "rag", "template": "{{ documents[0].text }}"}]}
            """
        ]
        try with(files) { directory in
            let template = try ChatTemplate(directory: directory)
            #expect(try template.render(messages: [.user("x")]) == "plain")
            #expect(try template.render(messages: [.user("x")], tools: [["name": "f"]]) == "[{\"name\": \"f\"}]")
            #expect(
                try template.render(messages: [.user("x")], documents: [["text": "d"]], template: "rag") == "d")
            #expect(throws: TemplateError.self) { try template.template(named: "nope") }
            do throws(TemplateError) {
                _ = try template.template(named: "nope")
            } catch {
                #expect(error.kind == .missing)
                #expect(error.remedy == "Choose one of “default”, “rag”, “tool_use”.")
            }
        }
    }

    @Test func `from further files`() throws {
        let files = ["chat_template.jinja": "one", "additional_chat_templates/tool_use.jinja": "two"]
        try with(files) { directory in
            let template = try ChatTemplate(directory: directory)
            #expect(try template.render(messages: [.user("x")]) == "one")
            #expect(try template.render(messages: [.user("x")], tools: []) == "two")
        }
    }

    @Test func `or an error that says that there is none, or what is damaged`() throws {
        #expect(
            try message([:])
                == "DIR: this model has no chat template, neither chat_template.jinja nor “chat_template” in "
                + "tokenizer_config.json. It was not trained for conversations: give a template of your own, "
                + "or use a plain prompt.")
        #expect(try message(["tokenizer_config.json": #"{"chat_template": null}"#]).contains("has no chat template"))
        #expect(
            try message(["tokenizer_config.json": #"{"chat_template": [{"name": "default"}]}"#])
                == "DIR/tokenizer_config.json: chat_template[0] should have a “name” and a “template”. "
                + "Download the file again.")
        #expect(
            try message(["tokenizer_config.json": #"{"chat_template": "#])
                == "DIR/tokenizer_config.json: line 1, column 19: this is not a JSON value. Correct the JSON text.")
        #expect(
            try message(["tokenizer_config.json": #"{"chat_template": "\n{% if %}"}"#])
                == "DIR/tokenizer_config.json: chat_template “default”: line 2, column 7: an expression is expected, "
                + "and there is “%}”. Correct the template.")
    }

    @Test func `and an empty conversation is an error`() throws {
        let template = try ChatTemplate(source: "x")
        #expect(throws: TemplateError.self) { try template.render(messages: []) }
    }

    @Test func `whose variables give way to those of a call`() throws {
        let template = try ChatTemplate(
            source: "{{ bos_token }}{{ mood }}", variables: ["bos_token": "<a>", "mood": "m"])
        #expect(try template.render(messages: [.user("x")]) == "<a>m")
        #expect(try template.render(messages: [.user("x")], bosToken: "<b>", variables: ["mood": "n"]) == "<b>n")
    }
}
