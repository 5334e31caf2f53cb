/// Keeps the scores of the present step after each processor.
///
/// One generation of one sequence writes to it and reads it, on one thread.
final class StepRecorder: @unchecked Sendable {
    private(set) var rows: [(name: String, scores: [Float])] = []

    /// The processors with something after each that keeps what they did, and something before the first.
    func recording(_ processors: [any LogitsProcessor]) -> [any LogitsProcessor] {
        let first = RecordedProcessor(base: nil, name: "model", recorder: self)
        return [first] + processors.map { RecordedProcessor(base: $0, name: StepRecorder.name(of: $0), recorder: self) }
    }

    fileprivate func record(_ name: String, _ scores: UnsafeMutableBufferPointer<Float>, isFirst: Bool) {
        if isFirst { rows.removeAll(keepingCapacity: true) }
        rows.append((name, Array(scores)))
    }

    /// The type's name in the style of the settings: `TopK` is `top_k`.
    static func name(of processor: any LogitsProcessor) -> String {
        var name = ""
        for character in "\(type(of: processor))" {
            if character.isUppercase, !name.isEmpty { name += "_" }
            name += character.lowercased()
        }
        return name
    }
}

private struct RecordedProcessor: LogitsProcessor {
    let base: (any LogitsProcessor)?
    let name: String
    let recorder: StepRecorder

    func process(_ logits: UnsafeMutableBufferPointer<Float>, context: TokenContext) {
        base?.process(logits, context: context)
        recorder.record(name, logits, isFirst: base == nil)
    }
}
