/// Why data could not be read.
///
/// Data sets are foreign input: every case names the file and, where there is one, the line, and says what is wrong and
/// what to do about it.
public enum DataError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file or directory cannot be opened or read.
    case unreadable(file: String, reason: String)
    /// A place holds no file that is data.
    case noFiles(path: String)
    /// A file's name does not say what its format is.
    case unknownFormat(file: String)
    /// A file's name says that it is in a format that is not read, such as Parquet.
    case unreadFormat(file: String, format: String)
    /// A record breaks its format, or is not fit for what it is used for. Lines are counted from 1.
    case malformed(file: String, line: Int, problem: String, remedy: String)
    /// A compressed file is to be read in another order than its own, and there is no room for a copy that can be.
    case noRoom(file: String, directory: String, reason: String)
    /// A file is not the one that an index or a position was made for.
    case changed(file: String, problem: String)
    /// A value that the caller gave makes no sense.
    case invalidOption(name: String, problem: String, remedy: String)

    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot be read: \(reason). Check the path and its permissions."
        case .noFiles(let path):
            "\(path): there is no data here: no file that ends in \(DataFormat.fileExtensions.joined(separator: ", ")), "
                + "each with .gz or without. Give the file, or the directory that holds it."
        case .unknownFormat(let file):
            "\(file): the name does not say what the file's format is. Give the format."
        case .unreadFormat(let file, let format):
            "\(file): it is a file of \(format), which Fledge does not read. Convert it to JSON lines (.jsonl) or CSV, "
                + "or give a data set that is in one of these formats."
        case .malformed(let file, let line, let problem, let remedy):
            "\(file): line \(line): \(problem). \(remedy)"
        case .noRoom(let file, let directory, let reason):
            "\(file): to be read in any order it must be decompressed, and its copy cannot be written to "
                + "\(directory): \(reason). Make room there, set TMPDIR to another folder, or read the file in its order."
        case .changed(let file, let problem):
            "\(file): \(problem). The file has changed since then: start again from the beginning."
        case .invalidOption(let name, let problem, let remedy):
            "\(name): \(problem). \(remedy)"
        }
    }
}

extension DataError {
    /// The advice for a record that is not what its format asks for.
    package static let correctLine = "Correct the line, or leave it out."
}
