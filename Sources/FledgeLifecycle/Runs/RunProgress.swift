/// How far a run is.
public struct RunProgress: Sendable, Equatable {
    /// Called as examples are done.
    public typealias Handler = (RunProgress) -> Void

    /// Examples that are done, those of an earlier process included.
    public var done: Int
    /// All examples.
    public var total: Int
    /// Examples that an earlier process did.
    public var resumed: Int
    /// Tokens that this process generated or read.
    public var tokens: Int
    /// Seconds that this process computed.
    public var seconds: Double

    /// A state of a run.
    public init(done: Int, total: Int, resumed: Int = 0, tokens: Int = 0, seconds: Double = 0) {
        self.done = done
        self.total = total
        self.resumed = resumed
        self.tokens = tokens
        self.seconds = seconds
    }

    /// Tokens by the seconds that they took; 0 before the first.
    public var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }
    /// Examples of this process by the seconds that they took; 0 before the first.
    public var examplesPerSecond: Double { seconds > 0 ? Double(done - resumed) / seconds : 0 }
}
