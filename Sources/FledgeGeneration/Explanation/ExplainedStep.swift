/// How one token was decided on.
public struct ExplainedStep: Codable, Sendable, Equatable {
    /// What the scores were like at one point on the way from the model to the choice.
    public struct Stage: Codable, Sendable, Equatable {
        /// `model` for the model's own scores, then the processor that was applied, such as `temperature` or `top_k`.
        public var name: String
        /// Tokens that may be chosen.
        public var kept: Int
        /// Tokens that this stage forbade.
        public var removed: Int
        /// The distribution's entropy in bits: 0 for certainty, log₂ of the kept tokens for none.
        public var entropy: Float
    }

    /// One of the tokens that might have come.
    public struct Candidate: Codable, Sendable, Equatable {
        public var token: ExplainedToken
        /// The model's own score; nil where it is no number.
        public var logit: Float?
        /// Its probability after each of ``ExplainedStep/stages``.
        public var probabilities: [Float]
        /// The stage that forbade it.
        public var removedBy: String?
        public var isChosen: Bool

        enum CodingKeys: String, CodingKey {
            case token, logit, probabilities
            case removedBy = "removed_by"
            case isChosen = "is_chosen"
        }

        /// Its probability by the model.
        public var before: Float { probabilities.first ?? 0 }
        /// Its probability when the choice was made.
        public var after: Float { probabilities.last ?? 0 }
    }

    /// The place of the token that this one was predicted from: in what the decoder read, or, of a masked token, its own
    /// place in the prompt.
    public var position: Int
    public var chosen: ExplainedToken
    /// Tokens that the model itself preferred, and 1.
    public var rank: Int
    /// The text that became certain with this token.
    public var text: String
    public var stages: [Stage]
    /// The likeliest before and after the processors, and the chosen one, by the model's own probability.
    public var candidates: [Candidate]

    /// The chosen one among the candidates.
    public var chosenCandidate: Candidate? { candidates.first(where: \.isChosen) }
}

extension ExplainedStep {
    /// - Parameters:
    ///   - rows: the scores of the whole vocabulary after each stage, with the stage's name.
    ///   - token: the id that was chosen.
    ///   - count: how many of the likeliest to keep.
    ///   - position: the place that it was predicted from.
    ///   - text: the text that became certain.
    ///   - reader: the texts of ids.
    init(
        rows: [(name: String, scores: [Float])], token: Int, candidates count: Int, position: Int, text: String,
        reader: TokenReader
    ) {
        let distributions = rows.map { Distribution($0.scores) }
        let scores = rows.first?.scores ?? []
        var previous = distributions.first?.kept ?? 0
        let stages = zip(rows, distributions).map { row, distribution in
            defer { previous = distribution.kept }
            return Stage(
                name: row.name, kept: distribution.kept, removed: max(0, previous - distribution.kept),
                entropy: distribution.entropy)
        }
        var ids: Set<Int> = []
        for distribution in [distributions.first, distributions.last].compactMap({ $0 }) {
            let best = Probabilities.largest(count, of: distribution.probabilities)
            ids.formUnion(best.filter { distribution.probabilities[$0] > 0 })
        }
        if scores.indices.contains(token) { ids.insert(token) }
        let sorted = ids.sorted { a, b in
            let (x, y) = (distributions[0].probabilities[a], distributions[0].probabilities[b])
            return x == y ? a < b : x > y
        }
        let candidates = sorted.map { id in
            Candidate(
                token: reader.token(id), logit: scores[id].isFinite ? scores[id] : nil,
                probabilities: distributions.map { $0.probabilities[id] },
                removedBy: rows.first { !($0.scores[id] > -.infinity) }?.name, isChosen: id == token)
        }
        let own = scores.indices.contains(token) ? scores[token] : -.infinity
        self.init(
            position: position, chosen: reader.token(token), rank: 1 + scores.count { $0 > own }, text: text,
            stages: stages, candidates: candidates)
    }
}
