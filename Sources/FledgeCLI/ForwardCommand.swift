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

            Writes “logits” [1, decoder tokens, vocabulary] and \
            “encoder_last_hidden_state” [1, tokens, width]. With --hidden-states also \
            “encoder_hidden_states.N” and “decoder_hidden_states.N” in the reference's \
            order: the embedding, every block's output but the last one's, and the \
            final norm's output.
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp("The prompt's token ids: 1,2,3.", valueName: "ids"), transform: TokenList.init(parsing:))
    var inputIds: TokenList

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
        let loaded = try AutoModelForSeq2SeqLM.from(directory: directory, type: model.dtype, engine: engine)
        let decoderIDs = decoderInputIds?.ids ?? [loaded.decoderStartToken]
        try loaded.validate(inputIds.ids + decoderIDs)
        var tensors: [String: Tensor] = [:]
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            let observe: LayerObserver = { name, value in record(name, value, &tensors) }
            var state = loaded.makeState(prompts: [inputIds.ids], capacity: decoderIDs.count, observe: observe)
            let hidden = loaded.decode(decoderIDs, state: &state, observe: observe)
            let logits = loaded.logits(hidden)
            tensors["logits"] = logits.reshaped([1, logits.shape[0], logits.shape[1]])
        }
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

    /// Files an observed layer under the reference's name. `encoder.output` is the last of the hidden states, and the
    /// last block's output, which the reference does not list, gives its place to it.
    private func record(_ name: String, _ value: Tensor, _ tensors: inout [String: Tensor]) {
        let parts = name.split(separator: ".")
        guard parts.count == 2, let stack = parts.first, let layer = parts.last else { return }
        let state = value.reshaped([1, value.shape[0], value.shape[1]])
        if name == "encoder.output" { tensors["encoder_last_hidden_state"] = state }
        guard hiddenStates else { return }
        let prefix = "\(stack)_hidden_states."
        switch layer {
        case "embedding": tensors[prefix + "0"] = state
        case "output":
            let count = tensors.keys.count { $0.hasPrefix(prefix) }
            tensors[prefix + String(max(0, count - 1))] = state
        default: if let index = Int(layer) { tensors[prefix + String(index + 1)] = state }
        }
    }
}
