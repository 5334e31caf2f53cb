import FledgeGeneration
import FledgeModels
import FledgeNN
import FledgeTensor
import FledgeTokenizers
import Foundation

/// A model that says what it is told to, one script a sequence of the batch, and counts its steps.
struct ScriptedModel: Seq2SeqLanguageModel {
    /// Steps so far, and how long each takes.
    final class Probe: @unchecked Sendable {
        private let lock = NSLock()
        private var count = 0
        let secondsPerStep: Double

        init(secondsPerStep: Double = 0) { self.secondsPerStep = secondsPerStep }

        var steps: Int { lock.withLock { count } }
        func step() {
            lock.withLock { count += 1 }
            if secondsPerStep > 0 { Thread.sleep(forTimeInterval: secondsPerStep) }
        }
    }

    /// The tokens of each sequence; the last one is repeated without end.
    var scripts: [[Int]]
    var probe = Probe()
    var vocabularySize = TinyVocabulary.pieces.count
    var contextLength: Int? = 64
    var bytesPerToken = 0

    let engine = Engine.shared
    let weightType = WeightType.float32
    let decoderStartToken = 0
    let hiddenSize = 2
    let positionLimit: Int? = nil
    let weightBytesPerToken = 0

    func cacheBytes(sequences: Int, promptTokens: Int, newTokens: Int) -> Int {
        bytesPerToken * sequences * newTokens
    }

    func encode(_ prompts: [[Int]], workspace: Workspace, observe: LayerObserver?) -> Tensor {
        Tensor(zeros: [prompts.joined().count, 2])
    }

    func makeState(prompts: [[Int]], observe: LayerObserver?) -> DecoderState {
        DecoderState(
            caches: [], sequences: prompts.count, positions: NoPositions(), workspace: Workspace(engine: engine))
    }

    /// Each row holds its slot and how many tokens the slot has decoded.
    func decode(_ tokens: [Int], counts: [Int]?, state: inout DecoderState, observe: LayerObserver?) -> Tensor {
        probe.step()
        state.advance(by: 1)
        let rows = state.activeSlots.flatMap { [Float($0), Float(state.lengths[$0])] }
        return Tensor(rows, shape: [state.activeSlots.count, 2])
    }

    func logits(_ hidden: Tensor) -> Tensor {
        let rows = hidden.scalars
        var logits = Tensor(zeros: [hidden.shape[0], vocabularySize])
        logits.withMutableFloats { floats in
            for row in 0..<hidden.shape[0] {
                let script = scripts[Int(rows[2 * row])]
                let token = script[min(Int(rows[2 * row + 1]), script.count) - 1]
                floats[row * vocabularySize + token] = 10
            }
        }
        return logits
    }
}

/// A vocabulary of a few pieces with byte fall-back, whose decoder is plain concatenation.
enum TinyVocabulary {
    static let end = 1
    static let pieces =
        ["<pad>", "</s>", "<unk>", "a", "b", "c", "ab", "bc", "Hello", " world", "\n", "é", "👍", "STOP", "ST", "OP"]
        + ["<0xC3>", "<0xA9>", "<0xF0>", "<0x9F>", "<0x91>", "<0x8D>", "-"]

    static func ids(_ texts: String...) -> [Int] { texts.compactMap { pieces.firstIndex(of: $0) } }

    static func tokenizer() throws -> any Tokenizer {
        let vocabulary = pieces.map { [$0.debugJSON, "-1.0"].joined(separator: ",") }.map { "[\($0)]" }
        let special = [0, 1].map { id in
            #"{"id":\#(id),"content":\#(pieces[id].debugJSON),"single_word":false,"lstrip":false,"#
                + #""rstrip":false,"normalized":false,"special":true}"#
        }
        let text = """
            {"version":"1.0","added_tokens":[\(special.joined(separator: ","))],"normalizer":null,
            "pre_tokenizer":null,"post_processor":null,
            "decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]},
            "model":{"type":"Unigram","unk_id":2,"byte_fallback":true,"vocab":[\(vocabulary.joined(separator: ","))]}}
            """
        return try AutoTokenizer.read(tokenizerJSON: Array(text.utf8), named: "tokenizer.json")
    }

    /// A generator that says these pieces.
    static func generator(
        says texts: [[String]], probe: ScriptedModel.Probe = .init(), bytesPerToken: Int = 0
    ) throws -> TextGenerator {
        let scripts = texts.map { $0.compactMap { pieces.firstIndex(of: $0) } }
        var config = GenerationConfig()
        config.eosTokenIds = [end]
        return TextGenerator(
            model: ScriptedModel(scripts: scripts, probe: probe, bytesPerToken: bytesPerToken),
            tokenizer: try tokenizer(), config: config)
    }
}

extension String {
    /// The string as JSON.
    fileprivate var debugJSON: String {
        let data = try? JSONEncoder().encode(self)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
