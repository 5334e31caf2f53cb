import FledgeTensor

/// A model with a head over a data set.
///
/// ```swift
/// let run = TaskRun(TextClassification(classifier), model: model, data: source)
/// let result = try run.run(RunExamples(dataSet, references: []), in: "runs/sentiment")
/// ```
public struct TaskRun<Task: ExampleTask>: Sendable {
    /// The model, and where questions and right answers are in a record.
    public let task: Task
    /// Which model it is.
    public let model: RunModel
    /// Which data the examples are from.
    public let data: RunSource
    /// Which examples go through the model before their records are kept.
    public var batching = RunBatching(tokens: 16_384, sequences: 256)

    /// A run of a task.
    public init(_ task: Task, model: RunModel, data: RunSource) {
        self.task = task
        self.model = model
        self.data = data
    }

    /// Asks the model about all examples that a run in the directory has not done.
    ///
    /// - Parameters:
    ///   - examples: the records; the task knows which of their fields it needs.
    ///   - directory: where the run is kept; nil for nowhere.
    ///   - progress: called after each batch.
    ///   - isCancelled: asked before each batch.
    /// - Returns: what the model answered.
    /// - Throws: ``RunError``; `DataError`; what the task throws; `CancellationError` if it is cancelled.
    public func run(
        _ examples: RunExamples, in directory: String? = nil, progress: RunProgress.Handler? = nil,
        isCancelled: () -> Bool = { _Concurrency.Task.isCancelled }
    ) throws -> RunResult {
        var inputs: [Task.Input] = []
        var hashes: [String] = []
        var references: [[String]] = []
        var lengths: [Int] = []
        try examples.forEachRecord { _, record in
            if isCancelled() { throw CancellationError() }
            let input = try task.input(of: record)
            inputs.append(input)
            hashes.append(ContentDigest.of(text: task.text(of: input)))
            references.append(try task.references(of: record))
            lengths.append(try task.tokenCount(of: input))
        }
        let settings = RunSettings(
            task: task.task, model: model, data: data, options: task.options, examples: inputs.count,
            inputsHash: ContentDigest.of(inputs: hashes, references: references))
        let loop = RunLoop(settings: settings, batching: batching, directory: directory)
        return try loop.run(lengths: lengths, progress: progress) { batch, state in
            if isCancelled() { throw CancellationError() }
            let clock = ContinuousClock()
            let start = clock.now
            let answers = try task.predictions(for: batch.map { inputs[$0] })
            let seconds = (clock.now - start).seconds
            state.done += batch.count
            state.tokens += batch.reduce(0) { $0 + lengths[$1] }
            state.seconds += seconds
            return zip(batch, answers).map { index, answer in
                RunRecord(
                    index: index, promptHash: hashes[index], promptTokens: lengths[index], notes: answer.notes,
                    prediction: answer.prediction, references: references[index],
                    seconds: seconds / Double(batch.count))
            }
        }
    }
}
