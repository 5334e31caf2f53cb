public import ArgumentParser
public import Fledge

/// A model over a data set: which, and where questions and answers are.
struct ModelRunOptions: ParsableArguments {
    @Option(help: ModelOptions.modelHelp)
    var model: String?

    @Option(help: ArgumentHelp("How weights are stored (default: float32).", valueName: "type"))
    var dtype: WeightType?

    @Option(
        help: ArgumentHelp(
            "How many threads compute (default: FLEDGE_THREADS, else the machine's physical cores).",
            valueName: "count"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "What the model does: generation, classification, ner, qa or perplexity (default: generation).",
            valueName: "task"))
    var task: RunTask?

    @Option(help: ArgumentHelp("The examples: \(DataInput.places).", valueName: "data"))
    var data: String?

    @Option(help: ArgumentHelp("Only the first examples.", valueName: "count"))
    var limit: Int?

    @Option(
        help: ArgumentHelp(
            "Prompts by a template: a built-in one (see fledge prompt --list), or a file. Without one the prompt is "
                + "--input-field.", valueName: "name-or-file"))
    var template: String?

    @Option(
        help: ArgumentHelp("The data call a field of the template otherwise.", valueName: "field=column"),
        transform: FieldPair.init(parsing:))
    var map: [FieldPair] = []

    @Option(
        help: ArgumentHelp(
            "The column of the input: the template's first one, or text, tokens (ner), question (qa).",
            valueName: "column"))
    var inputField: String?

    @Option(help: ArgumentHelp("Classification: the column of a second text.", valueName: "column"))
    var pairField: String?

    @Option(
        help: ArgumentHelp("qa: the column of the text that has the answer (default: context).", valueName: "column"))
    var contextField: String?

    @Option(
        help: ArgumentHelp(
            "The column of the right answer, a text or a list of texts: the template's target, or label, tags (ner), "
                + "answers (qa). Several columns hold several right answers.", valueName: "column"))
    var referenceField: [String] = []

    @Flag(help: "Prompts in the form of the model's chat template.")
    var chat = false

    @Option(help: ArgumentHelp("How many demonstrations (default: 0).", valueName: "count"))
    var shots: Int?

    @OptionGroup var demonstrations: DemonstrationOptions

    @Option(help: ArgumentHelp("Perplexity: tokens of a window (default: the model's context).", valueName: "count"))
    var window: Int?

    @Option(help: ArgumentHelp("Perplexity: tokens that a window scores (default: half of it).", valueName: "count"))
    var stride: Int?

    @Option(help: ArgumentHelp("Generation: prompts of a batch at most (default: 64).", valueName: "count"))
    var batchSize: Int?

    @Option(
        help: ArgumentHelp(
            "A directory for results.json and examples.jsonl. The same command goes on with a run that was stopped.",
            valueName: "directory"))
    var output: String?

    @Flag(help: "Keep the prompts' texts in examples.jsonl.")
    var keepPrompts = false

    /// What the model does.
    var chosenTask: RunTask { task ?? .generation }

    /// The metrics of a task that says which.
    var usualMetrics: [StandardMetric] {
        switch chosenTask {
        case .generation, .perplexity: []
        case .classification: [.accuracy, .f1]
        case .ner: [.seqeval]
        case .qa: [.squad]
        }
    }

    func validate() throws {
        if model == nil {
            if let flag = firstGiven {
                throw ValidationError("\(flag) goes with --model; add it, or leave \(flag) out")
            }
            return
        }
        if data == nil { throw ValidationError("the model has no examples; give --data") }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads); give a number from 1 to 1024, or leave it out")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit); it must be at least 1") }
        if let batchSize, batchSize < 1 { throw ValidationError("--batch-size is \(batchSize); it must be at least 1") }
        try validateTask()
        try demonstrations.check(shots: shots)
    }

    private func validateTask() throws {
        let owners: [(String, Bool, [RunTask])] = [
            ("--template", template != nil, [.generation, .perplexity]),
            ("--map", !map.isEmpty, [.generation, .perplexity]),
            ("--chat", chat, [.generation, .perplexity]),
            ("--shots", (shots ?? 0) > 0, [.generation, .perplexity]),
            ("--keep-prompts", keepPrompts, [.generation]),
            ("--batch-size", batchSize != nil, [.generation]),
            ("--pair-field", pairField != nil, [.classification]), ("--context-field", contextField != nil, [.qa]),
            ("--window", window != nil, [.perplexity]), ("--stride", stride != nil, [.perplexity]),
        ]
        for (flag, isGiven, tasks) in owners where isGiven && !tasks.contains(chosenTask) {
            let names = tasks.map(\.rawValue).joined(separator: " and ")
            throw ValidationError("\(flag) is for \(names); leave it out, or give another --task")
        }
        if chosenTask == .generation, template == nil {
            if inputField == nil { throw ValidationError("there is no prompt; give --template, or --input-field") }
            if (shots ?? 0) > 0 { throw ValidationError("--shots goes with --template; add it, or leave --shots out") }
            if !map.isEmpty { throw ValidationError("--map goes with --template; add it, or leave --map out") }
        }
        if chosenTask != .generation, referenceField.count > 1 {
            throw ValidationError("\(chosenTask.rawValue) takes one --reference-field; a list holds several answers")
        }
        if chosenTask == .perplexity {
            let idle = [
                ("--window", window != nil && template != nil), ("--stride", stride != nil && template != nil),
                ("--map", !map.isEmpty && template == nil), ("--chat", chat && template == nil),
                ("--shots", (shots ?? 0) > 0 && template == nil),
                ("--reference-field", !referenceField.isEmpty && template == nil),
            ]
            if let (flag, _) = idle.first(where: \.1) {
                throw ValidationError(
                    "\(flag) has no effect \(template == nil ? "without" : "with") --template; leave one out")
            }
        }
    }

    /// The first flag that was given, for when there is no model.
    private var firstGiven: String? {
        let flags = [
            ("--dtype", dtype != nil), ("--threads", threads != nil), ("--task", task != nil), ("--data", data != nil),
            ("--limit", limit != nil), ("--template", template != nil), ("--map", !map.isEmpty),
            ("--input-field", inputField != nil), ("--pair-field", pairField != nil),
            ("--context-field", contextField != nil), ("--reference-field", !referenceField.isEmpty), ("--chat", chat),
            ("--shots", shots != nil), ("--window", window != nil), ("--stride", stride != nil),
            ("--batch-size", batchSize != nil), ("--output", output != nil), ("--keep-prompts", keepPrompts),
        ]
        return flags.first(where: \.1)?.0 ?? demonstrations.firstGiven
    }
}

extension RunTask: ExpressibleByArgument {}
