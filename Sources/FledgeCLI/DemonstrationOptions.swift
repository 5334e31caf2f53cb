import ArgumentParser
import Fledge

/// Where a prompt's demonstrations come from, and how they are chosen.
struct DemonstrationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Demonstrations from these data (default: those of --data).", valueName: "data"))
    var shotData: String?

    @Option(help: ArgumentHelp("How demonstrations are chosen (default: random).", valueName: "way"))
    var select: Selection?

    @Option(
        help: ArgumentHelp(
            "Chosen by index: the records, from 0 (default: the first ones).", valueName: "numbers"),
        transform: TokenList.init(parsing:))
    var shotIndices: TokenList?

    @Option(help: ArgumentHelp("Nearest: the model that embeds texts.", valueName: "directory-or-id"))
    var embeddingModel: String?

    /// How demonstrations are chosen.
    enum Selection: String, CaseIterable, ExpressibleByArgument {
        case index, random, balanced, nearest
    }

    /// The first flag that was given, for commands that may have no use for any.
    var firstGiven: String? {
        let flags = [
            ("--shot-data", shotData != nil), ("--select", select != nil), ("--shot-indices", shotIndices != nil),
            ("--embedding-model", embeddingModel != nil),
        ]
        return flags.first(where: \.1)?.0
    }

    /// Says what is wrong with the flags, given how many demonstrations there are.
    ///
    /// - Throws: `ValidationError`.
    func check(shots: Int?) throws {
        if let shots, !(0...100_000).contains(shots) {
            throw ValidationError("--shots is \(shots); give a number from 0 to 100000")
        }
        if (shots ?? 0) == 0, let flag = firstGiven {
            throw ValidationError("\(flag) goes with --shots; say how many demonstrations, or leave \(flag) out")
        }
        if shotIndices != nil, select != .index { throw ValidationError("--shot-indices goes with --select index") }
        if (select == .nearest) != (embeddingModel != nil) {
            throw ValidationError("--select nearest and --embedding-model go together; give both or neither")
        }
    }

    /// Whether a seed decides which ones are chosen.
    var isDrawn: Bool { [.random, .balanced].contains(select ?? .random) }

    /// How they are chosen, for records of what was done.
    func description(seed: UInt64) -> String {
        switch select ?? .random {
        case .index: shotIndices.map { "index \($0)" } ?? "the first ones"
        case .random: "random, seed \(seed)"
        case .balanced: "balanced, seed \(seed)"
        case .nearest: "nearest by \(embeddingModel ?? "")"
        }
    }

    /// The way to choose from a pool.
    ///
    /// - Throws: ``PromptError``, ``DataError``, ``HubError``, ``UserError``.
    func selection(
        from pool: DemonstrationPool, template: PromptTemplate, seed: UInt64
    ) async throws -> any DemonstrationSelection {
        switch select ?? .random {
        case .index: return RecordsByIndex(shotIndices?.ids)
        case .random: return RandomRecords(seed: seed)
        case .balanced:
            guard let target = template.target else {
                throw UserError.usage("\(template.name) has no target to balance; choose another --select")
            }
            return try BalancedRecords(pool, field: target, seed: seed)
        case .nearest:
            let embedder = try TextEmbedder.from(
                directory: try await ModelOptions.directory(of: embeddingModel ?? ""))
            return try NearestRecords(
                pool, text: { try template.inputText(of: $0) }, embed: { try embedder.embed($0) })
        }
    }
}
