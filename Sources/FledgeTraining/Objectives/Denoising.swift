public import FledgeData
import FledgeTensor
public import FledgeTokenizers

/// Restores a text from which spans are missing and whose sentences are mixed: BART's pre-training (Lewis et al. 2020,
/// section 2.2, text infilling and sentence permutation).
///
/// The lengths of spans are Poisson numbers, and there are as many spans as make up 30 % of the tokens. Each becomes one
/// mask token; a span of length 0 puts one in. The decoder's sequence is the text as it was.
public struct Denoising: Objective {
    private let tokenizer: ObjectiveTokenizer
    private let text: RecordText
    private let maskID: Int
    /// The most tokens of a document, special ones included; the rest is cut off.
    public var maxLength: Int?
    /// How many of the tokens are replaced.
    public var rate = 0.3
    /// How long spans are on average.
    public var meanSpanLength = 3.0
    /// Whether the sentences are put in random order.
    public var permutesSentences = true
    /// The seed of the noise, which is another one in each epoch.
    public var seed: UInt64 = 0

    /// Creates the objective.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - text: where the text is in a record.
    ///   - maxLength: the most tokens of a document.
    /// - Throws: ``DataError/invalidOption(name:problem:remedy:)`` if the tokenizer has no mask token.
    public init(tokenizer: any Tokenizer, text: RecordText = "text", maxLength: Int? = nil) throws(DataError) {
        self.tokenizer = ObjectiveTokenizer(tokenizer)
        self.text = text
        self.maxLength = maxLength
        maskID = try self.tokenizer.maskID()
    }

    /// The ids of a text; their groups are its sentences.
    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        let text = try text.text(of: record)
        guard !text.isEmpty else { return [] }
        let encoding = try tokenizer.encoding(of: .text(text), maxLength: maxLength, for: record)
        let ends = SentenceEnds.find(in: text)
        var sentence = 0
        var groups: [Int] = []
        for (index, range) in encoding.byteOffsets.enumerated() {
            while sentence < ends.count, range.lowerBound >= ends[sentence] { sentence += 1 }
            groups.append(encoding.sequenceIDs[index] == nil ? -1 : sentence)
        }
        return [TokenizedDocument(ids: encoding.ids, groupIDs: groups)]
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? {
        var generator = ExampleRandom.generator(seed: seed, epoch: epoch, ids: document.ids)
        let groups = document.groupIDs ?? document.ids.map { _ in 0 }
        let inner = document.ids.indices.filter { groups[$0] >= 0 }
        guard let first = inner.first, let last = inner.last else { return nil }
        var ids = document.ids[first...last].map { $0 }
        if permutesSentences { ids = permuted(ids, groups: groups[first...last], &generator) }
        ids = infilled(ids, &generator)
        return TrainingExample(
            inputIDs: document.ids[..<first] + ids + document.ids[(last + 1)...], labels: .target(document.ids))
    }

    private func permuted(_ ids: [Int], groups: ArraySlice<Int>, _ generator: inout RandomGenerator) -> [Int] {
        var sentences: [[Int]] = []
        var last: Int?
        for (id, group) in zip(ids, groups) {
            if group == last { sentences[sentences.count - 1].append(id) } else { sentences.append([id]) }
            last = group
        }
        generator.shuffle(&sentences)
        return sentences.flatMap { $0 }
    }

    /// Puts mask tokens in the place of spans that do not overlap, all ways to place them equally likely.
    private func infilled(_ ids: [Int], _ generator: inout RandomGenerator) -> [Int] {
        var left = ids.count.share(rate)
        let mean = meanSpanLength.isNaN ? 3 : min(max(meanSpanLength, 0.1), 100)
        // Tokens that stay are negative, spans their length.
        var pieces = [Int](repeating: -1, count: ids.count - left)
        while left > 0 {
            let length = min(generator.poisson(mean: mean), left)
            pieces.append(length)
            left -= length
        }
        generator.shuffle(&pieces)
        var result: [Int] = []
        var place = 0
        for piece in pieces {
            result.append(piece < 0 ? ids[place] : maskID)
            place += piece < 0 ? 1 : piece
        }
        return result
    }
}
