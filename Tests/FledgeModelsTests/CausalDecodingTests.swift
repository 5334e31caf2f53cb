import FledgeModels
import FledgeNN
import FledgeTensor
import Testing

/// Caches, chunks and batches of the decoder-only kind.
@Suite struct CausalDecodingTests {
    static let models = [
        "gpt2-long", "bloom-bare", "llama-grouped-tied-llama3", "llama-one-key-head", "lstm-untied", "lstm-tied",
        "gru-untied", "gru-tied",
    ]

    private func model(_ name: String, _ type: WeightType = .float32) throws -> any CausalLanguageModel {
        try AutoModelForCausalLM.from(directory: FamilyFixture(name: name).url, type: type)
    }

    /// Logits of every position when the whole sequence is computed at once.
    private func recomputed(_ model: any CausalLanguageModel, _ tokens: [Int]) -> Tensor {
        var state = model.makeState(sequences: 1)
        return model.logits(model.decode(tokens, state: &state))
    }

    @Test(arguments: models, [WeightType.float32, .bfloat16])
    func `Cached decoding gives what recomputing the whole sequence gives`(name: String, type: WeightType) throws {
        let model = try model(name, type)
        var noise = Noise(state: 5)
        let tokens = noise.tokens(44, below: 60)
        let whole = recomputed(model, tokens)
        var (state, hidden) = model.start([Array(tokens.prefix(20))])
        for at in 20..<44 {
            let got = model.logits(hidden)[0].scalars
            #expect(distance(got, whole[at - 1].scalars) < (type == .float32 ? 1e-5 : 3e-2), "token \(at)")
            hidden = model.decode([tokens[at]], state: &state)
        }
        #expect(state.lengths == [44])
    }

    @Test(arguments: models, [WeightType.float32, .int8])
    func `A prompt read in chunks gives what it gives at once`(name: String, type: WeightType) throws {
        let model = try model(name, type)
        var noise = Noise(state: 6)
        let prompts = [40, 3, 17, 1].map { noise.tokens($0, below: 60) }
        let expected = model.logits(model.start(prompts).1).scalars
        for chunk in [1, 7, 16, 41, 60] {
            let (state, hidden) = model.start(prompts, startToken: nil, chunk: chunk, observe: nil)
            #expect(distance(model.logits(hidden).scalars, expected) < (type == .float32 ? 1e-5 : 2e-2), "\(chunk)")
            #expect(state.lengths == [40, 3, 17, 1])
        }
    }

    @Test(arguments: models)
    func `A batch gives each prompt what it gets alone, with others ending early`(name: String) throws {
        let model = try model(name)
        var noise = Noise(state: 7)
        let prompts = [25, 2, 13].map { noise.tokens($0, below: 60) }
        let next = (0..<3).map { _ in noise.tokens(6, below: 60) }
        var (batch, hidden) = model.start(prompts)
        var singles = prompts.map { model.start([$0]) }
        for position in 0..<6 {
            for (row, slot) in batch.activeSlots.enumerated() {
                let alone = model.logits(singles[slot].1)[0].scalars
                #expect(distance(model.logits(hidden)[row].scalars, alone) < 1e-5, "\(slot), \(position)")
            }
            if position == 3 { batch.keep { $0 != 0 } }
            hidden = model.decode(batch.activeSlots.map { next[$0][position] }, state: &batch)
            for slot in 0..<3 { singles[slot].1 = model.decode([next[slot][position]], state: &singles[slot].0) }
        }
        #expect(batch.activeSlots == [1, 2])
    }

    @Test(arguments: models)
    func `Continuations that share a prompt go their own ways`(name: String) throws {
        let model = try model(name)
        var noise = Noise(state: 8)
        let prompts = [noise.tokens(30, below: 60), noise.tokens(4, below: 60)]
        var (state, _) = model.start(prompts)
        let before = state.cacheByteCount
        state.reorder(beams: [0, 0, 0, 1, 1])
        // Pages are shared; a recurrent state is small and copied.
        let after = model is RecurrentLanguageModel ? before / 2 * 5 : before
        #expect(state.cacheByteCount == after && state.activeSlots == [0, 1, 2, 3, 4])
        let tokens = [[5, 9], [6, 9], [7, 9], [8, 9], [10, 11]]
        var hidden = model.decode(tokens.map { $0[0] }, state: &state)
        hidden = model.decode(tokens.map { $0[1] }, state: &state)
        for (row, source) in [0, 0, 0, 1, 1].enumerated() {
            let expected = recomputed(model, prompts[source] + tokens[row])
            let last = expected[expected.shape[0] - 1].scalars
            #expect(distance(model.logits(hidden)[row].scalars, last) < 1e-5, "continuation \(row)")
        }
    }

    @Test func `Dynamic scaling takes the whole prompt's length into account however it is read`() throws {
        let model = try model("llama-rope-dynamic")
        var noise = Noise(state: 9)
        let prompt = noise.tokens(120, below: 50)
        let expected = model.logits(model.start([prompt]).1).scalars
        let (_, hidden) = model.start([prompt], startToken: nil, chunk: 50, observe: nil)
        #expect(distance(model.logits(hidden).scalars, expected) < 1e-5)
    }
}
