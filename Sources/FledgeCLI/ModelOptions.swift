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
    @Option(
        help: ArgumentHelp(
            "The model: a directory, or a Hub id that is looked up in the Hugging Face cache and downloaded if need be.",
            valueName: "directory | org/name[@revision]"))
    var model: String

    @Option(help: "How weights are stored: float32, bfloat16 or int8. Smaller is faster.")
    var dtype: WeightType = .float32

    @Option(help: "How many threads compute; by default FLEDGE_THREADS, or the machine's physical cores.")
    var threads: Int?

    /// - Throws: ``EngineError``.
    func engine() throws -> Engine {
        try Engine(threads: try threads ?? Engine.environmentThreads(), isa: Engine.environmentISA)
    }

    /// The model's directory, downloaded if need be with a progress bar.
    ///
    /// - Throws: ``HubError``.
    func directory() async throws -> URL { try await ModelOptions.directory(of: model) }

    static func directory(
        of model: String, freshness: HubClient.Freshness = .preferCached
    ) async throws -> URL {
        let terminal = TerminalProgress()
        defer { terminal.clear() }
        return try await Hub.resolve(model, configuration: .fromEnvironment(), freshness: freshness) { progress in
            terminal.draw(progress.bar)
        }
    }
}

/// A list of token ids on the command line: `1,2,3`.
struct TokenList: ExpressibleByArgument {
    let ids: [Int]

    init(ids: [Int]) { self.ids = ids }

    init?(argument: String) {
        var ids: [Int] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: true) {
            let digits = part.drop { $0 == " " }
            guard let id = Int(String(digits.reversed().drop { $0 == " " }.reversed())) else { return nil }
            ids.append(id)
        }
        guard !ids.isEmpty else { return nil }
        self.ids = ids
    }

    var defaultValueDescription: String { ids.map(String.init).joined(separator: ",") }
}
