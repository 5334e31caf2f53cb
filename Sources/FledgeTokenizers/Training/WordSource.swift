/// Finds the words of documents: what a tokenizer's model will see one by one.
///
/// They are exactly those that the trained tokenizer's own normalizer and pre-tokenizer give.
protocol WordSource: Sendable {
    /// Counts the words of a document, which is valid UTF-8.
    func addWords(of document: UnsafeBufferPointer<UInt8>, to counter: inout WordCounter)
}
