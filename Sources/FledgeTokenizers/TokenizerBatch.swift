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

    /// The encodings of many pairs of texts, on all processors.
    public func encodingBatch(ofPairs pairs: [(String, String)], addSpecialTokens: Bool = true) -> [Encoding] {
        concurrentMap(pairs) { encoding(of: $0.0, pair: $0.1, addSpecialTokens: addSpecialTokens) }
    }

    /// The encodings of many texts, or pairs of texts, cut to a length, on all processors.
    ///
    /// - Throws: ``TokenizerError/cannotTruncate(reason:)`` for the first text that the options leave no room for.
    public func encodingBatch(
        of texts: [(text: String, pair: String?)], addSpecialTokens: Bool = true, truncation: TruncationOptions
    ) throws(TokenizerError) -> [Encoding] {
        let results = concurrentMap(texts) { texts in
            Result { () throws(TokenizerError) in
                try encoding(
                    of: texts.text, pair: texts.pair, addSpecialTokens: addSpecialTokens, truncation: truncation)
            }
        }
        var encodings: [Encoding] = []
        encodings.reserveCapacity(results.count)
        for result in results { encodings.append(try result.get()) }
        return encodings
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
