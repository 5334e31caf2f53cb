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

    static func exit(with error: any Error, of command: any ParsableCommand.Type) -> Never {
        if let code = code(of: error) {
            Terminal.error("error: \(error)\n")
            Terminal.exit(code)
        }
        let code = command.exitCode(for: error)
        let message = command.fullMessage(for: error)
        if code.isSuccess {
            Terminal.output(message + "\n")
        } else {
            let lowercase = message.hasPrefix("Error: ") ? "error: " + message.dropFirst("Error: ".count) : message
            Terminal.error(lowercase + "\n")
        }
        Terminal.exit(code.rawValue)
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
            case .tokenOutsideVocabulary: usage
            default: badData
            }
        case let error as TokenizerError:
            switch error {
            case .noTokenizerFiles: missingInput
            default: badData
            }
        case is WeightError: badData
        case is GenerationError, is EngineError: usage
        case is InputError: missingInput
        default: nil
        }
    }
}

/// A file of the user's that cannot be read.
struct InputError: Error, CustomStringConvertible {
    let description: String
}
