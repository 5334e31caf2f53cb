public import ArgumentParser
public import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension LearningTask: ExpressibleByArgument {}
extension LearningRateSchedule.Kind: ExpressibleByArgument {}
extension ClassLabels.Problem: ExpressibleByArgument {}

extension ScheduleOptions: ExpressibleByArgument {
    public init?(argument: String) {
        guard let options = try? JSONDecoder().decode(ScheduleOptions.self, from: Data(argument.utf8)) else {
            return nil
        }
        self = options
    }
}

/// What the commands that train have in common. The flags have the names of transformers' `TrainingArguments`.
struct TrainingArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Data: \(DataInput.places); several times for several. Objects with “input_ids” are taken as tokenised "
                + "already.", valueName: "data"))
    var data: [String]

    @Option(help: ArgumentHelp("Data to measure the loss on.", valueName: "data"))
    var evalData: [String] = []

    @Option(help: ArgumentHelp("What to learn from the data.", valueName: "objective"))
    var objective: ObjectiveName?

    @Option(help: ArgumentHelp("Where the model and its checkpoints go.", valueName: "directory"))
    var output: String

    @Option(help: ArgumentHelp("Examples a step (before accumulation).", valueName: "count"))
    var batchSize = 8

    @Option(help: ArgumentHelp("Tokens a step at most, instead of --batch-size.", valueName: "count"))
    var batchTokens: Int?

    @Option(help: ArgumentHelp("Steps of which gradients are added up.", valueName: "count"))
    var gradientAccumulationSteps = 1

    @Option(help: ArgumentHelp("Stop after so many steps; instead of --num-train-epochs.", valueName: "count"))
    var maxSteps: Int?

    @Option(help: ArgumentHelp("Passes over the data.", valueName: "count"))
    var numTrainEpochs = 1

    @Option(help: ArgumentHelp("The full learning rate.", valueName: "rate"))
    var learningRate = 5e-5

    @Option(help: ArgumentHelp("How the learning rate goes on after the warm-up.", valueName: "type"))
    var lrSchedulerType = LearningRateSchedule.Kind.linear

    @Option(
        help: ArgumentHelp(
            "What the type can be told, as JSON: '{\"num_cycles\": 2}', '{\"min_lr\": 1e-6}', '{\"num_decay_steps\": 100}'; "
                + "a recipe may write it as a list of names and values.", valueName: "json"))
    var lrSchedulerKwargs: ScheduleOptions?

    @Option(help: ArgumentHelp("Steps in which the learning rate grows to the full one.", valueName: "count"))
    var warmupSteps = 0

    @Option(
        help: ArgumentHelp("The share of all steps in which it grows, instead of --warmup-steps.", valueName: "share"))
    var warmupRatio: Double?

    @Option(help: ArgumentHelp("Of matrices; biases and norms have none.", valueName: "share"))
    var weightDecay: Float = 0

    @Option(help: ArgumentHelp("Longer gradients are shortened to this; 0 for never.", valueName: "length"))
    var maxGradNorm: Float = 1

    @Option(help: ArgumentHelp("adamw, adafactor or sgd.", valueName: "name"))
    var optim = "adamw"

    @Option(help: ArgumentHelp("How much AdamW keeps of the gradients' mean (default: 0.9).", valueName: "share"))
    var adamBeta1: Double?

    @Option(help: ArgumentHelp("How much AdamW keeps of their squares' mean (default: 0.999).", valueName: "share"))
    var adamBeta2: Double?

    @Option(help: ArgumentHelp("What AdamW adds to what it divides by (default: 1e-8).", valueName: "number"))
    var adamEpsilon: Double?

    @Option(help: ArgumentHelp("The share of numbers that training leaves out.", valueName: "probability"))
    var dropout: Float = 0

    @Flag(help: "Keep only what goes into each block, and compute the rest again on the way back: less memory.")
    var gradientCheckpointing = false

    @Option(
        help: ArgumentHelp(
            "The share of a label that is spread over all classes, in the evaluation's loss too.", valueName: "share"))
    var labelSmoothingFactor: Float = 0

    @Option(
        help: ArgumentHelp("What products are computed in. int8 is for --lora-rank and --adapter.", valueName: "type"))
    var dtype: WeightType = .float32

    @Option(help: ArgumentHelp("Of everything random.", valueName: "number"))
    var seed: UInt64 = 42

    @Option(
        help: ArgumentHelp("How many threads compute (default: FLEDGE_THREADS, else all cores).", valueName: "count"))
    var threads: Int?

    @Flag(help: "Take examples in the order of the files.")
    var noShuffle = false

    @Option(
        help: ArgumentHelp(
            "Save a checkpoint every so many steps (default: every 10 minutes, and at the end).", valueName: "count"))
    var saveSteps: Int?

    @Option(
        help: ArgumentHelp(
            "Keep so many checkpoints, the best one counted (default: all with --save-steps, else 2).",
            valueName: "count"))
    var saveTotalLimit: Int?

    @Option(
        help: ArgumentHelp(
            "Measure the loss, and of a classifier the accuracy, on --eval-data every so many steps.",
            valueName: "count"))
    var evalSteps: Int?

    @Option(help: ArgumentHelp("What the best model is best in: loss or accuracy.", valueName: "name"))
    var metricForBestModel = "loss"

    @Option(help: ArgumentHelp("Stop after so many measurements without a better one.", valueName: "count"))
    var earlyStoppingPatience: Int?

    @Flag(help: "End with the weights that were the best when measured (default with --early-stopping-patience).")
    var loadBestModelAtEnd = false

    @Flag(help: "End with the last weights in any case.")
    var noLoadBestModelAtEnd = false

    @Option(help: ArgumentHelp("End with the mean of the weights of so many last checkpoints.", valueName: "count"))
    var averageCheckpoints: Int?

    @Flag(help: "Go on from the last whole checkpoint in --output.")
    var resume = false

    @Flag(help: "With --resume: also with other data, seed or batches than the checkpoint's; data begin anew then.")
    var resumeAnyway = false

    @Option(help: ArgumentHelp("One JSON object a step goes there.", valueName: "file"))
    var logFile: String?

    @Option(help: ArgumentHelp("Event files for TensorBoard go there.", valueName: "directory"))
    var tensorboard: String?

    @Flag(help: "Tell where the time of a step goes, beside what the machine's products reach.")
    var profile = false

    @OptionGroup(title: "Text") var text: TextFieldArguments
    @OptionGroup(title: "Low-rank adaptation") var lora: AdapterArguments

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    func validate() throws {
        for (flag, count) in [("--batch-size", batchSize), ("--batch-tokens", batchTokens ?? 1)]
        where !(1...1 << 40).contains(count) {
            throw ValidationError("\(flag) is \(count); give a number above 0")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads); give a number from 1 to 1024, or leave it out")
        }
        if OptimizerSettings(optim: optim) == nil {
            throw ValidationError("--optim is “\(optim)”; it must be adamw, adafactor or sgd")
        }
        if TrainingOptions.Metric(name: metricForBestModel) == nil {
            throw ValidationError("--metric-for-best-model is “\(metricForBestModel)”; it must be loss or accuracy")
        }
        let constants = [("--adam-beta1", adamBeta1), ("--adam-beta2", adamBeta2), ("--adam-epsilon", adamEpsilon)]
        if let (flag, _) = constants.first(where: { $0.1 != nil }), !optim.hasPrefix("adamw") {
            throw ValidationError("\(flag) is for AdamW; leave it out with --optim \(optim)")
        }
        if loadBestModelAtEnd, noLoadBestModelAtEnd {
            throw ValidationError("--load-best-model-at-end and its opposite exclude each other; leave one out")
        }
        if resumeAnyway, !resume { throw ValidationError("--resume-anyway goes with --resume; give that too") }
        if evalData.isEmpty {
            let idle = [
                ("--eval-steps", evalSteps != nil), ("--early-stopping-patience", earlyStoppingPatience ?? 0 > 0),
                ("--metric-for-best-model", metric != .loss),
                ("--load-best-model-at-end", loadBestModelAtEnd),
            ]
            if let (flag, _) = idle.first(where: \.1) {
                throw ValidationError("\(flag) needs something to measure; give --eval-data, or leave it out")
            }
        }
    }

    private var metric: TrainingOptions.Metric { .init(name: metricForBestModel) ?? .loss }

    func options() throws -> TrainingOptions {
        var options = TrainingOptions()
        options.maxSteps = maxSteps
        options.numTrainEpochs = numTrainEpochs
        options.learningRate = learningRate
        options.weightDecay = weightDecay
        options.warmupSteps = warmupSteps
        options.schedule = lrSchedulerType
        options.maxGradNorm = maxGradNorm
        options.gradientAccumulationSteps = gradientAccumulationSteps
        options.warmupRatio = warmupRatio
        if let lrSchedulerKwargs { options.scheduleOptions = lrSchedulerKwargs }
        if let optimizer = OptimizerSettings(optim: optim) { options.optimizer = optimizer }
        if case .adamW(var settings) = options.optimizer {
            settings.beta1 = adamBeta1 ?? settings.beta1
            settings.beta2 = adamBeta2 ?? settings.beta2
            settings.epsilon = adamEpsilon ?? settings.epsilon
            options.optimizer = .adamW(settings)
        }
        options.labelSmoothingFactor = labelSmoothingFactor
        options.dropout = dropout
        options.gradientCheckpointing = gradientCheckpointing
        options.seed = seed
        options.saveSteps = saveSteps
        options.saveSeconds = saveSteps == nil ? 600 : nil
        options.saveTotalLimit = saveTotalLimit ?? (saveSteps == nil ? max(2, averageCheckpoints ?? 2) : nil)
        options.metricForBestModel = metric
        options.loadBestModelAtEnd = loadBestModelAtEnd ? true : noLoadBestModelAtEnd ? false : nil
        options.averagedCheckpoints = averageCheckpoints
        options.evalSteps = evalSteps ?? (evalData.isEmpty ? nil : 500)
        options.earlyStoppingPatience = earlyStoppingPatience
        return options
    }

    func batching() -> BatchOptions {
        BatchOptions(
            size: batchTokens.map { .tokens($0) } ?? .examples(batchSize), shuffles: !noShuffle, seed: seed,
            poolBatches: noShuffle ? 1 : 16)
    }
}

/// What to learn, as the command line calls it.
enum ObjectiveName: String, ExpressibleByArgument, CaseIterable {
    case causalLM = "causal-lm"
    case maskedLM = "masked-lm"
    case spanCorruption = "span-corruption"
    case denoising
    case seq2Seq = "seq2seq"
    case instruction
    case classification
    case tokenClassification = "token-classification"
    case questionAnswering = "question-answering"

    /// The head that it needs.
    var task: LearningTask {
        switch self {
        case .causalLM, .instruction: .causalLM
        case .maskedLM: .maskedLM
        case .spanCorruption, .denoising, .seq2Seq: .seq2SeqLM
        case .classification: .sequenceClassification
        case .tokenClassification: .tokenClassification
        case .questionAnswering: .questionAnswering
        }
    }
}
