public import ArgumentParser
public import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension WeightType: ExpressibleByArgument {}

/// Which model, and how it is held in memory and computed.
struct ModelOptions: ParsableArguments {
    @Option(help: ModelOptions.modelHelp)
    var model: String

    @OptionGroup var computing: ComputingOptions
    var dtype: WeightType { computing.dtype }
    var threads: Int? { computing.threads }

    static let modelHelp = ArgumentHelp(
        "The model: a directory, or a Hub id (org/name or org/name@revision) that is looked up in the Hugging Face "
            + "cache and downloaded if need be.", valueName: "directory-or-id")

    /// - Throws: ``UserError`` for what the environment asks for, ``EngineError``.
    func engine() throws -> Engine { try ModelOptions.engine(threads: threads) }

    static func engine(threads: Int?) throws -> Engine {
        do {
            let count = threads != nil ? threads : try Engine.environmentThreads()
            return try Engine(threads: count, isa: Engine.environmentISA)
        } catch EngineError.badThreadCount(let text) {
            throw UserError.usage("FLEDGE_THREADS is “\(text)”; set it to a number from 1 to 1024, or unset it")
        } catch EngineError.unknownISA(let name, let available) {
            throw UserError.usage(
                "FLEDGE_ISA is “\(name)”, which this machine does not have; set it to one of "
                    + "\(available.joined(separator: ", ")), or unset it for the best")
        }
    }

    /// The model's directory, downloaded if need be with a progress bar.
    ///
    /// - Throws: ``HubError``.
    func directory() async throws -> URL { try await ModelOptions.directory(of: model) }

    static func directory(
        of model: String, selection: FileSelection = .model, freshness: HubClient.Freshness = .preferCached
    ) async throws -> URL {
        let terminal = TerminalProgress()
        defer { terminal.clear() }
        return try await Hub.resolve(
            model, configuration: .fromEnvironment(), selection: selection, freshness: freshness
        ) { progress in
            terminal.draw(progress.bar)
        }
    }
}

/// A list of numbers on the command line: `1,2,3`.
struct TokenList: CustomStringConvertible {
    let ids: [Int]

    init(ids: [Int]) { self.ids = ids }

    /// - Throws: `ValidationError` that names the part that is not a number.
    init(parsing argument: String) throws {
        ids = try argument.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let isPadding = { (character: Character) in character == " " }
            let digits = part.drop(while: isPadding).reversed().drop(while: isPadding).reversed()
            guard let id = Int(String(digits)) else {
                throw ValidationError("“\(part)” is not a whole number; give numbers and commas, such as 1,2,3")
            }
            return id
        }
    }

    var description: String { ids.map(String.init).joined(separator: ",") }
}
