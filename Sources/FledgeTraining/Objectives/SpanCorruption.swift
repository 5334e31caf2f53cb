public import FledgeData
import FledgeTensor
public import FledgeTokenizers

/// Writes what is missing from a text: T5's pre-training.
///
/// Each span of noise becomes a sentinel in the encoder's sequence; the decoder's is each sentinel with what it stands
/// for. Both end with the end token. Sentinels count down from the first one, `<extra_id_0>`.
public struct SpanCorruption: Objective {
    private let tokenizer: any Tokenizer
    private let text: RecordText
    private let sentinels: [Int]
    private let endID: Int
    /// How documents are joined and cut.
    public let packing: Packing?
    /// What becomes noise.
    public let spans: RandomSpans
    /// The seed of the noise, which is another one in each epoch.
    public var seed: UInt64 = 0

    /// Creates the objective.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer, which has an end token and sentinels.
    ///   - text: where the text is in a record.
    ///   - inputsLength: how long the encoder's sequences are. Documents are joined without anything between them, as in
    ///     the reference, and cut so that they become as long.
    ///   - spans: what becomes noise.
    ///   - keepsRemainder: whether what is left at the end of the data makes a shorter example.
    ///   - id: the end token; nil for the one that the tokenizer's configuration names.
    /// - Throws: ``DataError/invalidOption(name:problem:remedy:)`` if there is no end token or there are too few
    ///   sentinels, or the numbers leave no text.
    public init(
        tokenizer: any Tokenizer, text: RecordText = "text", inputsLength: Int = 512,
        spans: RandomSpans = RandomSpans(), keepsRemainder: Bool = false, endID id: Int? = nil
    ) throws(DataError) {
        self.tokenizer = tokenizer
        self.text = text
        self.spans = spans
        endID = try ObjectiveTokenizer(tokenizer).endID(id)
        guard let raw = spans.rawLength(inputsLength: inputsLength)?.raw else {
            throw .invalidOption(
                name: "span corruption",
                problem: "no text fits \(inputsLength) tokens at a noise density of \(spans.density) and a mean span "
                    + "length of \(spans.meanLength)",
                remedy: "Use longer inputs, a density between 0 and 1, and spans of at least one token.")
        }
        let needed = spans.counts(length: raw).spans
        var sentinels: [Int] = []
        while sentinels.count < needed, let id = tokenizer.convertTokenToId("<extra_id_\(sentinels.count)>") {
            sentinels.append(id)
        }
        guard sentinels.count == needed else {
            throw .invalidOption(
                name: "span corruption",
                problem:
                    "\(needed) spans need as many sentinels, and the tokenizer has \(sentinels.count): <extra_id_0>, "
                    + "<extra_id_1>, …",
                remedy: "Use shorter inputs, longer spans, or a tokenizer with sentinels.")
        }
        self.sentinels = sentinels
        packing = Packing(length: raw, attention: .wholeBlock, keepsRemainder: keepsRemainder)
    }

    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        let ids = tokenizer.encode(text: try text.text(of: record), addSpecialTokens: false)
        return ids.isEmpty ? [] : [TokenizedDocument(ids: ids)]
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? {
        guard document.ids.count > 1 else { return nil }
        var generator = ExampleRandom.generator(seed: seed, epoch: epoch, ids: document.ids)
        let segments = spans.segments(length: document.ids.count, using: &generator)
        var inputs: [Int] = []
        var target: [Int] = []
        var place = 0
        for (number, length) in segments.enumerated() {
            let ids = document.ids[place..<place + length]
            if number.isMultiple(of: 2) {
                inputs += ids
            } else {
                inputs.append(sentinels[number / 2])
                target.append(sentinels[number / 2])
                target += ids
            }
            place += length
        }
        return TrainingExample(inputIDs: inputs + [endID], labels: .target(target + [endID]))
    }
}
