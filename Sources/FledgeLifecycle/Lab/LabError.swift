/// Why a lab cannot be run.
public enum LabError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A value that the caller gave makes no sense.
    case badOption(name: String, problem: String, remedy: String)
    /// The folder holds a lab with another plan.
    case otherPlan(folder: String)
    /// The folder cannot be written or read.
    case unusableFolder(folder: String, problem: String)
    /// A field of the data has no text to compare with.
    case badReference(example: Int, field: String)
    /// There are too few records.
    case tooFewExamples(count: Int)
    /// An analysis was given runs that do not belong to its plan.
    case missingRun(setting: String)

    public var description: String {
        switch self {
        case .badOption(let name, let problem, let remedy): "\(name): \(problem). \(remedy)"
        case .otherPlan(let folder):
            "\(folder) holds a lab with other settings; give the same flags to go on with it, or another --output"
        case .unusableFolder(let folder, let problem): "\(folder): \(problem); give another --output"
        case .badReference(let example, let field):
            "record \(example): “\(field)” holds no text to compare with; name another with --reference-field"
        case .tooFewExamples(let count):
            "the data have \(count) record\(count == 1 ? "" : "s"); a lab needs at least 2 to tell chance from effect"
        case .missingRun(let setting): "there are no texts of the setting \(setting); run it first"
        }
    }
}
