/// Two answers to the same questions, and whether the difference between their scores is more than chance.
public struct LabComparison: Sendable, Equatable, Codable {
    /// What is changed between the two.
    public enum Kind: String, Sendable, Codable {
        /// More demonstrations, from one number to the next.
        case shots
        /// The most demonstrations against the fewest.
        case shotsOverall = "shots_overall"
        /// An inference parameter, against the base.
        case parameter
        /// A setting against the first three lines or sentences.
        case baseline
        /// A model against the first one.
        case model
    }

    /// A difference of a score.
    public struct Difference: Sendable, Equatable, Codable {
        /// The score.
        public let name: String
        /// The second one's score less the first one's.
        public let difference: Double
        /// The lower end of its interval, by the paired bootstrap.
        public let lower: Double
        /// The upper end.
        public let upper: Double
        /// The p-value of the paired permutation test.
        public let pValue: Double
    }

    /// What can be said of the second.
    public enum Outcome: String, Sendable, Codable {
        case better, worse
        /// The difference may be chance.
        case noise
    }

    /// What is changed.
    public let kind: Kind
    /// The first one's setting, or `lead_3`.
    public let first: String
    /// The second one's setting.
    public let second: String
    /// The difference of every score.
    public let differences: [Difference]
    /// The p-value of ``LabAnalysis/primaryScore``, corrected by Holm for all comparisons of the lab.
    public let adjustedPValue: Double
    /// What can be said of the second by ``LabAnalysis/primaryScore``.
    public let outcome: Outcome

    /// The difference of the score that verdicts go by.
    public var primary: Difference? { differences.first { $0.name == LabAnalysis.primaryScore } }
}
