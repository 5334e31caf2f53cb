public import FledgeData
import FledgeTensor
public import FledgeTokenizers

/// Guesses tokens that were hidden (Devlin et al. 2019, section 3.1).
///
/// 15 % of the tokens are chosen; 80 % of these become the mask token, 10 % a random token, and 10 % stay. Only chosen
/// tokens have labels. Special tokens are never chosen.
public struct MaskedLanguageModeling: Objective {
    /// When new tokens are chosen.
    public enum Masking: String, Sendable {
        /// Never: an example has the same mask in each epoch, as in BERT's training data.
        case fixed
        /// In each epoch, as in RoBERTa's training.
        case dynamic
    }

    private let tokenizer: ObjectiveTokenizer
    private let text: RecordText
    private let maskID: Int
    /// How documents are put together; nil if each stays by itself.
    public let packing: Packing?
    /// The most tokens of a document that stays by itself, special ones included.
    public var maxLength: Int?
    /// When new tokens are chosen.
    public var masking = Masking.dynamic
    /// Whether all tokens of a word are chosen together.
    public var masksWholeWords = false
    /// How many of the tokens are chosen.
    public var rate = 0.15
    /// How many of the chosen tokens become the mask token.
    public var maskedRate = 0.8
    /// How many of the chosen tokens become a random one.
    public var replacedRate = 0.1
    /// The seed of the choice.
    public var seed: UInt64 = 0

    /// Creates the objective.
    ///
    /// - Parameters:
    ///   - tokenizer: the model's tokenizer.
    ///   - text: where the text is in a record.
    ///   - blockLength: how many tokens a block has whose documents are joined, special tokens and all, as
    ///     transformers' `run_mlm` does; nil if each document stays by itself.
    ///   - maxLength: the most tokens of a document that stays by itself.
    /// - Throws: ``DataError/invalidOption(name:problem:remedy:)`` if the tokenizer has no mask token.
    public init(
        tokenizer: any Tokenizer, text: RecordText = "text", blockLength: Int? = nil, maxLength: Int? = nil
    ) throws(DataError) {
        self.tokenizer = ObjectiveTokenizer(tokenizer)
        self.text = text
        maskID = try self.tokenizer.maskID()
        packing = blockLength.map { Packing(length: $0, attention: .wholeBlock) }
        self.maxLength = maxLength
    }

    public func documents(of record: Record) throws(DataError) -> [TokenizedDocument] {
        let text = try text.text(of: record)
        guard !text.isEmpty else { return [] }
        let encoding = try tokenizer.encoding(
            of: .text(text), maxLength: packing == nil ? maxLength : nil, for: record)
        return [
            TokenizedDocument(
                ids: encoding.ids, segmentIDs: encoding.segmentsIfAny, groupIDs: encoding.wordIDs.map { $0 ?? -1 })
        ]
    }

    public func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample? {
        var generator = ExampleRandom.generator(
            seed: seed, epoch: masking == .dynamic ? epoch : nil, ids: document.ids)
        let candidates = document.ids.indices.filter { index in
            document.groupIDs?[index] != -1 && !tokenizer.specialIDs.contains(document.ids[index])
        }
        let chosen =
            masksWholeWords
            ? words(of: document, candidates, &generator) : candidates.filter { _ in generator.nextUnit() < rate }
        var ids = document.ids
        var labels = [Int](repeating: Labels.ignored, count: ids.count)
        for index in chosen {
            labels[index] = ids[index]
            let draw = generator.nextUnit()
            if draw < maskedRate {
                ids[index] = maskID
            } else if draw < maskedRate + replacedRate {
                ids[index] = generator.index(below: max(tokenizer.tokenizer.vocabularySize, 1))
            }
        }
        return TrainingExample(inputIDs: ids, segmentIDs: document.segmentIDs, labels: .tokens(labels))
    }

    /// Chooses words in random order until their tokens are as many as are wanted; words that are too long for what is
    /// left are passed over.
    private func words(
        of document: TokenizedDocument, _ candidates: [Int], _ generator: inout RandomGenerator
    ) -> [Int] {
        guard !candidates.isEmpty, let groups = document.groupIDs else { return [] }
        var words: [[Int]] = []
        var last: Int?
        for index in candidates {
            if groups[index] == last { words[words.count - 1].append(index) } else { words.append([index]) }
            last = groups[index]
        }
        generator.shuffle(&words)
        let wanted = max(1, candidates.count.share(rate))
        var chosen: [Int] = []
        for word in words where chosen.count + word.count <= wanted { chosen += word }
        return chosen.sorted()
    }
}
