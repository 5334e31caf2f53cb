import ArgumentParser
import Fledge

/// Where a task's texts come from.
struct TextInput: ParsableArguments {
    @Option(help: ArgumentHelp("A text; may be given several times.", valueName: "text"))
    var text: [String] = []

    @Option(
        help: ArgumentHelp(
            "A file with a text a line, or, named .jsonl, a JSON object with “text” a line; - for standard input.",
            valueName: "file"))
    var file: String?

    @Flag(help: "Take the lines of the file as JSON objects, whatever it is called.")
    var jsonLines = false

    func validate() throws {
        if text.isEmpty && file == nil { throw ValidationError("there is no text; give --text or --file") }
        if !text.isEmpty && file != nil { throw ValidationError("give only one of --text and --file") }
        if jsonLines && file == nil { throw ValidationError("--json-lines goes with --file; leave it out") }
    }

    /// The texts, and second ones where JSON objects have “text_pair”.
    ///
    /// - Throws: ``UserError`` that names the file and the line.
    func texts() throws -> [(text: String, pair: String?)] {
        guard let file else { return text.map { ($0, nil) } }
        if jsonLines || file.hasSuffix(".jsonl") {
            return try JSONLines.read(file).map { line in
                (try line.string("text"), try line.optionalString("text_pair"))
            }
        }
        let lines = TokenizeCommand.lines(of: try Terminal.readText(file)).filter { !$0.isEmpty }
        guard !lines.isEmpty else { throw UserError.badData("\(file): holds no text; put one on each line") }
        return lines.map { ($0, nil) }
    }
}

/// The JSON objects of a file, one a line.
struct JSONLines {
    /// One object, and where it stands.
    struct Line {
        let file: String
        let number: Int
        let object: Value.Object

        /// - Throws: ``UserError`` that names file, line and field.
        func string(_ field: String) throws(UserError) -> String {
            guard let text = try optionalString(field) else {
                throw .badData("\(file):\(number): the object has no “\(field)”; add it")
            }
            return text
        }

        /// - Throws: ``UserError`` for a field that is there and no string.
        func optionalString(_ field: String) throws(UserError) -> String? {
            switch object[field] {
            case nil, .null: return nil
            case .string(let text): return text
            default: throw .badData("\(file):\(number): “\(field)” is not a string; put it in quotes")
            }
        }
    }

    /// Empty lines are skipped.
    ///
    /// - Throws: ``UserError``.
    static func read(_ file: String) throws(UserError) -> [Line] {
        var lines: [Line] = []
        for (index, text) in TokenizeCommand.lines(of: try Terminal.readText(file)).enumerated() where !text.isEmpty {
            let value: Value
            do {
                value = try Value(json: text, name: "\(file):\(index + 1)")
            } catch {
                throw .badData("\(file):\(index + 1): is not JSON (\(error.problem)); give one object a line")
            }
            guard case .object(let object) = value else {
                throw .badData("\(file):\(index + 1): is not a JSON object; give one a line")
            }
            lines.append(Line(file: file, number: index + 1, object: object))
        }
        guard !lines.isEmpty else { throw .badData("\(file): holds no JSON object; give one a line") }
        return lines
    }
}

extension TerminalProgress {
    /// What a task calls as it goes.
    func texts(_ label: String) -> TaskProgress {
        { done, total in
            self.draw(ProgressBar(label: label, completed: Int64(done), total: Int64(total), unit: .items("texts")))
        }
    }
}
