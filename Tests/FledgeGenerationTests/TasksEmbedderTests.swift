import FledgeGeneration
import FledgeModels
import FledgeTensor
import FledgeTokenizers
import Foundation
import Testing

@Suite struct TasksEmbedderTests {
    struct Golden: Decodable {
        let texts: [String]
    }

    private static let fixtures = [
        "st-tiny-cls", "st-tiny-dense", "st-tiny-lasttoken", "st-tiny-max", "st-tiny-mean", "st-tiny-mean-unnormalized",
        "st-tiny-roberta",
    ]

    private func embedder(_ name: String) throws -> TextEmbedder {
        try .from(directory: TasksSupport.directory(name))
    }

    /// The greatest difference of two lists of vectors.
    private func difference(_ a: [[Float]], _ b: [[Float]]) -> Float {
        zip(a.flatMap { $0 }, b.flatMap { $0 }).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test(arguments: TasksEmbedderTests.fixtures)
    func `embeddings are those of sentence-transformers`(name: String) throws {
        let embedder = try embedder(name)
        let texts = try Fixtures.json(Golden.self, "families/\(name)/golden_embeddings.json").texts
        let file = try SafetensorsFile(path: TasksSupport.directory(name).appending(path: "golden.safetensors").path)
        let golden = try file.tensor("embeddings")
        let vectors = try embedder.embed(texts)
        #expect(vectors.count == golden.shape[0] && embedder.dimensions == golden.shape[1])
        #expect(difference(vectors, (0..<vectors.count).map { golden[$0].scalars }) < TasksSupport.tolerance)
    }

    @Test(arguments: TasksEmbedderTests.fixtures)
    func `a batch gives what one text after the other gives`(name: String) throws {
        var embedder = try embedder(name)
        embedder.batchTokens = 30
        let together = try embedder.embed(TasksSupport.texts)
        #expect(difference(together, try TasksSupport.texts.map { try embedder.embed($0) }) < 1e-5)
    }

    @Test func `a caller's pooling gives what modules of the same kind give`() throws {
        for (name, pooling, normalizes) in [
            ("st-tiny-cls", EmbeddingPooling.cls, true), ("st-tiny-mean", .mean, true), ("st-tiny-max", .max, false),
            ("st-tiny-lasttoken", .last, false),
        ] {
            let directory = TasksSupport.directory(name)
            let expected = try embedder(name).embed(TasksSupport.texts)
            let chosen = try TextEmbedder.from(directory: directory, pooling: pooling, normalizes: normalizes)
            #expect(difference(try chosen.embed(TasksSupport.texts), expected) < 1e-6)
        }
        let directory = TasksSupport.directory("st-tiny-mean")
        let plain = try TextEmbedder.from(directory: directory, normalizes: false).embed("No.")
        #expect(plain.map { $0 * $0 }.reduce(0, +) > 2)
    }

    @Test func `several poolings are joined, the weighted mean and the root of the length among them`() throws {
        let modes = #"["cls", "mean", "mean_sqrt_len_tokens", "weightedmean"]"#
        let config = #"{"embedding_dimension": 24, "pooling_mode": \#(modes)}"#
        let copy = try TasksSupport.copy(of: "st-tiny-mean-unnormalized", ["1_Pooling/config.json": config])
        let embedder = try TextEmbedder.from(directory: copy.url)
        let vector = try embedder.embed("Anna thanked Ben for his help.")
        #expect(embedder.dimensions == 96 && vector.count == 96)
        let sequence = TokenSequence(embedder.tokenizer.encode(text: "Anna thanked Ben for his help."))
        let states = embedder.model.hiddenStates(of: [sequence], observe: nil).scalars
        let count = sequence.ids.count
        let weights = (1...count).map { Float($0) }
        for column in 0..<24 {
            let values = (0..<count).map { states[$0 * 24 + column] }
            let sum = values.reduce(0, +)
            let expected = [
                values[0], sum / Float(count), sum / Float(count).squareRoot(),
                zip(values, weights).map { $0 * $1 }.reduce(0, +) / weights.reduce(0, +),
            ]
            for (part, value) in expected.enumerated() { #expect(abs(vector[part * 24 + column] - value) < 1e-5) }
        }
    }

    @Test func `prompts stand before texts, and a model can leave them out of the mean`() throws {
        let prompts = #"{"prompts": {"query": "No. ", "passage": "snow "}, "default_prompt_name": "query"}"#
        let copy = try TasksSupport.copy(
            of: "st-tiny-mean-unnormalized", ["config_sentence_transformers.json": prompts])
        let embedder = try TextEmbedder.from(directory: copy.url)
        #expect(try embedder.embed("Anna") == embedder.embed("No. Anna", prompt: .none))
        #expect(try embedder.embed("Anna", prompt: .named("passage")) == embedder.embed("snow Anna", prompt: .none))
        #expect(try embedder.embed("Anna", prompt: .text("snow ")) == embedder.embed("snow Anna", prompt: .none))

        try Data(#"{"pooling_mode_mean_tokens": true, "include_prompt": false}"#.utf8)
            .write(to: copy.url.appending(path: "1_Pooling/config.json"))
        let vector = try TextEmbedder.from(directory: copy.url).embed("Anna")
        let ids = embedder.tokenizer.encode(text: "No. Anna")
        let states = embedder.model.hiddenStates(of: [TokenSequence(ids)], observe: nil).scalars
        let excluded = embedder.tokenizer.encode(text: "No. ").count - 1
        for column in 0..<24 {
            let values = (excluded..<ids.count).map { states[$0 * 24 + column] }
            #expect(abs(vector[column] - values.reduce(0, +) / Float(values.count)) < 1e-5)
        }
    }

    @Test(arguments: [(WeightType.bfloat16, Float(0.999)), (.float16, 0.9999), (.int8, 0.99)])
    func `weights in fewer bits point the same way`(type: WeightType, least: Float) throws {
        let small = try TextEmbedder.from(directory: TasksSupport.directory("st-tiny-dense"), type: type)
        let whole = try embedder("st-tiny-dense")
        for text in TasksSupport.texts {
            #expect(try Similarity.cosine(small.embed(text), whole.embed(text)) > least)
        }
    }

    @Test func `a tenth of a right angle has its cosine`() throws {
        let angle = Float.pi / 20
        let cosine = try Similarity.cosine([2, 0], [3 * cosf(angle), 3 * sinf(angle)])
        #expect(abs(cosine - 0.987688) < 1e-6)
        #expect(try Similarity.cosine([0, 0], [1, 0]) == 0)
        #expect(try Similarity.cosines([[1, 0], [0, 2]], [[3, 0]]) == [[1], [0]])
    }
}
