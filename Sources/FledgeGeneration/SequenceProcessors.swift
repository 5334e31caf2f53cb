/// Forbids every token that would complete a sequence of `size` tokens which is already there (Paulus et al. 2018).
/// O(tokens so far).
public struct NoRepeatNGram: LogitsProcessor {
    public let size: Int

    public init(_ size: Int) { self.size = size }

    public func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext) {
        let tokens = context.tokens
        guard size > 0, tokens.count >= size else { return }
        let end = tokens.count - (size - 1)
        for start in 0..<end {
            var matches = true
            for offset in 0..<size - 1 where tokens[start + offset] != tokens[end + offset] {
                matches = false
                break
            }
            let token = tokens[start + size - 1]
            if matches, token >= 0, token < logits.count { logits[token] = -.infinity }
        }
    }
}

/// Makes a certain token the first one generated.
public struct ForcedFirstToken: LogitsProcessor {
    public let token: Int

    public init(_ token: Int) { self.token = token }

    public func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext) {
        guard context.newTokenCount == 0 else { return }
        logits.leaveOnly([token])
    }
}

/// Makes one of certain tokens the last one that there is room for.
public struct ForcedLastTokens: LogitsProcessor {
    public let tokens: [Int]
    public let maxNewTokens: Int

    public init(_ tokens: [Int], maxNewTokens: Int) {
        self.tokens = tokens
        self.maxNewTokens = maxNewTokens
    }

    public func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext) {
        guard context.newTokenCount == maxNewTokens - 1 else { return }
        logits.leaveOnly(tokens)
    }
}

extension UnsafeMutableBufferPointer<Float> {
    /// Gives some tokens the score 0 and forbids all others.
    fileprivate func leaveOnly(_ tokens: [Int]) {
        update(repeating: -.infinity)
        for token in tokens where token >= 0 && token < count { self[token] = 0 }
    }
}
