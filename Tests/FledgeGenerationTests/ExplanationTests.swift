import FledgeGeneration
import FledgeModels
import FledgeNN
import FledgeTensor
import FledgeTokenizers
import Foundation
import Testing

/// What an explanation says beside what the parts say that it is about.
struct ExplanationTests {
    private static func generator(_ path: String) throws -> TextGenerator {
        TextGenerator(
            model: try AutoModelForGeneration.from(directory: Fixtures.directory(path)), tokenizer: nil,
            config: try GenerationConfig(directory: Fixtures.directory(path)))
    }

    private static func sampling(_ config: GenerationConfig, seed: UInt64 = 3) -> GenerationConfig {
        var config = config
        (config.doSample, config.temperature, config.topK, config.topP) = (true, 0.7, 12, 0.8)
        (config.repetitionPenalty, config.maxNewTokens, config.seed, config.eosTokenIds) = (1.3, 9, seed, [])
        return config
    }

    @Test(arguments: [
        "families/llama-grouped-tied-llama3", "families/gpt2-prefix", "families/bloom-prefix",
        "families/bart-conditional", "families/lstm-tied", "t5-gated-gelu",
    ])
    func `The tokens are those of an ordinary generation`(path: String) throws {
        let generator = try Self.generator(path)
        let prompt = [7, 30, 12, 9, 41]
        for seed: UInt64 in 0..<4 {
            var config = Self.sampling(generator.config, seed: seed)
            if seed == 0 { config.doSample = false }
            let completion = try generator.complete(tokens: [prompt], config: config).completions[0]
            let explanation = try generator.explain(tokens: prompt, config: config)
            #expect(explanation.steps.map(\.chosen.id) == completion.tokenIDs)
            #expect(explanation.text == completion.text && explanation.finishReason == completion.finishReason)
            #expect(explanation.promptTokens.map(\.id) == prompt)
        }
    }

    @Test func `Probabilities are those of the model's logits, and then of the processors'`() throws {
        let generator = try Self.generator("families/llama-untied")
        let config = Self.sampling(generator.config)
        let prompt = [7, 30, 12, 9, 41]
        var options = ExplanationOptions()
        options.candidates = generator.model.vocabularySize
        let explanation = try generator.explain(tokens: prompt, config: config, options: options)
        let model = try #require(generator.model as? any CausalLanguageModel)
        var read = prompt
        for step in explanation.steps {
            var state = model.makeState(sequences: 1)
            let hidden = model.decode(read, state: &state)
            var scores = model.logits(hidden)[read.count - 1].scalars
            #expect(step.position == read.count - 1)
            #expect(
                step.stages.map(\.name) == ["model", "repetition_penalty", "temperature", "top_k", "top_p"])
            var context = TokenContext(tokens: prompt)
            for token in read[prompt.count...] { context.append(token) }
            let processors: [(any LogitsProcessor)?] = [nil] + config.logitsProcessors
            for (place, processor) in processors.enumerated() {
                scores.withUnsafeMutableBufferPointer { processor?.process($0, context: context) }
                let expected = Self.softmax(scores)
                for candidate in step.candidates {
                    #expect(abs(candidate.probabilities[place] - expected[candidate.token.id]) < 1e-5)
                }
                let kept = scores.count { $0 > -.infinity }
                let entropy = -expected.filter { $0 > 0 }.reduce(0) { $0 + $1 * log2($1) }
                #expect(step.stages[place].kept == kept && abs(step.stages[place].entropy - entropy) < 1e-4)
            }
            #expect(step.candidates.count == model.vocabularySize)
            #expect(step.stages[3].kept == 12 && step.stages[3].removed == model.vocabularySize - 12)
            let chosen = try #require(step.chosenCandidate)
            #expect(chosen.token == step.chosen && chosen.removedBy == nil && chosen.after > 0)
            let byTopK = step.candidates.count { $0.removedBy == "top_k" }
            #expect(byTopK == model.vocabularySize - 12)
            #expect(step.rank == 1 + step.candidates.count { ($0.logit ?? 0) > (chosen.logit ?? 0) })
            read.append(step.chosen.id)
        }
    }

    private static func softmax(_ scores: [Float]) -> [Float] {
        let largest = scores.max() ?? 0
        let weights = scores.map { exp($0 - largest) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    @Test func `A step lists the likeliest before and after, and the chosen one`() throws {
        let generator = try Self.generator("families/gpt2-prefix")
        var options = ExplanationOptions()
        options.candidates = 2
        let explanation = try generator.explain(
            tokens: [14, 35, 38], config: Self.sampling(generator.config), options: options)
        for step in explanation.steps {
            #expect((2...5).contains(step.candidates.count) && step.chosenCandidate != nil)
            #expect(step.candidates.map(\.before) == step.candidates.map(\.before).sorted(by: >))
        }
        var greedy = generator.config
        (greedy.maxNewTokens, greedy.eosTokenIds) = (4, [])
        for step in try generator.explain(tokens: [14, 35, 38], config: greedy, options: options).steps {
            #expect(step.rank == 1 && step.candidates.count == 2 && step.candidates[0].isChosen)
            #expect(step.stages.map(\.name) == ["model"])
        }
    }

    @Test func `Attention is that of what was read, by kind`() throws {
        let prompt = [7, 30, 12, 9, 41]
        var generator = try Self.generator("families/gpt2-prefix")
        var explanation = try generator.explain(tokens: prompt, config: Self.sampling(generator.config))
        #expect(explanation.architecture == .decoderOnly && explanation.decoderTokens.count == 5 + 9 - 1)
        #expect(explanation.attention.allSatisfy { $0.kind == .decoder && $0.queries == 13 && $0.keys == 13 })
        for map in explanation.attention {
            for query in 0..<13 { #expect(map.row(head: 0, query: query).dropFirst(query + 1).allSatisfy { $0 == 0 }) }
        }
        generator = try Self.generator("t5-gated-gelu")
        explanation = try generator.explain(tokens: prompt, config: Self.sampling(generator.config))
        #expect(explanation.decoderTokens.map(\.id) == [0] + explanation.steps.dropLast().map(\.chosen.id))
        #expect(explanation.attention.map(\.kind) == [.encoder, .encoder, .decoder, .cross, .decoder, .cross])
        for map in explanation.attention {
            #expect(map.queries == explanation.queryTokens(of: map.kind).count)
            #expect(map.keys == explanation.keyTokens(of: map.kind).count)
        }
    }

    @Test func `Too many maps, none, and a model without attention are said`() throws {
        let generator = try Self.generator("families/gpt2-prefix")
        var config = generator.config
        (config.maxNewTokens, config.eosTokenIds) = (2, [])
        var options = ExplanationOptions()
        options.attentionLimit = 10
        var explanation = try generator.explain(tokens: [1, 2], config: config, options: options)
        let count = try #require(generator.model as? any AttentionMapping)
            .attentionCount(tokens: 3, decoderTokens: 0, layers: nil)
        #expect(
            explanation.attentionNote == "the attention maps hold \(count) numbers, and at most 10 are kept; "
                + "choose some of the 2 layers, or generate fewer tokens")
        #expect(explanation.attention.isEmpty && explanation.steps.count == 2)
        options.wantsAttention = false
        explanation = try generator.explain(tokens: [1, 2], config: config, options: options)
        #expect(explanation.attention.isEmpty && explanation.attentionNote == nil)
        explanation = try Self.generator("families/lstm-tied").explain(tokens: [1, 2], config: config)
        #expect(explanation.attention.isEmpty && explanation.attentionNote == "this model has no attention")
    }

    @Test func `Options that do not fit are errors`() throws {
        let generator = try Self.generator("families/gpt2-prefix")
        func complaint(_ change: (inout GenerationConfig, inout ExplanationOptions) -> Void) throws -> String? {
            var (config, options) = (Self.sampling(generator.config), ExplanationOptions())
            change(&config, &options)
            let error = #expect(throws: GenerationError.self) {
                try generator.explain(tokens: [1, 2], config: config, options: options)
            }
            return error?.description
        }
        #expect(
            try complaint { $1.candidates = 0 } == "the number of candidates is 0; it must be at least 1")
        #expect(
            try complaint { $1.attentionLayers = [0, 9] }
                == "there is no layer 9; the model has 2, counted from 0; choose some of these")
        #expect(
            try complaint { config, _ in config.numReturnSequences = 2 }
                == "num_return_sequences is 2; an explanation is of one sequence, so leave it at 1")
    }

    @Test func `JSON has snake case keys and comes back as it was`() throws {
        let generator = try Self.generator("t5-gated-gelu")
        let explanation = try generator.explain(tokens: [7, 30, 12], config: Self.sampling(generator.config))
        let data = try JSONEncoder().encode(explanation)
        #expect(try JSONDecoder().decode(Explanation.self, from: data) == explanation)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "architecture", "settings", "prompt_tokens", "decoder_tokens", "steps", "text", "finish_reason",
                "attention",
            ])
        let ragged = #"{"kind":"cross","layer":0,"weights":[[[1],[1,0]]]}"#
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(AttentionMap.self, from: Data(ragged.utf8)) }
    }

    @Test func `Masked places have the candidates that fill-mask has`() throws {
        for name in ["bert-tiny-fill-mask", "roberta-tiny-fill-mask"] {
            let filler = try MaskFiller.from(directory: Fixtures.directory("families/\(name)"))
            let text = "The \(filler.maskToken) leaves at \(filler.maskToken)."
            let explanation = try filler.explain(text)
            let expected = try filler.fill(text, topK: 10)
            #expect(explanation.architecture == .encoderOnly && explanation.steps.count == 2)
            for (step, candidates) in zip(explanation.steps, expected) {
                #expect(step.candidates.map(\.token.id) == candidates.map(\.token))
                for (one, other) in zip(step.candidates, candidates) { #expect(abs(one.before - other.score) < 1e-6) }
                #expect(explanation.promptTokens[step.position].piece == filler.maskToken)
            }
            #expect(explanation.attention.allSatisfy { $0.kind == .encoder } && !explanation.attention.isEmpty)
        }
    }

    @Test func `The bytes of tokens are the bytes of the text`() throws {
        let text = "At the café, 12 owls 🦉 sang."
        let byteLevel = try AutoTokenizer.from(directory: Fixtures.directory("families/roberta-tiny-fill-mask"))
        let ids = byteLevel.encode(text: text, addSpecialTokens: false)
        #expect(ids.compactMap { byteLevel.bytes(ofToken: $0) }.joined().elementsEqual(text.utf8))
        #expect(
            ids.contains { id in
                let bytes = byteLevel.bytes(ofToken: id) ?? []
                return !String(decoding: bytes, as: UTF8.self).utf8.elementsEqual(bytes)
            })
        let pieces = try AutoTokenizer.from(directory: Fixtures.directory("t5-tiny"))
        let plain = "The owl sang."
        let spelled = pieces.encode(text: plain, addSpecialTokens: false).compactMap { pieces.bytes(ofToken: $0) }
        #expect(spelled.joined().elementsEqual((" " + plain).utf8))
        #expect(pieces.bytes(ofToken: 1) == Array("</s>".utf8) && pieces.bytes(ofToken: 1_000_000) == nil)
    }

    @Test func `The page holds the maps, escapes what users say, and asks the network for nothing`() throws {
        let generator = try TextGenerator.from(directory: Fixtures.directory("t5-tiny"))
        var config = generator.config
        (config.maxNewTokens, config.minNewTokens) = (5, 5)
        let explanation = try generator.explain("The </script><img src=x> owl & \"co\"", config: config)
        let html = try explanation.html(modelName: "<t5> & co")
        #expect(html.contains("&lt;t5&gt; &amp; co"))
        for forbidden in ["http:", "https:", "<img", "<t5>", "innerHTML", "url("] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
        // One script of data and three programs, none ended by a text.
        #expect(html.components(separatedBy: "</script>").count == 5)
        #expect(html.components(separatedBy: "data-step=").count == 6)
        let map = try #require(explanation.attention.last)
        let bytes = Data(map.weights.map { UInt8($0 * 255 + 0.5) }).base64EncodedString()
        #expect(html.contains("\"bytes\":\"\(bytes)\""))
    }
}
