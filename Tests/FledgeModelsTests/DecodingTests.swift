import FledgeModels
import FledgeNN
import FledgeTensor
import Testing

@Suite struct DecodingTests {
    /// Heads of a width that is not a multiple of 32, and of one that is: the first token goes another way there.
    static let widths = [8, 32, 64]

    static func bound(_ type: WeightType) -> Float {
        type == .float32 || type == .float16 ? 1e-5 : type == .bfloat16 ? 3e-2 : 0.1
    }

    @Test(arguments: widths)
    func `Tokens beyond several pages of the cache see all that was decoded before`(dKv: Int) throws {
        let model = try TinyCheckpoint(dKv: dKv).model()
        var noise = Noise(state: 2)
        let prompts = [12, 300].map { noise.tokens($0, below: 50) }
        let count = 2 * KeyValueCache.pageLength + 30
        let input = (0..<2).map { _ in noise.tokens(count, below: 50) }
        var (whole, single) = (
            model.makeState(prompts: prompts, observe: nil), model.makeState(prompts: prompts, observe: nil)
        )
        let expected = model.step(Array(input.joined()), state: &whole)
        for at in 0..<count {
            let logits = model.step(input.map { $0[at] }, state: &single)
            for row in 0..<2 {
                #expect(distance(logits[row].scalars, expected[row * count + at].scalars) < 1e-5, "token \(at)")
            }
        }
        #expect(single.lengths == [count, count] && single.cacheByteCount == whole.cacheByteCount)
    }

    @Test(arguments: widths, WeightType.allCases)
    func `Tokens one at a time give the logits of all at once, in any pieces`(dKv: Int, type: WeightType) throws {
        let model = try TinyCheckpoint(dKv: dKv).model(type)
        var noise = Noise(state: 1)
        let prompts = [37, 1, 64].map { noise.tokens($0, below: 50) }
        let input = (0..<3).map { _ in noise.tokens(40, below: 50) }
        var state = model.makeState(prompts: prompts, observe: nil)
        let whole = model.step(Array(input.joined()), state: &state)
        for pieces in [[1] + Array(repeating: 3, count: 13), Array(repeating: 1, count: 40), [33, 7], [1, 39]] {
            var state = model.makeState(prompts: prompts, observe: nil)
            var at = 0
            for piece in pieces {
                let logits = model.step(input.flatMap { $0[at..<at + piece] }, state: &state)
                for row in 0..<3 {
                    let got = logits.sliced(0, row * piece..<(row + 1) * piece).scalars
                    let expected = whole.sliced(0, row * 40 + at..<row * 40 + at + piece).scalars
                    #expect(distance(got, expected) < Self.bound(type), "\(pieces), token \(at)")
                }
                at += piece
            }
        }
    }

    @Test(arguments: widths, WeightType.allCases)
    func `A batch gives each sequence what it gets alone`(dKv: Int, type: WeightType) throws {
        let model = try TinyCheckpoint(dKv: dKv).model(type)
        var noise = Noise(state: 2)
        let prompts = [20, 3, 33, 150].map { noise.tokens($0, below: 50) }
        let input = (0..<4).map { _ in noise.tokens(9, below: 50) }
        var batch = model.makeState(prompts: prompts, observe: nil)
        var singles = prompts.map { model.makeState(prompts: [$0], observe: nil) }
        for position in 0..<9 {
            // The second sequence ends early.
            if position == 4 { batch.keep { $0 != 1 } }
            let logits = model.step(batch.activeSlots.map { input[$0][position] }, state: &batch)
            for (row, slot) in batch.activeSlots.enumerated() {
                let alone = model.step([input[slot][position]], state: &singles[slot])
                #expect(distance(logits[row].scalars, alone.scalars) < 1e-5, "sequence \(slot), token \(position)")
            }
        }
        #expect(batch.activeSlots == [0, 2, 3])
    }

    @Test(arguments: widths, [WeightType.float32, .bfloat16])
    func `Reordered beams go on from what their sources have decoded`(dKv: Int, type: WeightType) throws {
        let model = try TinyCheckpoint(dKv: dKv).model(type)
        var noise = Noise(state: 3)
        let prompt = noise.tokens(11, below: 50)
        let beams = (0..<3).map { _ in noise.tokens(5, below: 50) }
        for sources in [[2, 0, 1], [1, 1, 0], [0, 1, 2]] {
            for length in [1, 2, 5] {
                var state = model.makeState(prompts: [prompt, prompt, prompt], observe: nil)
                for position in 0..<length { _ = model.step(beams.map { $0[position] }, state: &state) }
                state.reorder(beams: sources)
                let got = model.step([7, 8, 9], state: &state)
                for (row, source) in sources.enumerated() {
                    var alone = model.makeState(prompts: [prompt], observe: nil)
                    for token in beams[source].prefix(length) { _ = model.step([token], state: &alone) }
                    let expected = model.step([7 + row], state: &alone)
                    #expect(distance(got[row].scalars, expected.scalars) < 1e-5, "\(sources) after \(length)")
                }
            }
        }
    }

    @Test func `A copied state goes its own way`() throws {
        let model = try TinyCheckpoint(dKv: 32).model()
        var state = model.makeState(prompts: [[4, 5, 6]], observe: nil)
        _ = model.step([0], state: &state)
        var copy = state
        let (first, second) = (model.step([9], state: &state).scalars, model.step([12], state: &copy).scalars)
        var again = model.makeState(prompts: [[4, 5, 6]], observe: nil)
        _ = model.step([0], state: &again)
        #expect(distance(model.step([9], state: &again).scalars, first) < 1e-6)
        #expect(first != second && state.lengths == [2] && copy.lengths == [2])
        _ = model.step([3], state: &copy)
        #expect(state.lengths == [2])
    }

    @Test(arguments: WeightType.allCases)
    func `Concurrent generations on one model do not disturb each other`(type: WeightType) async throws {
        let model = try TinyCheckpoint(layers: 3, width: 64, dKv: 32).model(type)
        var noise = Noise(state: 4)
        let prompts = (0..<6).map { _ in noise.tokens(30, below: 50) }
        let expected = prompts.map { greedy(model, [$0], limit: 24) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for (prompt, tokens) in zip(prompts, expected) {
                group.addTask { (0..<5).allSatisfy { _ in greedy(model, [prompt], limit: 24) == tokens } }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }
}
