/// The checkpoints of one run: a directory with a directory `checkpoint-<step>` for each.
///
/// A checkpoint is written into a hidden directory beside its place, every file and directory is brought to the disk,
/// and then it is renamed. So whatever has a final name is complete, at whatever moment the process or the machine stops,
/// and the checkpoint before is there until the next one is.
public struct CheckpointStore: Sendable {
    /// The directory.
    public let path: String

    private static let prefix = "checkpoint-"
    private static let partial = ".partial"
    private static let replaced = ".replaced"
    private static let removed = ".removed"
    private static let distrusted = ".not-finite"

    public init(path: String) { self.path = path }

    /// Where the checkpoint of a step is or will be.
    public func path(ofStep step: Int) -> String { "\(path)/\(Self.prefix)\(step)" }

    /// Makes the directory, so that one that cannot be written is known before hours of work and not after them.
    ///
    /// - Throws: ``CheckpointError``, also while another process saves there.
    public func prepare() throws(CheckpointError) {
        try CheckpointFiles.createDirectory(path)
        _ = try CheckpointLock(directory: path)
    }

    /// Writes a checkpoint of the step `contents.state.step`, then removes those that are too many. What a save that was
    /// killed left behind is removed too.
    ///
    /// Tensors are written from where they lie: memory does not grow with the model.
    ///
    /// - Parameters:
    ///   - contents: What to write.
    ///   - limit: How many checkpoints to keep, the best one counted, but never only the best; nil for all. Those with
    ///     missing or cut files do not count and stay.
    ///   - best: The step that is kept in any case.
    /// - Returns: The checkpoint's directory.
    /// - Throws: ``CheckpointError``; the checkpoints before are as they were.
    @discardableResult
    public func save(
        _ contents: CheckpointContents, limit: Int? = nil, best: Int? = nil
    ) throws(CheckpointError) -> String {
        guard contents.state.step >= 0 else { throw .badName("\(Self.prefix)\(contents.state.step)") }
        try CheckpointFiles.createDirectory(path)
        let lock = try CheckpointLock(directory: path)
        defer { withExtendedLifetime(lock) {} }
        try removeLeftovers()
        let final = path(ofStep: contents.state.step)
        let hidden = hiddenPath(contents.state.step, Self.partial)
        do throws(CheckpointError) {
            try write(contents, to: hidden)
            try replace(final, with: hidden, step: contents.state.step)
            let mark = hiddenPath(contents.state.step, Self.distrusted)
            if CheckpointFiles.exists(mark) { try CheckpointFiles.remove(mark) }
        } catch {
            try? CheckpointFiles.remove(hidden)
            throw error
        }
        if let limit { try rotate(limit: limit, best: best, newest: contents.state.step) }
        return final
    }

    /// The steps that have a checkpoint, complete or not, in order.
    ///
    /// - Throws: ``CheckpointError/unreadable(_:_:)``.
    public func steps() throws(CheckpointError) -> [Int] {
        try places().map(\.step)
    }

    /// Notes that the weights of a checkpoint have given numbers that are not finite: ``latestValid(report:)`` passes it
    /// over until it is saved again.
    ///
    /// - Throws: ``CheckpointError``.
    public func distrust(step: Int) throws(CheckpointError) {
        try CheckpointFiles.createEmpty(hiddenPath(step, Self.distrusted))
    }

    /// The newest checkpoint that is whole and was not found to give numbers that are not finite.
    ///
    /// - Parameter report: Called with a sentence about each newer one that is damaged.
    /// - Returns: The checkpoint; nil where there is none.
    /// - Throws: ``CheckpointError/unreadable(_:_:)`` if the directory cannot be listed.
    public func latestValid(report: (String) -> Void = { _ in }) throws(CheckpointError) -> TrainingCheckpoint? {
        for place in try places().reversed() {
            if CheckpointFiles.exists(hiddenPath(place.step, Self.distrusted)) {
                report("\(place.path): its weights have given numbers that are not finite; it is passed over")
                continue
            }
            do throws(CheckpointError) {
                return try TrainingCheckpoint(path: place.path)
            } catch {
                report("\(error)")
            }
        }
        return nil
    }

    /// The checkpoint of one step.
    ///
    /// - Throws: ``CheckpointError``.
    public func checkpoint(step: Int) throws(CheckpointError) -> TrainingCheckpoint {
        guard let place = try places().first(where: { $0.step == step }) else { throw .notFound(path(ofStep: step)) }
        return try TrainingCheckpoint(path: place.path)
    }

    private func hiddenPath(_ step: Int, _ suffix: String) -> String { "\(path)/.\(Self.prefix)\(step)\(suffix)" }

    /// All checkpoints in order of their steps. One that was about to be replaced when the process was killed is still
    /// under its hidden name.
    private func places() throws(CheckpointError) -> [(step: Int, path: String)] {
        let names = try CheckpointFiles.names(in: path)
        var places: [Int: String] = [:]
        for name in names {
            if let step = Self.step(of: name, start: "." + Self.prefix, end: Self.replaced) {
                places[step] = path + "/" + name
            }
        }
        for name in names {
            if let step = Self.step(of: name, start: Self.prefix, end: "") { places[step] = path + "/" + name }
        }
        return places.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    private static func step(of name: String, start: String, end: String) -> Int? {
        guard name.hasPrefix(start), name.hasSuffix(end), name.count > start.count + end.count else { return nil }
        let digits = name.dropFirst(start.count).dropLast(end.count)
        guard let step = Int(digits), step >= 0, String(step) == digits else { return nil }
        return step
    }

    private func removeLeftovers() throws(CheckpointError) {
        for name in try CheckpointFiles.names(in: path) where name.hasPrefix("." + Self.prefix) {
            let full = path + "/" + name
            if let step = Self.step(of: name, start: "." + Self.prefix, end: Self.replaced),
                !CheckpointFiles.exists(path(ofStep: step))
            {
                try CheckpointFiles.move(full, to: path(ofStep: step))
            } else if [Self.partial, Self.replaced, Self.removed].contains(where: { name.hasSuffix($0) }) {
                try CheckpointFiles.remove(full)
            }
        }
    }

    private func write(_ contents: CheckpointContents, to hidden: String) throws(CheckpointError) {
        var writer = try CheckpointWriter(path: hidden)
        try writer.add(contents.model, metadata: ["format": "pt"], as: TrainingCheckpoint.modelName)
        if let optimizer = contents.optimizer {
            try writer.add(
                optimizer.tensors, metadata: ["optimizer": optimizer.kind], as: TrainingCheckpoint.optimizerName)
        }
        try writer.add(contents.state, as: TrainingCheckpoint.stateName)
        for (name, bytes) in contents.writtenFiles.sorted(by: { $0.key < $1.key }) {
            try writer.add(bytes: bytes, as: name)
        }
        for file in contents.copiedFiles { try writer.add(copyOf: file) }
        try writer.finish(step: contents.state.step)
    }

    private func replace(_ final: String, with hidden: String, step: Int) throws(CheckpointError) {
        let old = hiddenPath(step, Self.replaced)
        let isThere = CheckpointFiles.exists(final)
        if isThere { try CheckpointFiles.move(final, to: old) }
        do throws(CheckpointError) {
            try CheckpointFiles.move(hidden, to: final)
        } catch {
            if isThere { try? CheckpointFiles.move(old, to: final) }
            throw error
        }
        try CheckpointFiles.synchronizeDirectory(path)
        if isThere { try CheckpointFiles.remove(old) }
    }

    /// Removes the oldest checkpoints. Each is renamed first, so that none is ever seen half removed.
    private func rotate(limit: Int, best: Int?, newest: Int) throws(CheckpointError) {
        let complete = try places().filter { place in
            (try? CheckpointManifest(checkpoint: place.path).checkSizes(in: place.path)) != nil
        }
        var kept = Set([newest])
        if let best, complete.contains(where: { $0.step == best }) { kept.insert(best) }
        for place in complete.reversed() where kept.count < limit { kept.insert(place.step) }
        for place in complete where !kept.contains(place.step) {
            let hidden = hiddenPath(place.step, Self.removed)
            try CheckpointFiles.move(place.path, to: hidden)
            try CheckpointFiles.remove(hidden)
        }
    }
}
