import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where predictions come from.
struct EvaluationFiles: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file of JSON objects, one a line, with “prediction” and “reference” or “references”; - for standard input.",
            valueName: "file"))
    var predictions: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Two files like that, or two --output directories, of two systems that were asked the same.",
            valueName: "file"))
    var compare: [String] = []

    func validate() throws {
        if predictions != nil && !compare.isEmpty {
            throw ValidationError("give only one of --predictions and --compare")
        }
        if !compare.isEmpty && compare.count != 2 {
            throw ValidationError("--compare takes two files, and there are \(compare.count)")
        }
    }

    /// The examples of the file, or of the two files.
    func read(for metrics: [StandardMetric]) throws -> [EvaluationFile] {
        let tags = metrics.contains(where: \.comparesTags)
        if tags, let other = metrics.first(where: { !$0.comparesTags }) {
            throw UserError.usage(
                "seqeval compares lists of tags and \(other.rawValue) compares texts; run them one after the other")
        }
        let needsReferences = metrics.contains(where: \.needsReferences)
        return try (predictions.map { [$0] } ?? compare).map {
            try EvaluationFile(reading: $0, tags: tags, needsReferences: needsReferences)
        }
    }
}

/// The examples of a file, and the lines that they stand on.
struct EvaluationFile {
    let file: String
    let examples: [EvaluationExample]
    private let lines: [Int]

    /// - Throws: a ``DataError`` or ``UserError`` that names file and line.
    init(reading path: String, tags: Bool, needsReferences: Bool) throws {
        file = path == "-" ? "standard input" : path
        let path = try EvaluationFile.examples(of: path)
        var examples: [EvaluationExample] = []
        var lines: [Int] = []
        try EvaluationFile.forEachRecord(of: path) { record in
            let line = EvaluationLine(file: path == "-" ? "standard input" : path, record: record)
            examples.append(
                tags ? try line.taggedExample() : try line.textExample(needsReferences: needsReferences))
            lines.append(line.number)
        }
        guard !examples.isEmpty else { throw UserError.badData("\(file): holds no JSON object; give one a line") }
        self.examples = examples
        self.lines = lines
    }

    /// The file of examples, where a path is the directory of a run.
    ///
    /// - Throws: ``UserError`` for a directory that is no run, or one that is not finished.
    private static func examples(of path: String) throws -> String {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory else { return path }
        let file = path + "/" + RunDirectory.examplesName
        let settings = path + "/" + RunDirectory.settingsName
        guard FileManager.default.fileExists(atPath: file), FileManager.default.fileExists(atPath: settings) else {
            throw UserError.missingInput(
                "\(path): is a directory without a run in it (\(RunDirectory.settingsName) and "
                    + "\(RunDirectory.examplesName)); give one that --output made, or a file")
        }
        if let run = try? RunSettings(reading: settings) {
            let count = try Terminal.readText(file).split(separator: "\n").count
            if count < run.examples {
                throw UserError.badData(
                    "\(path): the run is not finished: \(count) of \(run.examples) examples are done; give its command "
                        + "again to go on")
            }
        }
        return file
    }

    /// Goes through a file as it is read; standard input, which cannot be read in parts, is read whole.
    private static func forEachRecord(of path: String, _ body: (Record) throws -> Void) throws {
        guard path != "-" else {
            for line in try JSONLines.read(path) {
                try body(Record(line.object, place: Record.Place(file: "standard input", line: line.number)))
            }
            return
        }
        let format = DataFormat(path: path) ?? .jsonLines
        let reader = try RecordReader(DataSet(files: [DataFile(path: path, format: format)]))
        while let record = try reader.next() { try body(record) }
    }

    /// Judges the examples; an error about one of them names file and line.
    func locatingErrors<Result>(
        _ judge: ([EvaluationExample]) throws(EvaluationError) -> Result
    ) throws -> Result {
        do {
            return try judge(examples)
        } catch {
            throw located(error)
        }
    }

    /// An error that names file and line if it is about an example.
    func located(_ error: EvaluationError) -> any Error {
        guard let example = error.example, lines.indices.contains(example) else { return error }
        return UserError.badData("\(file): line \(lines[example]): \(error.problem)")
    }
}
