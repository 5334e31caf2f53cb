import FledgeNN

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ExplanationPage {
    /// What the page's script reads.
    struct Content: Encodable {
        struct Token: Encodable {
            let id: Int
            let text: String
            let isSpecial: Bool
        }
        struct Candidate: Encodable {
            let token: Token
            let logit: Float?
            let probabilities: [Float]
            let removedBy: String?
            let isChosen: Bool
        }
        struct Step: Encodable {
            let chosen: Token
            let rank: Int
            let stages: [ExplainedStep.Stage]
            let candidates: [Candidate]
        }
        /// Weights as bytes, 255 for all of a row's attention: `[heads, queries, keys]` in base64.
        struct Map: Encodable {
            let kind: AttentionMap.Kind
            let layer: Int
            let heads: Int
            let queries: Int
            let keys: Int
            let bytes: String
        }
        let architecture: Explanation.Architecture
        let prompt: [Token]
        let decoder: [Token]
        let steps: [Step]
        let maps: [Map]

        init(_ explanation: Explanation) {
            architecture = explanation.architecture
            prompt = explanation.promptTokens.map(Content.token)
            decoder = explanation.decoderTokens.map(Content.token)
            steps = explanation.steps.map { step in
                Step(
                    chosen: Content.token(step.chosen), rank: step.rank, stages: step.stages,
                    candidates: step.candidates.map { candidate in
                        Candidate(
                            token: Content.token(candidate.token), logit: candidate.logit,
                            probabilities: candidate.probabilities, removedBy: candidate.removedBy,
                            isChosen: candidate.isChosen)
                    })
            }
            maps = explanation.attention.map { map in
                let bytes = map.weights.map { UInt8(max(0, min(255, ($0.isFinite ? $0 : 0) * 255 + 0.5))) }
                return Map(
                    kind: map.kind, layer: map.layer, heads: map.heads, queries: map.queries, keys: map.keys,
                    bytes: Data(bytes).base64EncodedString())
            }
        }

        private static func token(_ token: ExplainedToken) -> Token {
            Token(id: token.id, text: token.label, isSpecial: token.isSpecial)
        }
    }
}
