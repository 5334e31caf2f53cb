import ArgumentParser
import Fledge

/// How weights are held in memory, and how many threads compute.
struct ComputingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How weights are stored. Smaller is faster and less exact.", valueName: "type"))
    var dtype: WeightType = .float32

    @Option(
        help: ArgumentHelp(
            "How many threads compute (default: FLEDGE_THREADS, else the machine's physical cores).",
            valueName: "count"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads); give a number from 1 to 1024, or leave it out")
        }
    }
}
