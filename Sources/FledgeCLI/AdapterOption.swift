import ArgumentParser
import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Low-rank adapters for a model that is used.
struct AdapterOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Low-rank adapters for the model, as PEFT or finetune --lora-rank wrote them. They are added to weights in "
                + "float32 and bfloat16, and beside others.", valueName: "directory"))
    var adapter: String?

    /// The families, whose models are loaded with the adapter if there is one.
    var registry: ModelRegistry {
        adapter.map { ModelRegistry.standard.adapting(with: URL(filePath: $0)) } ?? .standard
    }
}
