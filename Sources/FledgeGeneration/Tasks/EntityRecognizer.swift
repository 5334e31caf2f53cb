public import FledgeModels
public import FledgeTensor
public import FledgeTokenizers

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Names, places and whatever else a token classifier labels in texts.
///
/// ```swift
/// let recognizer = try EntityRecognizer.from(directory: url)
/// for entity in try recognizer.recognize(text) { print(entity.label, text[entity.range(in: text)]) }
/// ```
public struct EntityRecognizer: Sendable {
    public let model: TokenClassificationModel
    public let tokenizer: any Tokenizer
    /// Tokens of a batch.
    public var batchTokens = TaskBatches.defaultTokens

    public init(model: TokenClassificationModel, tokenizer: any Tokenizer) {
        self.model = model
        self.tokenizer = tokenizer
    }

    /// Loads model and tokenizer from a directory in the Hugging Face layout.
    ///
    /// - Throws: ``TaskError``, ``ModelError``, ``SafetensorsError``, ``WeightError``, ``TokenizerError``.
    public static func from(
        directory: URL, type: WeightType = .float32, engine: Engine = .shared, registry: ModelRegistry = .standard
    ) throws -> EntityRecognizer {
        try TaskModel.check(
            directory, is: .tokenClassification, for: "classifying tokens", such: "BertForTokenClassification")
        return EntityRecognizer(
            model: try AutoModelForTokenClassification.from(
                directory: directory, type: type, engine: engine, registry: registry),
            tokenizer: try AutoTokenizer.from(directory: directory))
    }

    /// Finds the entities of a text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - aggregation: how the labels of tokens become entities.
    ///   - ignoredLabels: labels, or tags of groups, that are no entities.
    ///   - stride: for a text that is longer than the model can take, how many tokens a window repeats from the one
    ///     before it; nil to cut the text instead.
    /// - Returns: the entities from left to right.
    /// - Throws: ``TaskError``, ``ModelError``, ``TokenizerError``.
    public func recognize(
        _ text: String, aggregation: EntityAggregation = .simple, ignoring ignoredLabels: Set<String> = ["O"],
        stride: Int? = nil
    ) throws -> [Entity] {
        try recognize([text], aggregation: aggregation, ignoring: ignoredLabels, stride: stride)[0]
    }

    /// Finds the entities of texts.
    ///
    /// - Returns: for each text its entities from left to right.
    /// - Throws: as ``recognize(_:aggregation:ignoring:stride:)``; `CancellationError` once the task is cancelled.
    public func recognize(
        _ texts: [String], aggregation: EntityAggregation = .simple, ignoring ignoredLabels: Set<String> = ["O"],
        stride: Int? = nil, progress: TaskProgress? = nil
    ) throws -> [[Entity]] {
        let windows = try windows(of: texts, stride: stride)
        let sequences = windows.map { TokenSequence($0.encoding, for: model.backbone) }
        let places = texts.map(TextPlaces.init)
        let aggregator = EntityAggregator(aggregation: aggregation, labels: model.labels.names, tokenizer: tokenizer)
        let found = try TaskBatches.map(sequences, tokens: batchTokens, progress: progress) { indices, batch in
            let logits = try model.logits(batch)
            let offsets = TaskBatches.offsets(batch)
            return indices.enumerated().map { number, index in
                let (text, encoding) = windows[index]
                let rows = logits.sliced(0, offsets[number]..<offsets[number + 1]).scalars
                return aggregator.entities(of: tokens(encoding, logits: rows, in: places[text]))
                    .filter { !ignoredLabels.contains($0.label) }
            }
        }
        var entities = [[Entity]](repeating: [], count: texts.count)
        var windowCounts = [Int](repeating: 0, count: texts.count)
        for (window, some) in zip(windows, found) {
            entities[window.text] += some
            windowCounts[window.text] += 1
        }
        return zip(entities, windowCounts).map { $1 > 1 ? EntityAggregator.withoutOverlap($0) : $0 }
    }

    /// The parts of texts that go through the model, and which text each is of.
    private func windows(of texts: [String], stride: Int?) throws -> [(text: Int, encoding: Encoding)] {
        guard let stride else {
            return try model.backbone.encodings(of: texts.map { ($0, nil) }, tokenizer: tokenizer).enumerated()
                .map { ($0, $1) }
        }
        guard stride >= 0 else {
            throw TaskError.badOption(name: "stride", value: String(stride), allowed: "at least 0")
        }
        let limit = model.backbone.textLimit(tokenizer) ?? Int(Int32.max)
        var windows: [(text: Int, encoding: Encoding)] = []
        for (index, text) in texts.enumerated() {
            let parts = try tokenizer.parts(
                of: .text(text), pair: nil, addSpecialTokens: true,
                truncation: TruncationOptions(maxLength: limit, stride: stride), keepsOverflow: true)
            if parts[0].count == 0 { throw TaskError.emptyText(index: index) }
            windows += parts.map { (index, $0) }
        }
        return windows
    }

    /// The tokens of the text, without those around it.
    private func tokens(_ encoding: Encoding, logits: [Float], in text: TextPlaces) -> [LabelledToken] {
        let labels = model.labels.count
        let hasPrefix = tokenizer.continuingSubwordPrefix != nil
        let unknown = tokenizer.unknownTokenId
        return encoding.ids.indices.filter { encoding.specialTokensMask[$0] == 0 }.map { index in
            let place = encoding.byteOffsets[index]
            var word = tokenizer.convertIdToToken(encoding.ids[index]) ?? encoding.tokens[index]
            // A piece that begins a word is spelled as in the text; the prefix makes others longer. Without a prefix,
            // what no space is before continues a word.
            var isSubword =
                hasPrefix
                ? word.unicodeScalars.count != text.scalars(place).count
                : place.lowerBound > 0 && !text.hasSpace(around: place.lowerBound)
            if encoding.ids[index] == unknown {
                word = text.text(place)
                isSubword = false
            }
            return LabelledToken(
                word: word, probabilities: Probabilities.softmax(logits[(index * labels)..<((index + 1) * labels)]),
                index: index, scalars: text.scalars(place), bytes: place, isSubword: isSubword)
        }
    }
}
