import FledgeData
import FledgeTemplates
import FledgeTokenizers
import FledgeTraining
import Foundation
import Testing

@Suite(
    "Objectives on data of the field",
    .enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED)"))
struct SharedObjectiveTests {
    /// How many batches, examples and tokens an epoch has.
    private func totals(
        _ dataSet: DataSet, _ objective: some Objective, _ options: BatchOptions = BatchOptions(size: .examples(32))
    ) throws -> (batches: Int, examples: Int, tokens: Int) {
        let batches = try TrainingData(dataSet, objective: objective, options: options).prefetchedBatches()
        var totals = (batches: 0, examples: 0, tokens: 0)
        while let batch = try batches.next() {
            totals.batches += 1
            totals.examples += batch.examples.count
            totals.tokens += batch.tokenCount
        }
        return totals
    }

    private func tokenizer(_ name: String) throws -> any Tokenizer {
        try AutoTokenizer.from(directory: Shared.directory.appendingPathComponent("data/tokenizers/\(name)"))
    }

    @Test func `DialogSum makes an example of each dialogue`() throws {
        let objective = SequenceToSequence(
            tokenizer: try tokenizer("t5"), source: RecordText(field: "dialogue", prefix: "summarize: "),
            target: "summary", maxSourceLength: 512, maxTargetLength: 128)
        let totals = try totals(try DataSet(path: Shared.path("dialogsum/train.jsonl")), objective)
        #expect(totals.examples == 12_460)
        #expect(totals.batches == 390)
    }

    @Test func `WNUT-17 has 13 classes and a label for each word`() throws {
        let train = try DataSet(path: Shared.path("wnut17/wnut17train.conll"))
        let names = try LabelNames.all(of: "tags", in: train)
        #expect(names.count == 13)
        let objective = TokenClassification(tokenizer: try tokenizer("bert-base-uncased"), names: names)
        let batches = try TrainingData(
            train, objective: objective, options: BatchOptions(size: .examples(32), shuffles: false)
        ).batches()
        var (labels, examples) = (0, 0)
        while let batch = try batches.next() {
            examples += batch.examples.count
            for example in batch.examples { labels += example.tokenLabels.filter { $0 != Labels.ignored }.count }
        }
        #expect(examples == 3394)
        // BERT's normalizer leaves nothing of a few words.
        #expect(labels <= 62_730 && labels > 62_700)
    }

    @Test func `SST-2 makes an example of each sentence`() throws {
        let format = DataFormat.delimited(
            DelimitedOptions(separator: UInt8(ascii: "\t"), header: .names(["sentence", "label"])))
        let objective = SequenceClassification(
            tokenizer: try tokenizer("bert-base-uncased"), text: "sentence",
            kind: .single(names: ["negative", "positive"]), maxLength: 128)
        let totals = try totals(
            try DataSet(path: Shared.path("sst2/train.tsv"), format: format), objective,
            BatchOptions(size: .tokens(2048), poolBatches: 20))
        #expect(totals.examples == 6920)
    }
}
