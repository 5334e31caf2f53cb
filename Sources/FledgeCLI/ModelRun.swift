import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A model over a data set, as the flags ask for it.
struct ModelRun {
    let options: ModelRunOptions
    let generation: GenerationOptions
    let engine: Engine

    init(_ options: ModelRunOptions, _ generation: GenerationOptions) throws {
        self.options = options
        self.generation = generation
        engine = try ModelOptions.engine(threads: options.threads)
    }

    private var type: WeightType { options.dtype ?? .float32 }
    private var seed: UInt64 { generation.seed ?? 0 }
    /// How demonstrations are chosen, nil without any.
    private var selection: String? {
        (options.shots ?? 0) > 0 ? options.demonstrations.description(seed: seed) : nil
    }

    /// Runs the model; a progress bar shows how far it is, and Control-C stops it after a token.
    ///
    /// - Returns: what it gave, and how long the model took to load.
    /// - Throws: errors of the library, and `CancellationError` when it was stopped.
    func run() async throws -> (result: RunResult, loadSeconds: Double) {
        let name = options.model ?? ""
        let directory = try await ModelOptions.directory(of: name)
        let clock = ContinuousClock()
        let start = clock.now
        let whole = try await dataSet()
        let model = try RunModel(name: name, directory: directory, type: type)
        let data = try RunSource(name: options.data ?? "", dataSet: whole)
        let limited = options.limit.map { whole.taking($0) } ?? whole
        let terminal = TerminalProgress()
        let interruption = Interruption()
        let progress: RunProgress.Handler = { state in terminal.draw(state.bar) }
        defer { terminal.clear() }
        func finish(_ body: (Double) throws -> RunResult) throws -> (result: RunResult, loadSeconds: Double) {
            let loadSeconds = (clock.now - start).seconds
            return (try body(loadSeconds), loadSeconds)
        }
        func answer(_ task: some ExampleTask) throws -> (result: RunResult, loadSeconds: Double) {
            try finish { _ in
                try TaskRun(task, model: model, data: data).run(
                    RunExamples(limited, references: []), in: options.output, progress: progress,
                    isCancelled: { interruption.happened })
            }
        }
        let reference = options.referenceField.first
        switch options.chosenTask {
        case .classification:
            return try answer(
                TextClassification(
                    try .from(directory: directory, type: type, engine: engine), text: options.inputField ?? "text",
                    pair: options.pairField, label: reference ?? "label"))
        case .ner:
            return try answer(
                EntityTagging(
                    try .from(directory: directory, type: type, engine: engine),
                    tokens: options.inputField ?? "tokens", tags: reference ?? "tags"))
        case .qa:
            return try answer(
                QuestionAnswering(
                    try .from(directory: directory, type: type, engine: engine),
                    question: options.inputField ?? "question", context: options.contextField ?? "context",
                    answers: reference ?? "answers"))
        case .generation:
            let (run, examples) = try await prompted(directory, whole, limited, model, data)
            return try finish { _ in
                try run.run(
                    examples, in: options.output, progress: progress, isCancelled: { interruption.happened })
            }
        case .perplexity:
            let (run, examples) = try await perplexity(directory, whole, limited, model, data)
            return try finish { _ in
                try run.run(
                    examples, in: options.output, progress: progress, isCancelled: { interruption.happened })
            }
        }
    }

    /// The data; for perplexity a plain text is one document.
    private func dataSet() async throws -> DataSet {
        let dataSet = try await DataInput.dataSet(options.data ?? "")
        guard options.chosenTask == .perplexity else { return dataSet }
        return DataSet(
            files: dataSet.files.map { file in
                guard case .text = file.format else { return file }
                return DataFile(path: file.path, format: .text(.document))
            })
    }

    private func prompted(
        _ directory: URL, _ whole: DataSet, _ limited: DataSet, _ model: RunModel, _ data: RunSource
    ) async throws -> (PromptedRun, RunExamples) {
        let generator = try TextGenerator.from(directory: directory, type: type, engine: engine)
        // The seed is that of resamples too.
        let config = try generation.applied(to: generator.config, seedCounts: true)
        let prompts = try await prompts(directory, whole)
        var run = try PromptedRun(generator, builder: prompts.builder, config: config, model: model, data: data)
        run.selection = selection
        run.shotData = prompts.shotData
        run.keepsPrompts = options.keepPrompts
        if let size = options.batchSize { run.batching.sequences = size }
        return (run, prompts.examples(limited))
    }

    private func perplexity(
        _ directory: URL, _ whole: DataSet, _ limited: DataSet, _ model: RunModel, _ data: RunSource
    ) async throws -> (PerplexityRun, RunExamples) {
        let generator = try TextGenerator.from(directory: directory, type: type, engine: engine)
        guard options.template != nil else {
            let scoring = PerplexityRun.Scoring.text(
                field: options.inputField ?? "text", window: options.window, stride: options.stride)
            return (
                PerplexityRun(generator, scoring: scoring, model: model, data: data),
                RunExamples(limited, references: [])
            )
        }
        let prompts = try await prompts(directory, whole)
        var run = PerplexityRun(generator, scoring: .references(prompts.builder), model: model, data: data)
        run.selection = selection
        run.shotData = prompts.shotData
        return (run, prompts.examples(limited))
    }

    /// The prompts, and what the fields of the data are called in them.
    private func prompts(_ directory: URL, _ whole: DataSet) async throws -> RunPrompts {
        var prompts = try RunPrompts(options)
        if options.chat { prompts.builder.chat = try ChatTemplate(directory: directory) }
        guard let shots = options.shots, shots > 0 else { return prompts }
        var source = whole
        if let place = options.demonstrations.shotData {
            source = try await DataInput.dataSet(place)
            prompts.shotData = try RunSource(name: place, dataSet: source)
        }
        let pool = DemonstrationPool(try IndexedDataSet(prompts.renamed(source)))
        let selection = try await options.demonstrations.selection(
            from: pool, template: prompts.builder.template, seed: seed)
        prompts.builder.demonstrations = Demonstrations(pool, selection: selection, count: shots)
        return prompts
    }
}

extension RunProgress {
    /// The state as a bar.
    var bar: ProgressBar {
        ProgressBar(
            label: "evaluate", completed: Int64(done), total: Int64(total), unit: .items("examples"),
            unitsPerSecond: examplesPerSecond)
    }
}
