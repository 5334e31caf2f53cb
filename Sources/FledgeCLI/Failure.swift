import ArgumentParser
import Fledge

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Errors as a user of the program sees them: `error: …` on standard error, and an exit code of sysexits.h.
enum Failure {
    static let usage: Int32 = 64
    static let badData: Int32 = 65
    static let missingInput: Int32 = 66
    static let unavailable: Int32 = 69
    static let inputOutput: Int32 = 74

    /// Prints the message and ends the process.
    ///
    /// - Parameters:
    ///   - error: what was thrown.
    ///   - command: the one that was running, nil while the command line was read.
    static func exit(with error: any Error, of command: (any ParsableCommand.Type)?) -> Never {
        if let code = code(of: error) {
            Terminal.error("error: \(error)\n")
            if let advice = advice(for: error) { Terminal.error("  \(advice)\n") }
            if code == usage, let command {
                let name = FledgeCommand.name(of: command)
                Terminal.error("  See '\(name) --help' for more information.\n")
            }
            Terminal.exit(code)
        }
        let code = FledgeCommand.exitCode(for: error)
        let message = FledgeCommand.fullMessage(for: error)
        if code.isSuccess {
            Terminal.output(message + "\n")
        } else {
            Terminal.error(improved(message) + "\n")
        }
        Terminal.exit(code.rawValue)
    }

    /// What to do about an error whose own text leaves that open.
    private static func advice(for error: any Error) -> String? {
        switch error {
        case let error as ModelError:
            switch error {
            case .badConfig: "Correct the file, or download the model again."
            case .unsupportedModelType: "Choose a model of one of these types; fledge info describes any."
            default: nil
            }
        case let error as SafetensorsError:
            switch error {
            case .notFound: "Give a directory with model.safetensors, or its parts and model.safetensors.index.json."
            default: nil
            }
        default: nil
        }
    }

    /// The argument parser's message as this program says it.
    private static func improved(_ message: String) -> String {
        guard message.hasPrefix("Error: ") else { return message }
        var lines = message.dropFirst("Error: ".count).split(separator: "\n", omittingEmptySubsequences: false)
        if lines.first?.hasPrefix("Missing expected argument '--model") == true {
            lines.removeAll { $0.hasPrefix("Help:") }
            lines[0] = """
                there is no model; give --model with one of
                  a directory that holds one      --model ./my-model
                  a Hub id, downloaded if need be --model google/flan-t5-small
                """
        }
        if lines.first?.hasPrefix("Unexpected argument") == true, lines.contains("Usage: fledge <subcommand>") {
            let names = FledgeCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
            lines[0] += "; the commands are \(names.joined(separator: ", "))"
        }
        return "error: " + lines.joined(separator: "\n")
    }

    /// The exit code of one of Fledge's own errors, nil for those of the argument parser.
    private static func code(of error: any Error) -> Int32? {
        switch error {
        case let error as HubError:
            switch error.category {
            case .usage: usage
            case .missingInput: missingInput
            case .unavailable: unavailable
            case .inputOutput: inputOutput
            case .badData: badData
            }
        case let error as SafetensorsError:
            switch error {
            case .notFound: missingInput
            case .unreadable, .unwritable: inputOutput
            default: badData
            }
        case let error as ModelError:
            switch error {
            case .noConfig: missingInput
            case .tokenOutsideVocabulary, .emptySequence, .sequenceTooLong, .noSuchSegment, .segmentsMismatch: usage
            default: badData
            }
        case let error as TokenizerError:
            switch error {
            case .noTokenizerFiles: missingInput
            case .unknownToken, .cannotTruncate: usage
            default: badData
            }
        case let error as TokenizerTrainingError:
            switch error {
            case .vocabularyTooSmall, .badSetting: usage
            case .unreadable: missingInput
            case .unwritable: inputOutput
            case .emptyCorpus, .notUTF8, .malformedLine: badData
            }
        case let error as TaskError:
            switch error {
            case .noPooling, .badOption, .noMask, .unknownTarget, .emptyText, .emptyQuestion, .emptyContext,
                .noSuchPrompt, .textTooLong, .wrongKind:
                usage
            default: badData
            }
        case let error as DataError:
            switch error {
            case .unreadable, .noFiles: missingInput
            case .noRoom: inputOutput
            case .invalidOption, .unknownFormat: usage
            case .malformed, .changed, .unreadFormat: badData
            }
        case let error as PromptError:
            switch error {
            case .malformed, .notPossible: badData
            case .unknownTemplate, .noRoom, .tooLong, .invalidOption: usage
            }
        case let error as EvaluationError:
            switch error {
            case .badOption, .unknownMetric: usage
            default: badData
            }
        case let error as RunError:
            switch error {
            case .otherSettings, .invalidOption: usage
            case .damaged, .noSettings, .noExamples: badData
            case .inUse: unavailable
            case .unreadable: missingInput
            case .unwritable: inputOutput
            }
        case let error as LabError:
            switch error {
            case .badOption, .otherPlan: usage
            case .badReference, .tooFewExamples, .missingRun: badData
            case .unusableFolder: inputOutput
            }
        case is ScheduleError: usage
        case let error as OptimizerError: if case .badSetting = error { usage } else { badData }
        case is TemplateError: badData
        case let error as TrainingError:
            switch error {
            case .notFinite, .wrongLabels, .noData, .noLabels, .otherModel, .otherRun: badData
            default: usage
            }
        case let error as CheckpointError:
            switch error {
            case .notFound: missingInput
            case .damaged, .badName: badData
            default: inputOutput
            }
        case is ReportError: inputOutput
        case is WeightError, is AdapterError: badData
        case is GenerationError, is EngineError: usage
        case let error as UserError: error.code
        default: nil
        }
    }
}

/// What a command finds wrong with what it was given.
struct UserError: Error, CustomStringConvertible {
    let code: Int32
    let description: String

    static func usage(_ text: String) -> UserError { UserError(code: Failure.usage, description: text) }
    static func badData(_ text: String) -> UserError { UserError(code: Failure.badData, description: text) }
    static func missingInput(_ text: String) -> UserError { UserError(code: Failure.missingInput, description: text) }
    static func inputOutput(_ text: String) -> UserError { UserError(code: Failure.inputOutput, description: text) }
}
