/// Why a run cannot be made or gone on with.
public enum RunError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A setting that differs between a run on disk and the one that is asked for, both as JSON has them.
    public struct Difference: Sendable, Equatable, CustomStringConvertible {
        /// The setting, such as `generation.max_new_tokens`.
        public let setting: String
        /// What the run on disk was made with.
        public let recorded: String
        /// What is asked for.
        public let wanted: String

        public var description: String { "\(setting) was \(recorded) and is \(wanted)" }
    }

    /// The directory holds a run that was made with other settings.
    case otherSettings(directory: String, differences: [Difference])
    /// A file of a run breaks its format. Lines are counted from 1; 0 stands for the whole file.
    case damaged(file: String, line: Int, problem: String)
    /// The directory holds a file of examples without the settings that they were made with.
    case noSettings(directory: String, file: String)
    /// Another process is writing the run.
    case inUse(directory: String)
    /// A file cannot be read.
    case unreadable(file: String, reason: String)
    /// A file cannot be written.
    case unwritable(file: String, reason: String)
    /// The data set has no records.
    case noExamples
    /// A value that the caller gave makes no sense.
    case invalidOption(name: String, problem: String, remedy: String)

    public var description: String {
        switch self {
        case .otherSettings(let directory, let differences):
            "\(directory): holds a run with other settings: "
                + differences.prefix(5).map(\.description).joined(separator: ", ")
                + (differences.count > 5 ? " and \(differences.count - 5) more" : "")
                + "; give another directory, or the same settings to go on with it"
        case .damaged(let file, let line, let problem):
            "\(file): " + (line > 0 ? "line \(line): " : "") + "\(problem); correct it, or begin in another directory"
        case .noSettings(let directory, let file):
            "\(directory): holds \(file) and no \(RunDirectory.settingsName), so that nobody knows what made it; give "
                + "another directory"
        case .inUse(let directory):
            "\(directory): another process is writing this run; wait for it, or give another directory"
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason); check the path"
        case .unwritable(let file, let reason):
            "\(file): cannot be written: \(reason); check the directory and the free space"
        case .noExamples: "the data have no records; give at least one"
        case .invalidOption(let name, let problem, let remedy): "\(name): \(problem). \(remedy)"
        }
    }
}
