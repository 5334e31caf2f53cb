import Dispatch

extension Tokenizer {
    /// The ids of many texts, on all processors.
    ///
    /// - Complexity: the texts are cut into runs of equal number; the result does not depend on how many threads
    ///   there are.
    public func encodeBatch(texts: [String], addSpecialTokens: Bool = true) -> [[Int]] {
        concurrentMap(texts) { encode(text: $0, addSpecialTokens: addSpecialTokens) }
    }

    /// The encodings of many texts, on all processors.
    public func encodingBatch(of texts: [String], addSpecialTokens: Bool = true) -> [Encoding] {
        concurrentMap(texts) { encoding(of: $0, pair: nil, addSpecialTokens: addSpecialTokens) }
    }
}

/// Maps elements in runs that are worth a thread's while.
private func concurrentMap<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ transform: @Sendable (Element) -> Result
) -> [Result] {
    let runLength = 16
    guard elements.count > runLength else { return elements.map(transform) }
    return [Result](unsafeUninitializedCapacity: elements.count) { buffer, count in
        let results = Unchecked(value: buffer)
        DispatchQueue.concurrentPerform(iterations: (elements.count + runLength - 1) / runLength) { run in
            for index in (run * runLength)..<min((run + 1) * runLength, elements.count) {
                results.value.initializeElement(at: index, to: transform(elements[index]))
            }
        }
        count = elements.count
    }
}

/// Carries a value over an isolation boundary that the surrounding code makes safe.
private struct Unchecked<Value>: @unchecked Sendable {
    let value: Value
}
