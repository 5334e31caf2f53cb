import ArgumentParser
import Fledge

struct TokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Turn text into token ids, or ids into text.",
        discussion: """
              fledge tokenize --model google/flan-t5-base --text "It is raining."
              fledge tokenize --model google/flan-t5-base --file corpus.txt --lines
              fledge tokenize --model google/flan-t5-base --decode 94,19,3412,53,5,1

            Prints JSON: {"ids":[…],"tokens":[…]}, with --lines one object a line of the \
            input, with --decode {"text":…}.
            """)

    @Option(help: ModelOptions.modelHelp)
    var model: String

    @Option(help: ArgumentHelp("The text.", valueName: "text"))
    var text: String?

    @Option(help: ArgumentHelp("A file that holds the text; - for standard input.", valueName: "file"))
    var file: String?

    @Option(
        help: ArgumentHelp("Token ids to turn into text: 1,2,3.", valueName: "ids"),
        transform: TokenList.init(parsing:))
    var decode: TokenList?

    @Flag(inversion: .prefixedNo, help: "Add what the model expects around a text; in decoding, show it.")
    var specialTokens = true

    @Flag(help: "Take every line of the input as a text of its own.")
    var lines = false

    @Flag(help: "Print one JSON object, as this command does unless --lines is given.")
    var json = false

    func validate() throws {
        let sources = [text != nil, file != nil, decode != nil].filter { $0 }.count
        if sources == 0 { throw ValidationError("there is nothing to tokenize; give --text, --file or --decode") }
        if sources > 1 { throw ValidationError("give only one of --text, --file and --decode") }
        if lines && decode != nil { throw ValidationError("--lines goes with --text and --file; leave it out") }
        if lines && json { throw ValidationError("--lines prints an object a line and --json one; leave one out") }
    }

    private struct Tokens: Encodable {
        let ids: [Int]
        let tokens: [String]
    }

    private struct Text: Encodable { let text: String }

    func run() async throws {
        let input = try text ?? file.map { path throws(UserError) in try Terminal.readText(path) }
        let directory = try await ModelOptions.directory(of: model, selection: .tokenizer)
        let tokenizer = try AutoTokenizer.from(directory: directory)
        if let decode {
            let text = try tokenizer.decode(tokens: decode.ids, skipSpecialTokens: !specialTokens)
            return try Terminal.json(Text(text: text))
        }
        let texts = lines ? Self.lines(of: input ?? "") : [input ?? ""]
        for text in texts {
            let encoding = tokenizer.encoding(of: text, addSpecialTokens: specialTokens)
            try Terminal.json(Tokens(ids: encoding.ids, tokens: encoding.tokens))
        }
    }

    /// Lines end with a line feed (and a carriage return before it); the last may go without.
    static func lines(of text: String) -> [String] {
        var lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { line in String(Substring(line.last == 13 ? line.dropLast() : line)) }
    }
}
