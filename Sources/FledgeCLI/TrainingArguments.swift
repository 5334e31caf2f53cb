public import ArgumentParser
public import Fledge

extension LearningTask: ExpressibleByArgument {}
extension LearningRateSchedule.Kind: ExpressibleByArgument {}

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

    @Option(help: ArgumentHelp("Steps in which the learning rate grows to the full one.", valueName: "count"))
    var warmupSteps = 0

    @Option(help: ArgumentHelp("Of matrices; biases and norms have none.", valueName: "share"))
    var weightDecay: Float = 0

    @Option(help: ArgumentHelp("Longer gradients are shortened to this; 0 for never.", valueName: "length"))
    var maxGradNorm: Float = 1

    @Option(help: ArgumentHelp("adamw, adafactor or sgd.", valueName: "name"))
    var optim = "adamw"

    @Option(help: ArgumentHelp("The share of numbers that training leaves out.", valueName: "probability"))
    var dropout: Float = 0

    @Flag(help: "Keep only what goes into each block, and compute the rest again on the way back: less memory.")
    var gradientCheckpointing = false

    @Option(help: ArgumentHelp("What products are computed in.", valueName: "type"))
    var dtype: WeightType = .float32

    @Option(help: ArgumentHelp("Of everything random.", valueName: "number"))
    var seed: UInt64 = 42

    @Option(
        help: ArgumentHelp("How many threads compute (default: FLEDGE_THREADS, else all cores).", valueName: "count"))
    var threads: Int?

    @Flag(help: "Take examples in the order of the files.")
    var noShuffle = false

    @Option(help: ArgumentHelp("Save a checkpoint every so many steps.", valueName: "count"))
    var saveSteps: Int?

    @Option(help: ArgumentHelp("Keep so many checkpoints, the best one counted.", valueName: "count"))
    var saveTotalLimit: Int?

    @Option(help: ArgumentHelp("Measure the loss on --eval-data every so many steps.", valueName: "count"))
    var evalSteps: Int?

    @Option(help: ArgumentHelp("Stop after so many measurements without a better loss.", valueName: "count"))
    var earlyStoppingPatience: Int?

    @Flag(help: "Go on from the last whole checkpoint in --output.")
    var resume = false

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
    }

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
        if let optimizer = OptimizerSettings(optim: optim) { options.optimizer = optimizer }
        options.dropout = dropout
        options.gradientCheckpointing = gradientCheckpointing
        options.seed = seed
        options.saveSteps = saveSteps
        options.saveTotalLimit = saveTotalLimit
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

/// Where the texts are in a record, and how long they may be.
struct TextFieldArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The field of a document's text, or of the text to classify.", valueName: "name"))
    var textField = "text"

    @Option(help: ArgumentHelp("The field of a second text to classify.", valueName: "name"))
    var textPairField: String?

    @Option(
        help: ArgumentHelp(
            "The field of what a sequence-to-sequence model reads, or of an instruction.", valueName: "name"))
    var sourceField = "source"

    @Option(help: ArgumentHelp("The field of what it must write.", valueName: "name"))
    var targetField = "target"

    @Option(help: ArgumentHelp("Text put before every source.", valueName: "text"))
    var prefix = ""

    @Option(help: ArgumentHelp("The field of a class.", valueName: "name"))
    var labelField = "label"

    @Option(help: ArgumentHelp("The field of the words to label, a list.", valueName: "name"))
    var tokensField = "tokens"

    @Option(help: ArgumentHelp("The field of their labels.", valueName: "name"))
    var tagsField = "tags"

    @Option(help: ArgumentHelp("Tokens of a block of joined documents.", valueName: "count"))
    var blockLength: Int?

    @Flag(help: "Let tokens see the other documents of their block.")
    var wholeBlocks = false

    @Option(help: ArgumentHelp("The share of tokens to mask.", valueName: "share"))
    var maskRate = 0.15

    @Flag(help: "Mask whole words.")
    var wholeWordMask = false

    @Flag(help: "Mask the same tokens in every epoch.")
    var staticMask = false

    @Option(help: ArgumentHelp("Tokens of a text at most; longer ones are cut.", valueName: "count"))
    var maxLength: Int?

    @Option(help: ArgumentHelp("Tokens of a target at most; longer ones are cut.", valueName: "count"))
    var maxTargetLength: Int?

    func validate() throws {
        let lengths = [
            ("--block-length", blockLength), ("--max-length", maxLength), ("--max-target-length", maxTargetLength),
        ]
        for (flag, length) in lengths {
            if let length, length < 1 { throw ValidationError("\(flag) is \(length); give a number above 0") }
        }
        guard maskRate > 0, maskRate <= 1 else {
            throw ValidationError("--mask-rate is \(maskRate); give a share above 0, 1 at most")
        }
    }
}

/// Low-rank adapters.
struct AdapterArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Learn low-rank adapters of this rank instead of the matrices.", valueName: "rank"))
    var loraRank: Int?

    @Option(help: ArgumentHelp("Adapters are multiplied by α / rank.", valueName: "alpha"))
    var loraAlpha: Float = 16

    @Option(help: ArgumentHelp("The share of an adapter's inputs that training leaves out.", valueName: "probability"))
    var loraDropout: Float = 0

    @Option(
        help: ArgumentHelp("Ends of the names of the layers that get one, separated by commas.", valueName: "names"))
    var loraTargetModules = "q,v"

    @Option(help: ArgumentHelp("Go on with adapters that PEFT or Fledge wrote.", valueName: "directory"))
    var adapter: String?

    @Flag(help: "Add the adapters to the matrices when the run is over.")
    var loraMerge = false

    @Option(help: ArgumentHelp("Do not learn parameters whose name has this in it; several times.", valueName: "text"))
    var freeze: [String] = []
}
