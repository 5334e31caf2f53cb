import FledgeNN
import FledgeTensor

extension CausalLanguageModel {
    /// Reads prompts, at most `chunk` tokens in one pass; `decode` runs the layers on a pass's tokens, for which the state
    /// has been advanced.
    ///
    /// - Returns: the state, and what `decode` gave for each prompt's last token: `[prompts, hiddenSize]`.
    func readInChunks(
        _ prompts: [[Int]], chunk: Int, decode: (_ tokens: [Int], _ state: inout DecoderState) -> Tensor
    ) -> (DecoderState, Tensor) {
        var state = makeState(sequences: prompts.count)
        let last = Tensor(in: state.workspace, shape: Shape(prompts.count, hiddenSize))
        var read = prompts.map { _ in 0 }
        while let counts = nextCounts(prompts, read, chunk: max(1, chunk)) {
            var tokens: [Int] = []
            for (row, count) in counts.enumerated() { tokens += prompts[row][read[row]..<read[row] + count] }
            let pending = prompts.indices.map { prompts[$0].count - read[$0] - counts[$0] }
            state.advance(by: counts, pending: pending)
            let hidden = decode(tokens, &state)
            var end = 0
            for (row, count) in counts.enumerated() {
                read[row] += count
                end += count
                guard count > 0, read[row] == prompts[row].count else { continue }
                (last.floats + row * hiddenSize).update(from: hidden.floats + (end - 1) * hiddenSize, count: hiddenSize)
            }
            withExtendedLifetime(hidden) {}
        }
        return (state, last)
    }

    /// How many tokens of each prompt the next pass reads, together at most `chunk`; nil when all are read.
    private func nextCounts(_ prompts: [[Int]], _ read: [Int], chunk: Int) -> [Int]? {
        var left = chunk
        let counts = prompts.indices.map { row in
            let count = min(left, prompts[row].count - read[row])
            left -= count
            return count
        }
        return left == chunk ? nil : counts
    }
}
