/// Why a tokenizer could not be trained or saved.
///
/// Corpora are foreign input: every case says what is wrong, where, and what to do about it.
public enum TokenizerTrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The corpus holds no word.
    case emptyCorpus
    /// The vocabulary has no room for what must be in it.
    case vocabularyTooSmall(size: Int, specialTokens: Int, alphabet: Int)
    /// A file cannot be read.
    case unreadable(file: String, reason: String)
    /// A line of a file is not UTF-8.
    case notUTF8(file: String, line: Int)
    /// A line of a file with JSON lines is not what it should be.
    case malformedLine(file: String, line: Int, problem: String)
    /// The output cannot be written.
    case unwritable(path: String, reason: String)
    /// Settings that contradict each other or are out of range.
    case badSetting(String)

    public var description: String {
        switch self {
        case .emptyCorpus:
            "the corpus holds no text, so there is nothing to learn pieces from. Give files that hold some."
        case .vocabularyTooSmall(let size, let specialTokens, let alphabet):
            "a vocabulary of \(size) is too small for \(specialTokens) special and byte tokens and an alphabet of "
                + "\(alphabet) characters. Ask for at least \(specialTokens + alphabet), or cover fewer characters."
        case .unreadable(let file, let reason):
            "\(file): cannot be read: \(reason). Check the path and its permissions."
        case .notUTF8(let file, let line):
            "\(file):\(line): is not UTF-8 text. Convert the file first, for example with iconv -t UTF-8."
        case .malformedLine(let file, let line, let problem):
            "\(file):\(line): \(problem)"
        case .unwritable(let path, let reason):
            "\(path): cannot be written: \(reason). Check that the directory may be written to and that its disk has "
                + "room, or give another one."
        case .badSetting(let problem):
            problem
        }
    }
}
