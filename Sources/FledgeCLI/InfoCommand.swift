import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct InfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Say what a model is and what it needs.",
        discussion: """
              fledge info --model google/flan-t5-base

            Reads the configuration and the weights' headers only, so it answers at once \
            for any size.
            """)

    @Option(help: ModelOptions.modelHelp)
    var model: String

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        let directory: String
        let modelType: String
        let architectures: [String]
        let isSupported: Bool
        let parameters: Int
        let storedTypes: [String: Int]
        let fileBytes: Int
        let memoryBytes: [String: Int]
        let contextLength: Int?
        let vocabularySize: Int?
    }

    /// What is read of `config.json` for any family.
    private struct Fields: Decodable {
        let modelType: String
        let architectures: [String]?
        let vocabularySize: Int?
        let positions: Int?
        let maximumPositions: Int?

        enum CodingKeys: String, CodingKey {
            case modelType = "model_type"
            case architectures
            case vocabularySize = "vocab_size"
            case positions = "n_positions"
            case maximumPositions = "max_position_embeddings"
        }
    }

    func run() async throws {
        let directory = try await ModelOptions.directory(of: model)
        let report = try describe(directory)
        if json { return try Terminal.json(report) }
        let stored = report.storedTypes.sorted { $0.key < $1.key }.map { "\($0.key) ×\($0.value)" }
        var lines = [
            "model          \(report.modelType)" + (report.isSupported ? "" : " (not one that Fledge runs yet)"),
            "architecture   \(report.architectures.isEmpty ? "—" : report.architectures.joined(separator: ", "))",
            "parameters     \(Self.grouped(report.parameters))",
            "files          \(Terminal.megabytes(report.fileBytes)) (\(stored.joined(separator: ", ")))",
        ]
        for type in WeightType.allCases {
            let title = type == WeightType.allCases.first ? "memory         " : "               "
            lines.append(title + "\(type.rawValue) \(Terminal.megabytes(report.memoryBytes[type.rawValue] ?? 0))")
        }
        lines.append("context        \(report.contextLength.map { "\($0) tokens" } ?? "no fixed bound")")
        lines.append("vocabulary     \(report.vocabularySize.map(String.init) ?? "—") tokens")
        lines.append("directory      \(report.directory)")
        Terminal.output(lines.joined(separator: "\n") + "\n")
    }

    private func describe(_ directory: URL) throws -> Report {
        let (config, data) = try ModelConfig.read(directory: directory)
        let fields: Fields
        do {
            fields = try JSONDecoder().decode(Fields.self, from: data)
        } catch let error as DecodingError {
            throw ModelError.badConfig(directory.appending(path: "config.json").path, error.plainText)
        }
        let checkpoint = try Checkpoint(directory: directory.path)
        let entries = checkpoint.names.compactMap { name in checkpoint.entry(name).map { (name, $0) } }
        var memory: [String: Int] = [:]
        for type in WeightType.allCases {
            // Matrices take the type; vectors stay float32, and so do int8's scale and sum a row.
            memory[type.rawValue] = entries.reduce(0) { sum, entry in
                guard entry.1.shape.count == 2 else { return sum + entry.1.elementCount * 4 }
                return sum + entry.1.elementCount * type.byteCount + (type == .int8 ? entry.1.shape[0] * 8 : 0)
            }
        }
        return Report(
            directory: directory.path, modelType: config.modelType, architectures: fields.architectures ?? [],
            isSupported: ModelRegistry.standard.families[config.modelType] != nil,
            parameters: checkpoint.parameterCount,
            storedTypes: Dictionary(entries.map { ($0.1.dtype, 1) }, uniquingKeysWith: +),
            fileBytes: entries.reduce(0) { $0 + $1.1.bytes.count }, memoryBytes: memory,
            contextLength: fields.positions ?? fields.maximumPositions, vocabularySize: fields.vocabularySize)
    }

    /// 247,577,856
    private static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
