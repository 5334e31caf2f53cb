/// How often and how patiently a failed request is repeated.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts in a row without progress before giving up; at least one.
    public var maximumAttempts: Int
    /// The pause before the first repetition; it doubles each time.
    public var initialDelay: Duration
    /// The longest pause of our own choosing.
    public var longestDelay: Duration
    /// The longest pause that a server may ask for with `Retry-After`; a longer one ends the download.
    public var longestRetryAfter: Duration

    /// Five attempts: pauses of about 0.5, 1, 2 and 4 seconds.
    ///
    /// - Parameters:
    ///   - maximumAttempts: Attempts in a row without progress.
    ///   - initialDelay: The pause before the first repetition.
    ///   - longestDelay: The longest pause of our own choosing.
    ///   - longestRetryAfter: The longest pause that a server may ask for.
    public init(
        maximumAttempts: Int = 5, initialDelay: Duration = .milliseconds(500), longestDelay: Duration = .seconds(8),
        longestRetryAfter: Duration = .seconds(120)
    ) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.initialDelay = initialDelay
        self.longestDelay = longestDelay
        self.longestRetryAfter = longestRetryAfter
    }

    /// The pause after a number of failures: exponential, with half of it drawn at random so that many clients that
    /// failed together do not come back together.
    ///
    /// - Parameters:
    ///   - failures: How many attempts have failed in a row, from 1.
    ///   - random: A number in 0..<1.
    /// - Returns: A pause between half of the exponential delay and all of it.
    package func delay(afterFailures failures: Int, random: Double) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let full = min(initialDelay * (1 << doublings), longestDelay)
        return full * (0.5 + 0.5 * random)
    }
}
