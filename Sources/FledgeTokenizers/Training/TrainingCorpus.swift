/// The texts that a tokenizer is trained on: files, texts in memory, or both.
public struct TrainingCorpus: Sendable {
    /// How a file is cut into documents, which no piece spans.
    public enum Format: Sendable, Equatable {
        /// Every line is a document. Byte-level tokenizers see its end too, as in `tokenizers`.
        case lines
        /// The whole file is one document.
        case wholeFile
        /// Every line is a JSON object, and a field of it is a document. Empty lines are skipped.
        case jsonLines(field: String)
    }

    /// A file of the corpus.
    struct File: Sendable {
        let path: String
        let format: Format
    }

    private(set) var files: [File] = []
    private(set) var texts: [String] = []

    /// Creates a corpus of texts in memory, each a document.
    public init(texts: [String] = []) { self.texts = texts }

    /// Adds a file, which is read when a tokenizer is trained.
    ///
    /// - Parameters:
    ///   - path: where it is; `-` is standard input.
    ///   - format: how it is cut into documents.
    public mutating func append(file path: String, format: Format) {
        files.append(File(path: path, format: format))
    }

    /// Counts the words of all documents.
    ///
    /// - Parameters:
    ///   - source: what finds words.
    ///   - keepsLineEnds: whether a line's end is part of its document.
    ///   - threads: how many threads count.
    ///   - progress: what is told how many bytes are done.
    /// - Returns: the words.
    /// - Throws: ``TokenizerTrainingError`` for a file that cannot be read or is not what it should be.
    func words(
        from source: any WordSource, keepsLineEnds: Bool, threads: Int, progress: TrainingProgress.Handler?
    ) throws(TokenizerTrainingError) -> WordCounter {
        let count = CorpusWordCount(source: source, keepsLineEnds: keepsLineEnds, threads: threads)
        count.add(texts: texts)
        var done = 0
        let total = CorpusFileReader.size(of: files.map(\.path))
        for file in files {
            var reader = try CorpusFileReader(path: file.path)
            defer { reader.close() }
            var firstLine = 1
            while let block = try reader.next(wholeFile: file.format == .wholeFile, threads: threads) {
                firstLine += try count.add(block: block, of: file, firstLine: firstLine)
                done += block.count
                progress?(TrainingProgress(stage: .counting, completed: done, total: total))
            }
        }
        return count.result()
    }
}
