import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "Find out what prompting does for a model, and when to fine-tune it.",
        discussion: """
            Asks a model about the same records with no, one and more demonstrations, \
            and with other inference parameters; compares what it writes with what \
            humans wrote; and says what helped beyond noise.

              fledge lab --model ./my-model --data dev.jsonl
              fledge lab --model google/flan-t5-base --data dev.jsonl \\
                --shot-data train.jsonl --shots 0,1,2,4 --temperature 0.7,1 \\
                --output my-lab

            First the number of demonstrations is changed, at greedy decoding, then \
            each parameter alone; --full tries everything with everything. The folder \
            then holds report.html, a page that needs no network, lab.json, and \
            what was written. A lab that was stopped goes on where it was when the \
            same command is given again.
            """)

    @OptionGroup(title: "What is asked") var asked: LabDataOptions
    @OptionGroup(title: "What is tried") var tried: LabSweepOptions

    @OptionGroup var computing: ComputingOptions

    @Option(help: ArgumentHelp("The folder of the lab; it is made if there is none.", valueName: "folder"))
    var output = "lab"

    @Option(
        help: ArgumentHelp(
            "The examples to show side by side, from 0: 3,17 (default: three by the seed).", valueName: "numbers"),
        transform: TokenList.init(parsing:))
    var examples: TokenList?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let engine = try ModelOptions.engine(threads: computing.threads)
        var options = LabOptions(models: asked.model, data: asked.data)
        try asked.apply(to: &options)
        tried.apply(to: &options)
        let plan = try LabPlan(options)
        let template = try PromptOptions.readTemplate(options.template)
        let data = try LabData(
            options: options, template: template, data: try await DataInput.dataSet(asked.data),
            shotData: try await shotData())
        var runner = try LabRunner(plan: plan, template: template, data: data, folder: output)
        runner.shownIndices = examples?.ids
        let terminal = TerminalProgress()
        let interruption = Interruption()
        defer { terminal.clear() }
        let report = try await stoppable {
            try await runner.run(
                load: { name in
                    let directory = try await ModelOptions.directory(of: name)
                    let generator = try TextGenerator.from(directory: directory, type: computing.dtype, engine: engine)
                    return LabModel(
                        generator: generator,
                        model: try RunModel(name: name, directory: directory, type: computing.dtype))
                }, progress: { terminal.draw($0.bar) }, isCancelled: { interruption.happened })
        }
        terminal.clear()
        if json { return try Terminal.json(report) }
        Terminal.output(report.text + "\nThe page is \(output)/report.html, all numbers are in \(output)/lab.json.\n")
    }

    private func shotData() async throws -> DataSet? {
        guard let place = asked.shotData else { return nil }
        return try await DataInput.dataSet(place)
    }

    /// Says how to go on where the user stopped the lab.
    private func stoppable(_ body: () async throws -> LabReport) async throws -> LabReport {
        do {
            return try await body()
        } catch is CancellationError {
            TerminalProgress().clear()
            Terminal.error("stopped; the same command goes on with what is in \(output)\n")
            Terminal.exit(130)
        }
    }
}

extension LabProgress {
    /// The whole lab as a bar.
    var bar: ProgressBar {
        ProgressBar(
            label: "lab \(setting)/\(settings)", completed: Int64(done), total: Int64(total), unit: .items("texts"),
            unitsPerSecond: textsPerSecond)
    }
}
