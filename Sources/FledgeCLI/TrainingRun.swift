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

    func run() async throws {
        let engine = try ModelOptions.engine(threads: arguments.threads)
        let options = try arguments.options()
        let dataSet = try await DataInput.dataSet(arguments.data)
        let isTokenised = try isTokenised(dataSet)
        let name = try objectiveName()
        let choice = TrainingObjective(
            name: name, text: arguments.text, tokenizerDirectory: tokenizerDirectory ?? model)
        let problem = try problem(of: name)
        let labels = isTokenised ? nil : try choice.labels(of: dataSet, problem: problem)
        let model = try learningModel(name.task, labels: labels, problem: problem, engine)
        try adapt(model)
        let objective =
            isTokenised
            ? try choice.tokenised(for: model) : try choice.make(labels: labels ?? [], problem: problem ?? .singleLabel)
        let data = try TrainingData(
            dataSet, objective: objective, options: arguments.batching(), limits: model.limits)
        var evaluation: TrainingData?
        if !arguments.evalData.isEmpty {
            evaluation = try TrainingData(
                await DataInput.dataSet(arguments.evalData), objective: objective,
                options: BatchOptions(size: .examples(arguments.batchSize), shuffles: false), limits: model.limits)
        }
        let store = CheckpointStore(path: arguments.output)
        try store.prepare()
        let trainer = try Trainer(
            model: model, data: data, evaluation: evaluation, options: options, checkpoints: store,
            copiedFiles: tokenizerFiles,
            fingerprint: try fingerprint(name, dataSet, isTokenised: isTokenised, batching: arguments.batching()))
        if arguments.resume, let last = try store.latestValid(report: { Terminal.error("warning: \($0)\n") }) {
            try trainer.resume(from: last, anyway: arguments.resumeAnyway)
        }
        try TrainingReport(arguments, trainer: trainer).run()
        if arguments.lora.loraMerge { model.mergeAdapters() }
        try model.export(to: arguments.output, copying: tokenizerFiles)
    }

    /// What a run that goes on from this one's checkpoints must have in common with it.
    private func fingerprint(
        _ name: ObjectiveName, _ dataSet: DataSet, isTokenised: Bool, batching: BatchOptions
    ) throws -> RunFingerprint {
        var fingerprint = RunFingerprint(isTokenised ? [:] : arguments.text.settings)
        fingerprint.settings["the objective"] = isTokenised ? "\(name.rawValue) from token ids" : name.rawValue
        fingerprint.settings["the seed"] = String(arguments.seed)
        fingerprint.note(batching, accumulation: arguments.gradientAccumulationSteps)
        try fingerprint.note("the data", files: dataSet.files.map(\.path))
        return fingerprint
    }

    /// What a text's label is, as the command line or the configuration says it.
    private func problem(of name: ObjectiveName) throws -> ClassLabels.Problem? {
        guard name == .classification else {
            if arguments.text.problemType != nil {
                throw UserError.usage("--problem-type is for --objective classification; leave it out")
            }
            return nil
        }
        struct Fields: Decodable {
            let problemType: ClassLabels.Problem?
            enum CodingKeys: String, CodingKey { case problemType = "problem_type" }
        }
        return arguments.text.problemType
            ?? (try? JSONDecoder().decode(Fields.self, from: configuration().data))?.problemType
    }

    /// Whether the first record is token ids already.
    private func isTokenised(_ dataSet: DataSet) throws -> Bool {
        guard let first = try RecordReader(dataSet.taking(1)).next() else {
            throw TrainingError.noData(arguments.data.joined(separator: ", "))
        }
        return first["input_ids"] != nil
    }

    /// Without a word about it, what the kind of model is made for.
    private func objectiveName() throws -> ObjectiveName {
        if let objective = arguments.objective { return objective }
        switch try configuration().type {
        case "t5", "mt5", "bart": return .seq2Seq
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

    private func learningModel(
        _ task: LearningTask, labels: [String]?, problem: ClassLabels.Problem?, _ engine: Engine
    ) throws -> LearningModel {
        let configuration = try configuration()
        let config = try TrainingRun.config(configuration.data, labels: labels, problem: problem)
        if let model {
            return try LearningModel(
                directory: model, config: config, task: task, type: arguments.dtype, seed: arguments.seed,
                engine: engine)
        }
        return try LearningModel(
            config: config, path: configuration.path, task: task, type: arguments.dtype, seed: arguments.seed,
            engine: engine)
    }

    /// A configuration with the labels of a data set, and what they are.
    private static func config(_ data: Data, labels: [String]?, problem: ClassLabels.Problem?) throws -> Data {
        guard labels != nil || problem != nil,
            case .object(var fields) = try JSONDecoder().decode(OpaqueJSON.self, from: data)
        else { return data }
        if let problem { fields["problem_type"] = .string(problem.rawValue) }
        guard let labels else { return try ConfigText(data).rewritten(as: fields) }
        var (names, ids): ([String: OpaqueJSON], [String: OpaqueJSON]) = ([:], [:])
        for (index, label) in labels.enumerated() {
            names[String(index)] = .string(label)
            ids[label] = .integer(index)
        }
        fields["id2label"] = .object(names)
        fields["label2id"] = .object(ids)
        fields["num_labels"] = nil
        return try ConfigText(data).rewritten(as: fields)
    }

    private func adapt(_ model: LearningModel) throws {
        for parameter in model.parameters.parameters
        where arguments.lora.freeze.contains(where: { parameter.name.contains($0) }) {
            parameter.isTrainable = false
        }
        if let directory = arguments.lora.adapter {
            return try model.adapt(try LowRankAdapters(directory: directory, for: model))
        }
        guard let rank = arguments.lora.loraRank else { return }
        let names = arguments.lora.loraTargetModules.split(separator: ",").map(String.init)
        try model.adapt(
            .init(
                rank: rank, alpha: arguments.lora.loraAlpha, dropout: arguments.lora.loraDropout, targetModules: names),
            seed: arguments.seed)
    }

    private var tokenizerFiles: [String] {
        guard let directory = tokenizerDirectory ?? model else { return [] }
        let names = [
            "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt",
            "vocab.txt", "spiece.model", "tokenizer.model", "added_tokens.json", "generation_config.json",
        ]
        return names.map { directory.appending(path: $0).path }.filter { FileManager.default.fileExists(atPath: $0) }
    }
}
