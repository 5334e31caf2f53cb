/// What all runs have in common: leave out what is done, take the rest in batches, and keep what they give.
struct RunLoop {
    let settings: RunSettings
    let batching: RunBatching
    let directory: String?

    /// - Parameters:
    ///   - lengths: what each example costs.
    ///   - progress: called after each batch.
    ///   - body: gets the numbers of a batch's examples and how far the run is, which it brings up to date, and returns
    ///     their records.
    /// - Returns: the records of all examples.
    /// - Throws: ``RunError``, and what `body` throws.
    func run(
        lengths: [Int], progress: RunProgress.Handler?,
        _ body: (_ batch: [Int], _ state: inout RunProgress) throws -> [RunRecord]
    ) throws -> RunResult {
        guard !lengths.isEmpty else { throw RunError.noExamples }
        let store = try directory.map { try RunDirectory(path: $0, settings: settings) }
        var records = store?.records ?? [:]
        let missing = lengths.indices.filter { records[$0] == nil }
        var state = RunProgress(done: records.count, total: lengths.count, resumed: records.count)
        progress?(state)
        for batch in batching.plan(lengths: missing.map { lengths[$0] }) {
            let done = try body(batch.map { missing[$0] }, &state)
            try store?.append(done)
            for record in done { records[record.index] = record }
            progress?(state)
        }
        try store?.finish()
        return RunResult(
            settings: settings, records: lengths.indices.compactMap { records[$0] },
            resumed: lengths.count - missing.count)
    }
}
