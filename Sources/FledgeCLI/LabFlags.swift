import ArgumentParser
import Fledge

/// Which models are asked about which records.
struct LabDataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A model: a directory or a Hub id; several times to compare several.", valueName: "directory-or-id"))
    var model: [String]

    @Option(help: ArgumentHelp("The records: \(DataInput.places).", valueName: "data"))
    var data: String

    @Option(
        help: ArgumentHelp(
            "Demonstrations from these data (default: those of --data, never the record itself).", valueName: "data"))
    var shotData: String?

    @Option(
        help: ArgumentHelp("The prompt: a built-in template or a file.", valueName: "name-or-file"))
    var template = "summarize-dialogue"

    @Option(help: ArgumentHelp("The field to ask about (default: the template's own).", valueName: "field"))
    var inputField: String?

    @Option(
        help: ArgumentHelp(
            "The field that a human wrote, a text or a list of texts; several times for several "
                + "(default: the template's target).", valueName: "field"))
    var referenceField: [String] = []

    @Option(help: ArgumentHelp("Ask about the first records only; 0 for all.", valueName: "count"))
    var limit = 100

    func apply(to options: inout LabOptions) throws(UserError) {
        options.shotData = shotData
        options.template = template
        options.inputField = inputField
        options.referenceFields = referenceField
        options.limit = limit == 0 ? nil : limit
    }
}

/// What a lab changes.
struct LabSweepOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Numbers of demonstrations (default: 0,1,2,4).", valueName: "counts"),
        transform: TokenList.init(parsing:))
    var shots: TokenList?

    @Option(
        help: ArgumentHelp(
            "Largest numbers of new tokens; the first goes with all else (default: 64).", valueName: "counts"),
        transform: TokenList.init(parsing:))
    var maxNewTokens: TokenList?

    @Option(
        help: ArgumentHelp("Temperatures to sample with (default: 0.7).", valueName: "factors"),
        transform: NumberList.init(parsing:))
    var temperature: NumberList?

    @Option(
        help: ArgumentHelp("Numbers of likeliest tokens to sample among, at temperature 1.", valueName: "counts"),
        transform: TokenList.init(parsing:))
    var topK: TokenList?

    @Option(
        help: ArgumentHelp(
            "Probabilities of the likeliest tokens to sample among, at temperature 1.", valueName: "probabilities"),
        transform: NumberList.init(parsing:))
    var topP: NumberList?

    @Option(
        help: ArgumentHelp(
            "How many demonstrations parameters are tried with (default: the fewest).", valueName: "count"))
    var parameterShots: Int?

    @Flag(help: "Greedy decoding alone, no parameters.")
    var noSampling = false

    @Flag(help: "Everything with everything.")
    var full = false

    @Option(
        help: ArgumentHelp("What demonstrations, sampling and the examples shown depend on.", valueName: "number"))
    var seed: UInt64 = 0

    func validate() throws {
        if noSampling, temperature != nil || topK != nil || topP != nil {
            throw ValidationError("--no-sampling tries no --temperature, --top-k or --top-p; leave one out")
        }
        if full, parameterShots != nil {
            throw ValidationError("--full tries parameters with all demonstrations; leave --parameter-shots out")
        }
    }

    func apply(to options: inout LabOptions) {
        if let shots { options.shots = shots.ids }
        if let maxNewTokens { options.maxNewTokens = maxNewTokens.ids }
        let isGiven = temperature != nil || topK != nil || topP != nil
        options.temperatures = temperature?.numbers ?? (isGiven || noSampling ? [] : [0.7])
        options.topK = topK?.ids ?? []
        options.topP = topP?.numbers ?? []
        options.parameterShots = parameterShots
        options.isFull = full
        options.seed = seed
    }
}

/// A list of numbers on the command line: `0.7,1`.
struct NumberList {
    let numbers: [Float]

    /// - Throws: `ValidationError` that names the part that is not a number.
    init(parsing argument: String) throws {
        numbers = try argument.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let number = Float(part.filter { $0 != " " }), number.isFinite else {
                throw ValidationError("“\(part)” is not a number; give numbers and commas, such as 0.7,1")
            }
            return number
        }
    }
}
