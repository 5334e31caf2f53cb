/// What a processor may look at besides the scores.
public struct TokenContext: Sendable {
    /// Tokens of the sequence so far: for an encoder–decoder the start token and what was generated.
    public private(set) var tokens: [Int] = []
    /// How many of them are generated.
    public private(set) var newTokenCount = 0
    /// Every token of the sequence once, in the order of its first appearance.
    public private(set) var distinctTokens: [Int] = []
    /// One bit a token of the vocabulary: whether it is among the distinct ones.
    private var seen: [UInt64] = []

    /// - Parameter tokens: what the sequence begins with.
    public init(tokens: [Int]) { for token in tokens { remember(token) } }

    /// Adds a generated token. O(1); nothing is allocated within the room that ``reserve(newTokens:vocabularySize:)``
    /// made.
    public mutating func append(_ token: Int) {
        newTokenCount += 1
        remember(token)
    }

    /// Makes room for so many further tokens of a vocabulary.
    public mutating func reserve(newTokens: Int, vocabularySize: Int) {
        tokens.reserveCapacity(tokens.count + newTokens)
        distinctTokens.reserveCapacity(min(distinctTokens.count + newTokens, vocabularySize))
        let words = (vocabularySize + 63) / 64
        if words > seen.count { seen += repeatElement(0, count: words - seen.count) }
    }

    private mutating func remember(_ token: Int) {
        tokens.append(token)
        guard token >= 0 else { return }
        let (word, bit) = (token / 64, UInt64(1) << UInt64(token % 64))
        if word >= seen.count { seen += repeatElement(0, count: word + 1 - seen.count) }
        if seen[word] & bit == 0 { distinctTokens.append(token) }
        seen[word] |= bit
    }
}

/// One change to the scores of the next token. A generation applies its processors in order, row by row, to
/// unnormalised log-probabilities; −∞ forbids a token.
public protocol LogitsProcessor: Sendable {
    func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext)
}

/// Divides positive scores, multiplies negative ones, of every token that the sequence holds, each once however
/// often it occurs (Keskar et al. 2019). O(distinct tokens), without allocating.
public struct RepetitionPenalty: LogitsProcessor {
    public let penalty: Float

    public init(_ penalty: Float) { self.penalty = penalty }

    public func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext) {
        for token in context.distinctTokens where token < logits.count {
            logits[token] = logits[token] < 0 ? logits[token] * penalty : logits[token] / penalty
        }
    }
}

/// Forbids the end before a number of new tokens.
public struct MinNewTokens: LogitsProcessor {
    public let count: Int
    public let endTokens: [Int]

    public init(_ count: Int, endTokens: [Int]) {
        self.count = count
        self.endTokens = endTokens
    }

    public func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext) {
        guard context.newTokenCount < count else { return }
        for token in endTokens where token >= 0 && token < logits.count { logits[token] = -.infinity }
    }
}

/// Divides the scores.
public struct Temperature: LogitsProcessor {
    public let value: Float

    public init(_ value: Float) { self.value = value }

    public func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext) {
        for index in logits.indices { logits[index] /= value }
    }
}

/// Keeps the `count` largest scores, and whatever equals the last of them (Fan et al. 2018).
public struct TopK: LogitsProcessor {
    public let count: Int

    public init(_ count: Int) { self.count = count }

    public func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext) {
        guard count > 0, count < logits.count else { return }
        // The smallest of the `count` largest, by a heap with its minimum on top.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { heap in
            for index in 0..<count { heap.initializeElement(at: index, to: logits[index]) }
            for index in stride(from: count / 2 - 1, through: 0, by: -1) { TopK.siftDown(heap, from: index) }
            for index in count..<logits.count where logits[index] > heap[0] {
                heap[0] = logits[index]
                TopK.siftDown(heap, from: 0)
            }
            let threshold = heap[0]
            for index in logits.indices where logits[index] < threshold { logits[index] = -.infinity }
        }
    }

    private static func siftDown(_ heap: UnsafeMutableBufferPointer<Float>, from start: Int) {
        var parent = start
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count && heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}

/// Keeps the fewest likeliest tokens whose probabilities sum to at least `mass`, one at the least (Holtzman et al. 2020).
public struct TopP: LogitsProcessor {
    public let mass: Float

    public init(_ mass: Float) { self.mass = mass }

    public func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext) {
        guard mass < 1 else { return }
        let (largest, finite) = Softmax.largest(of: logits)
        guard finite > 1 else { return }
        var total: Float = 0
        for score in logits where score > -.infinity { total += Softmax.exponential(score - largest) }
        ScoreOrder.withAscending(logits, count: finite) { candidates in
            // From the least likely up, as the reference does: a token goes while the sum so far is at most 1 − mass.
            var sum: Float = 0
            for position in 0..<candidates.count - 1 {
                let index = Int(candidates[position])
                sum += Softmax.exponential(logits[index] - largest) / total
                if sum > 1 - mass { break }
                logits[index] = -.infinity
            }
        }
    }
}
