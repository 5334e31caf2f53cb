import ArgumentParser

/// Low-rank adapters.
struct AdapterArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Learn low-rank adapters of this rank instead of the matrices.", valueName: "rank"))
    var loraRank: Int?

    @Option(help: ArgumentHelp("Adapters are multiplied by α / rank.", valueName: "alpha"))
    var loraAlpha: Float = 16

    @Option(help: ArgumentHelp("The share of an adapter's inputs that training leaves out.", valueName: "probability"))
    var loraDropout: Float = 0

    @Option(
        help: ArgumentHelp("Ends of the names of the layers that get one, separated by commas.", valueName: "names"))
    var loraTargetModules = "q,v"

    @Option(help: ArgumentHelp("Go on with adapters that PEFT or Fledge wrote.", valueName: "directory"))
    var adapter: String?

    @Flag(help: "Add the adapters to the matrices when the run is over.")
    var loraMerge = false

    @Option(help: ArgumentHelp("Do not learn parameters whose name has this in it; several times.", valueName: "text"))
    var freeze: [String] = []
}
