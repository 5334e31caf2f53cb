import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct ForwardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward",
        abstract: "Compute logits once and write them to a file, to compare numbers.",
        discussion: """
              fledge forward --model ./my-model --input-ids 37,1782,19,1 \\
                --decoder-input-ids 0,37 --output out.safetensors

            Writes “logits” [1, tokens, vocabulary] (of a classifier [1, labels] or \
            [1, tokens, labels]), “start_logits” and “end_logits”, or, of a model \
            without a head, “last_hidden_state”; of an encoder–decoder also \
            “encoder_last_hidden_state”. With --hidden-states also “hidden_states.N” \
            (“encoder_hidden_states.N”, “decoder_hidden_states.N”) in the reference's \
            order: the embedding, every block's output but the last one's, and the \
            final norm's output.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var adapter: AdapterOption

    @Option(
        help: ArgumentHelp("The prompt's token ids: 1,2,3.", valueName: "ids"), transform: TokenList.init(parsing:))
    var inputIds: TokenList

    @Option(
        help: ArgumentHelp("The segment of each token, for models that tell two texts apart.", valueName: "ids"),
        transform: TokenList.init(parsing:))
    var tokenTypeIds: TokenList?

    @Option(
        help: ArgumentHelp("The decoder's token ids (default: its start token).", valueName: "ids"),
        transform: TokenList.init(parsing:))
    var decoderInputIds: TokenList?

    @Option(help: ArgumentHelp("The safetensors file to write; an old one is replaced.", valueName: "file"))
    var output: String

    @Flag(help: "Write every layer's output too.")
    var hiddenStates = false

    @Flag(help: "Print one JSON object about what was written.")
    var json = false

    private struct Report: Encodable {
        let output: String
        let tensors: [String: [Int]]
        let seconds: Double
    }

    func run() async throws {
        let engine = try model.engine()
        try checkOutput()
        let directory = try await model.directory()
        let pass = ForwardPass(
            input: TokenSequence(inputIds.ids, typeIDs: tokenTypeIds?.ids ?? []), decoderIDs: decoderInputIds?.ids,
            wantsHiddenStates: hiddenStates)
        let clock = ContinuousClock()
        let start = clock.now
        try pass.run(directory, type: model.dtype, engine: engine, registry: adapter.registry)
        let elapsed = clock.now - start
        let tensors = pass.tensors
        do throws(SafetensorsError) {
            try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: output)
        } catch {
            throw UserError.inputOutput(
                "\(output): cannot be written; check that its directory may be written to and that its disk has "
                    + "room, or give another --output")
        }
        let shapes = tensors.mapValues { Array($0.shape) }
        if json { return try Terminal.json(Report(output: output, tensors: shapes, seconds: elapsed.seconds)) }
        for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) { Terminal.output("\(name) \(shape)\n") }
    }

    /// Says before anything is computed what would stand in the way of the file.
    private func checkOutput() throws(UserError) {
        let url = URL(filePath: output)
        let directory = url.deletingLastPathComponent().path
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory else {
            throw .inputOutput("\(output): there is no directory \(directory); create it, or give another --output")
        }
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        let type = try? FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
        guard type == .typeRegular else {
            throw .inputOutput("\(output): is there and is not a regular file; give another --output")
        }
    }
}
