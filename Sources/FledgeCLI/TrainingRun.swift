import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One run from the command line's arguments to the model on disk.
struct TrainingRun {
    let arguments: TrainingArguments
    /// Begin with this model, or
    var model: URL?
    /// with nothing but a configuration.
    var config: String?
    /// Where the tokenizer is; the model's directory unless told otherwise.
    var tokenizerDirectory: URL?

    func run() throws {
        let engine = try ModelOptions.engine(threads: arguments.threads)
        let options = try arguments.options()
        let dataSet = try TrainingRun.dataSet(arguments.data)
        let isTokenised = try TrainingRun.isTokenised(dataSet)
        let task = try self.task()
        let model = try learningModel(task, engine)
        try adapt(model)
        let objective = try makeObjective(model, isTokenised: isTokenised)
        let data = try TrainingData(dataSet, objective: objective, options: arguments.batching())
        var evaluation: TrainingData?
        if !arguments.evalData.isEmpty {
            evaluation = try TrainingData(
                TrainingRun.dataSet(arguments.evalData), objective: objective,
                options: BatchOptions(size: .examples(arguments.batchSize), shuffles: false))
        }
        let store = CheckpointStore(path: arguments.output)
        let trainer = try Trainer(
            model: model, data: data, evaluation: evaluation, options: options, checkpoints: store,
            copiedFiles: tokenizerFiles)
        if arguments.resume, let last = try store.latestValid(report: { Terminal.error("warning: \($0)\n") }) {
            try trainer.resume(from: last)
        }
        try TrainingReport(arguments, trainer: trainer).run()
    }

    /// The data files as one data set.
    static func dataSet(_ paths: [String]) throws -> DataSet {
        try DataSet(files: paths.flatMap { try DataSet(path: $0).files })
    }

    /// Whether the first record is token ids already.
    static func isTokenised(_ dataSet: DataSet) throws -> Bool {
        try RecordReader(dataSet.taking(1)).next()?["input_ids"] != nil
    }

    private func task() throws -> LearningTask {
        if let objective = arguments.objective { return objective.task }
        // Without a word about it, what the kind of model is made for.
        let type = try configuration().type
        switch type {
        case "t5", "mt5", "bart": return .seq2SeqLM
        case "bert", "roberta", "xlm-roberta", "camembert": return .maskedLM
        default: return .causalLM
        }
    }

    private func configuration() throws -> (type: String, data: Data, path: String) {
        let path = config ?? model.map { $0.appending(path: "config.json").path } ?? ""
        guard let data = FileManager.default.contents(atPath: path) else {
            throw UserError.missingInput("\(path): there is no such file; give a config.json")
        }
        struct Fields: Decodable {
            let modelType: String
            enum CodingKeys: String, CodingKey { case modelType = "model_type" }
        }
        guard let fields = try? JSONDecoder().decode(Fields.self, from: data) else {
            throw UserError.badData("\(path): is not JSON with a model_type")
        }
        return (fields.modelType, data, path)
    }

    private func learningModel(_ task: LearningTask, _ engine: Engine) throws -> LearningModel {
        if let model {
            return try LearningModel(
                directory: model, task: task, type: arguments.dtype, seed: arguments.seed, engine: engine)
        }
        let configuration = try configuration()
        return try LearningModel(
            config: configuration.data, path: configuration.path, task: task, type: arguments.dtype,
            seed: arguments.seed, engine: engine)
    }

    private func adapt(_ model: LearningModel) throws {
        for parameter in model.parameters.parameters
        where arguments.lora.freeze.contains(where: { parameter.name.contains($0) }) {
            parameter.isTrainable = false
        }
        guard let rank = arguments.lora.loraRank else { return }
        guard rank > 0 else { throw ValidationError("--lora-rank is \(rank); it must be above 0") }
        model.adapters = try LowRankAdapters(
            model.parameters,
            options: .init(
                rank: rank, alpha: arguments.lora.loraAlpha, dropout: arguments.lora.loraDropout,
                targetModules: arguments.lora.loraTargetModules.split(separator: ",").map(String.init)),
            type: arguments.dtype, seed: arguments.seed)
    }

    private var tokenizerFiles: [String] {
        guard let directory = tokenizerDirectory ?? model else { return [] }
        let names = [
            "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt",
            "vocab.txt", "spiece.model", "tokenizer.model", "added_tokens.json", "generation_config.json",
        ]
        return names.map { directory.appending(path: $0).path }.filter { FileManager.default.fileExists(atPath: $0) }
    }

    private func makeObjective(_ model: LearningModel, isTokenised: Bool) throws -> any Objective {
        if isTokenised { return try tokenisedObjective(model) }
        guard let directory = tokenizerDirectory ?? self.model else {
            throw ValidationError("the data are texts, and there is no tokenizer; give --tokenizer")
        }
        let tokenizer = try AutoTokenizer.from(directory: directory)
        let text = arguments.text
        let field = RecordText(field: text.textField)
        switch arguments.objective ?? (model.task == .seq2SeqLM ? .seq2Seq : model.task == .maskedLM ? .maskedLM : .causalLM) {
        case .causalLM:
            if let length = text.blockLength {
                return try CausalLanguageModeling(tokenizer: tokenizer, text: field, blockLength: length)
            }
            return try CausalLanguageModeling(tokenizer: tokenizer, text: field, maxLength: text.maxLength)
        case .seq2Seq:
            var objective = SequenceToSequence(
                tokenizer: tokenizer, source: RecordText(field: text.sourceField, prefix: text.prefix),
                target: RecordText(field: text.targetField))
            objective.maxSourceLength = text.maxLength
            objective.maxTargetLength = text.maxTargetLength
            return objective
        default:
            throw ValidationError("this objective needs data that are tokenised already, for now")
        }
    }

    private func tokenisedObjective(_ model: LearningModel) throws -> any Objective {
        struct Fields: Decodable {
            let vocabSize: Int?
            let numLabels: Int?
            let labels: [String: String]?
            enum CodingKeys: String, CodingKey {
                case vocabSize = "vocab_size"
                case numLabels = "num_labels"
                case labels = "id2label"
            }
        }
        let fields = try JSONDecoder().decode(Fields.self, from: model.config)
        let classes = fields.labels?.count ?? fields.numLabels ?? 2
        let vocabulary = fields.vocabSize ?? .max
        return switch model.task {
        case .causalLM, .maskedLM: PretokenizedExamples(vocabularySize: vocabulary)
        case .seq2SeqLM: PretokenizedExamples(vocabularySize: vocabulary, kind: .target)
        case .tokenClassification: PretokenizedExamples(vocabularySize: vocabulary, kind: .tokenClasses(count: classes))
        case .sequenceClassification: PretokenizedExamples(vocabularySize: vocabulary, kind: .category(count: classes))
        case .questionAnswering: throw ValidationError("question answering learns from texts, not from token ids")
        }
    }
}
