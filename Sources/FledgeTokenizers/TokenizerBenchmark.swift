/// How fast a tokenizer encodes.
public struct TokenizerBenchmark: Sendable, Equatable {
    /// How long each run took, in seconds, shortest first.
    public let seconds: [Double]
    /// How much text one run encodes, in bytes of UTF-8.
    public let byteCount: Int
    /// How many ids one run gives.
    public let tokenCount: Int

    /// The median time of a run, in seconds.
    public var medianSeconds: Double { seconds[seconds.count / 2] }

    /// Millions of bytes of text a second, at the median time.
    public var megabytesPerSecond: Double { Double(byteCount) / medianSeconds / 1e6 }

    /// Encodes texts one after the other on the calling thread, again and again.
    ///
    /// One run before those that are timed warms the caches, as `tokenizers` has warm ones after its first run.
    ///
    /// - Parameters:
    ///   - tokenizer: what encodes.
    ///   - texts: what to encode.
    ///   - repetitions: how many runs are timed; at least one is.
    public init(of tokenizer: any Tokenizer, texts: [String], repetitions: Int) {
        let clock = ContinuousClock()
        var seconds: [Double] = []
        var tokenCount = 0
        for run in 0...max(repetitions, 1) {
            tokenCount = 0
            let duration = clock.measure {
                for text in texts { tokenCount += tokenizer.encode(text: text, addSpecialTokens: true).count }
            }
            guard run > 0 else { continue }
            seconds.append(
                Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
        }
        self.seconds = seconds.sorted()
        self.tokenCount = tokenCount
        byteCount = texts.reduce(0) { $0 + $1.utf8.count }
    }
}
