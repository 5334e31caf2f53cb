import FledgeGeneration
import FledgeModels
import Foundation
import Testing

/// Whole texts: what is wrong, where, and what to do.
@Suite struct TasksErrorTests {
    private func message(_ fixture: String, _ body: (URL) throws -> some Any) -> String {
        let directory = TasksSupport.directory(fixture)
        return TasksSupport.message(in: directory) { try body(directory) }
    }

    @Test func `a model of another kind is refused by what it was saved as`() {
        #expect(
            message("bert-tiny-fill-mask") { try TextClassifier.from(directory: $0) } == """
                DIR/config.json: the checkpoint was saved as BertForMaskedLM, which is not made for classifying texts; \
                give a model whose architectures name a class such as BertForSequenceClassification
                """)
        #expect(
            message("bert-tiny-classify") { try EntityRecognizer.from(directory: $0) } == """
                DIR/config.json: the checkpoint was saved as BertForSequenceClassification, which is not made for \
                classifying tokens; give a model whose architectures name a class such as BertForTokenClassification
                """)
        #expect(
            message("st-tiny-mean") { try MaskFiller.from(directory: $0) } == """
                DIR/config.json: the checkpoint was saved as BertModel, which is not made for filling in masks; \
                give a model whose architectures name a class such as BertForMaskedLM
                """)
        #expect(
            message("bert-tiny-ner") { try QuestionAnswerer.from(directory: $0) } == """
                DIR/config.json: the checkpoint was saved as BertForTokenClassification, which is not made for \
                answering questions; give a model whose architectures name a class such as BertForQuestionAnswering
                """)
    }

    @Test func `a family without the head is refused by its type`() throws {
        let directory = Fixtures.directory("t5-tiny")
        let text = TasksSupport.message(in: directory) { try QuestionAnswerer.from(directory: directory) }
        #expect(text.hasPrefix("DIR/config.json: "))
        #expect(text.contains("T5") || text.contains("“t5”"))
    }

    @Test func `texts for masks need a mask and must fit`() throws {
        let filler = try MaskFiller.from(directory: TasksSupport.directory("bert-tiny-fill-mask"))
        #expect(
            TasksSupport.message { try filler.fill(["Anna [MASK].", "Anna <mask>."]) }
                == "text 2 has no [MASK]; put [MASK] where a token is to be filled in")
        #expect(
            TasksSupport.message { try filler.fill("[MASK]" + String(repeating: " a", count: 80)) }
                == "text 1 has 83 tokens and the model takes 64; shorten it or split it")
        #expect(
            TasksSupport.message { try filler.fill("[MASK]", targets: ["a", " "]) }
                == "the tokenizer makes no token of the target “ ”; give a word of its vocabulary")
        #expect(
            TasksSupport.message { try filler.fill("[MASK]", targets: []) }
                == "targets is empty; it must be at least one word")
        #expect(TasksSupport.message { try filler.fill("[MASK]", topK: 0) } == "topK is 0; it must be at least 1")
    }

    @Test func `a tokenizer without a mask token cannot fill`() throws {
        let copy = try TasksSupport.copy(
            of: "bert-tiny-fill-mask", ["tokenizer_config.json": "{}", "special_tokens_map.json": "{}"])
        #expect(
            TasksSupport.message { try MaskFiller.from(directory: copy.url) } == """
                the tokenizer has no mask token; give a model that was trained with one, such as BERT or RoBERTa
                """)
    }

    @Test func `a text of which no tokens come is refused by its number`() throws {
        let url = TasksSupport.directory("st-tiny-roberta").appending(path: "tokenizer.json")
        var json = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        json["post_processor"] = NSNull()
        let text = String(decoding: try JSONSerialization.data(withJSONObject: json), as: UTF8.self)
        // RoBERTa's class would put its own tokens around texts.
        let copy = try TasksSupport.copy(
            of: "st-tiny-roberta", ["tokenizer.json": text, "tokenizer_config.json": "{}"])
        let embedder = try TextEmbedder.from(directory: copy.url)
        #expect(
            TasksSupport.message { try embedder.embed(["Anna", ""]) }
                == "text 2 has no tokens; give a text with at least one character that is not white space")
    }

    @Test func `questions and contexts must not be empty, and options must be possible`() throws {
        let answerer = try QuestionAnswerer.from(directory: TasksSupport.directory("bert-tiny-answer"))
        #expect(TasksSupport.message { try answerer.answer("", context: "a") } == "question 1 is empty; ask something")
        #expect(
            TasksSupport.message {
                try answerer.answer([Question(question: "a", context: "b"), Question(question: "a", context: "")])
            } == "the context of question 2 is empty; give the text that the answer is to be found in")
        var options = QuestionAnswerer.Options()
        options.docStride = -1
        #expect(
            TasksSupport.message { try answerer.answer("a", context: "b", options: options) }
                == "docStride is -1; it must be at least 0")
        options = QuestionAnswerer.Options()
        options.maxAnswerLength = 0
        #expect(
            TasksSupport.message { try answerer.answer("a", context: "b", options: options) }
                == "maxAnswerLength is 0; it must be at least 1")
        let recognizer = try EntityRecognizer.from(directory: TasksSupport.directory("bert-tiny-ner"))
        #expect(
            TasksSupport.message { try recognizer.recognize("a", stride: -3) } == "stride is -3; it must be at least 0")
        #expect(
            TasksSupport.message {
                try answerer.answer(String(repeating: "who ", count: 80), context: "Anna thanked Ben.")
            }.hasPrefix("the text cannot be cut: "))
    }

    @Test func `a checkpoint that does not say how tokens become one vector needs a pooling`() {
        #expect(
            message("bert-tiny-fill-mask") { try TextEmbedder.from(directory: $0) } == """
                DIR: there is no modules.json that says how a text's tokens become one vector; choose a pooling: mean, \
                cls or lasttoken
                """)
    }

    @Test func `embeddings of different models cannot be compared`() {
        #expect(
            TasksSupport.message { try Similarity.cosine([1, 2], [1, 2, 3]) } == """
                an embedding of 2 numbers cannot be compared with one of 3; use the same model for both
                """)
        #expect(TasksSupport.message { try Similarity.cosines([[1], [2]], [[1, 2]]) }.hasPrefix("an embedding of 1 "))
    }

    @Test func `a prompt must be one that the model has`() throws {
        let plain = try TextEmbedder.from(directory: TasksSupport.directory("st-tiny-mean"))
        #expect(
            TasksSupport.message { try plain.embed("a", prompt: .named("query")) } == """
                the model has no prompt named “query”; it has none at all: put the words before the text yourself
                """)
        let copy = try TasksSupport.copy(
            of: "st-tiny-mean", ["config_sentence_transformers.json": #"{"prompts": {"passage": "p", "doc": "d"}}"#])
        let embedder = try TextEmbedder.from(directory: copy.url)
        #expect(
            TasksSupport.message { try embedder.embed("a", prompt: .named("query")) }
                == "the model has no prompt named “query”; it has doc, passage")
    }

    @Test func `a cancelled task stops between batches`() async throws {
        var classifier = try TextClassifier.from(directory: TasksSupport.directory("bert-tiny-classify"))
        classifier.batchTokens = 1
        let shared = classifier
        let task = Task {
            var done = 0
            do {
                _ = try shared.classify(TasksSupport.texts) { count, _ in
                    done = count
                    if count == 3 { withUnsafeCurrentTask { $0?.cancel() } }
                }
            } catch is CancellationError {
                return done
            }
            return -1
        }
        #expect(try await task.value == 3)
    }
}
