/// Words of GPT-2: pieces of its pattern. They stay bytes; the visible characters that stand for them come later.
struct ByteLevelWords: WordSource {
    let lowercases: Bool

    func addWords(of document: UnsafeBufferPointer<UInt8>, to counter: inout WordCounter) {
        guard lowercases else { return split(document, to: &counter) }
        var text = AlignedText(original: document, range: 0..<document.count, isTracked: false)
        LowercaseNormalizer().normalize(&text)
        text.bytes.withUnsafeBufferPointer { split($0, to: &counter) }
    }

    private func split(_ text: UnsafeBufferPointer<UInt8>, to counter: inout WordCounter) {
        let bytes = UnsafeRawBufferPointer(text)
        GPT2Scanner().forEachPiece(of: text) { range, _ in
            counter.add(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }
}
