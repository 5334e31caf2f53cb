public import FledgeModels
public import FledgeTensor
public import FledgeTokenizers

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A token for a masked place.
public struct MaskCandidate: Sendable, Equatable, Codable {
    /// Its probability.
    public let score: Float
    /// Its id.
    public let token: Int
    /// Its text.
    public let tokenString: String
    /// The whole text with the token in its place; special tokens are left out unless other masks remain.
    public let sequence: String

    // Transformers' name, so that the JSON is the same.
    enum CodingKeys: String, CodingKey {
        case score, token, sequence
        case tokenString = "tokenStr"
    }
}

/// Tokens for the masked places of texts.
///
/// ```swift
/// let filler = try MaskFiller.from(directory: url)
/// let candidates = try filler.fill("The \(filler.maskToken) leaves at seven.")[0]
/// ```
///
/// A text is not cut: one that is longer than the model can take is an error.
public struct MaskFiller: Sendable {
    public let model: MaskedLanguageModel
    public let tokenizer: any Tokenizer
    /// What stands for a masked place in a text, such as `[MASK]`.
    public let maskToken: String
    private let maskID: Int
    /// Tokens of a batch.
    public var batchTokens = TaskBatches.defaultTokens

    /// - Throws: ``TaskError/noMaskToken``.
    public init(model: MaskedLanguageModel, tokenizer: any Tokenizer) throws(TaskError) {
        guard let mask = tokenizer.configuration.maskToken, let id = tokenizer.convertTokenToId(mask) else {
            throw .noMaskToken
        }
        self.model = model
        self.tokenizer = tokenizer
        maskToken = mask
        maskID = id
    }

    /// Loads model and tokenizer from a directory in the Hugging Face layout.
    ///
    /// - Throws: ``TaskError``, ``ModelError``, ``SafetensorsError``, ``WeightError``, ``TokenizerError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> MaskFiller {
        try TaskModel.check(directory, is: .maskedLM, for: "filling in masks", such: "BertForMaskedLM")
        return try MaskFiller(
            model: try AutoModelForMaskedLM.from(directory: directory, type: type, engine: engine, registry: registry),
            tokenizer: try AutoTokenizer.from(directory: directory))
    }

    /// Finds tokens for the masked places of a text.
    ///
    /// - Parameters:
    ///   - text: a text with at least one ``maskToken``.
    ///   - topK: how many candidates to return for each place.
    ///   - targets: words to choose from; of a word that is no token its first one counts. Nil for all tokens.
    /// - Returns: for each masked place, from left to right, the candidates, the most probable first.
    /// - Throws: ``TaskError``, ``ModelError``.
    public func fill(_ text: String, topK: Int = 5, targets: [String]? = nil) throws -> [[MaskCandidate]] {
        try fill([text], topK: topK, targets: targets)[0]
    }

    /// Finds tokens for the masked places of texts.
    ///
    /// - Returns: for each text what ``fill(_:topK:targets:)`` returns.
    /// - Throws: as ``fill(_:topK:targets:)``; `CancellationError` once the task is cancelled.
    public func fill(
        _ texts: [String], topK: Int = 5, targets: [String]? = nil, progress: TaskProgress? = nil
    ) throws -> [[[MaskCandidate]]] {
        try TaskOption.atLeastOne("topK", topK)
        let targets = try targets.map(ids)
        let sequences = tokenizer.encodingBatch(of: texts).map { TokenSequence($0, for: model.backbone) }
        try check(sequences)
        // Each mask has a score for every token of the vocabulary, which take more memory than anything else.
        let costs = sequences.map { sequence in
            sequence.ids.reduce(0) { $0 + ($1 == maskID ? 1 + model.backbone.vocabularySize / 256 : 1) }
        }
        return try TaskBatches.map(sequences, costs: costs, tokens: batchTokens, progress: progress) { _, batch in
            let masks = batch.map { sequence in sequence.ids.indices.filter { sequence.ids[$0] == maskID } }
            let rows = zip(TaskBatches.offsets(batch), masks).flatMap { offset, masks in masks.map { offset + $0 } }
            let logits = try model.logits(batch, rows: rows)
            var row = 0
            return try zip(batch, masks).map { sequence, masks in
                try masks.map { place in
                    defer { row += 1 }
                    return try candidates(
                        logits[row].scalars, topK: topK, targets: targets, ids: sequence.ids, place: place,
                        isOnly: masks.count == 1)
                }
            }
        }
    }

    /// - Throws: ``TaskError/noMask(index:mask:)``, ``TaskError/textTooLong(index:tokens:limit:)``.
    private func check(_ sequences: [TokenSequence]) throws(TaskError) {
        let limit = model.backbone.textLimit(tokenizer) ?? .max
        for (index, sequence) in sequences.enumerated() {
            guard sequence.ids.contains(maskID) else { throw .noMask(index: index, mask: maskToken) }
            guard sequence.ids.count <= limit else {
                throw .textTooLong(index: index, tokens: sequence.ids.count, limit: limit)
            }
        }
    }

    /// The ids of words, each once.
    private func ids(of targets: [String]) throws(TaskError) -> [Int] {
        guard !targets.isEmpty else { throw .badOption(name: "targets", value: "empty", allowed: "at least one word") }
        var ids: [Int] = []
        var known: Set<Int> = []
        for target in targets {
            let id =
                tokenizer.convertTokenToId(target)
                ?? tokenizer.encode(text: target, addSpecialTokens: false).first
            guard let id else { throw .unknownTarget(target) }
            if known.insert(id).inserted { ids.append(id) }
        }
        return ids
    }

    private func candidates(
        _ logits: [Float], topK: Int, targets: [Int]?, ids: [Int], place: Int, isOnly: Bool
    ) throws -> [MaskCandidate] {
        let probabilities = Probabilities.softmax(logits)
        let best =
            if let targets = targets?.filter({ $0 < probabilities.count }) {
                Probabilities.largest(topK, of: targets.map { probabilities[$0] }).map { targets[$0] }
            } else {
                Probabilities.largest(topK, of: probabilities)
            }
        return try best.map { token in
            // An output layer may be larger than the vocabulary, to a round number; such a token has no text.
            let text = tokenizer.convertIdToToken(token) == nil ? [] : [token]
            let filled = (ids[..<place] + text + ids[(place + 1)...]).filter { $0 != tokenizer.padTokenId }
            return MaskCandidate(
                score: probabilities[token], token: token, tokenString: try tokenizer.decode(tokens: text),
                sequence: try tokenizer.decode(tokens: filled, skipSpecialTokens: isOnly))
        }
    }
}
