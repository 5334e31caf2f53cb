import FledgeNN
import FledgeTensor

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A checkpoint whose matrices have low-rank adapters added to them as they are read.
struct AdaptedCheckpoint: WeightSource {
    let base: Checkpoint
    /// By the name of the matrix.
    let layers: [String: AdapterCheckpoint.Layer]
    let scale: Float
    /// Tensors that stand for the checkpoint's own.
    let replacements: [String: Tensor]
    let engine: Engine

    var path: String { base.path }
    var names: [String] { base.names }
    func contains(_ name: String) -> Bool { base.contains(name) }

    func shape(of name: String, wanted: Shape) -> [Int]? {
        replacements[name].map { Array($0.shape) } ?? base.shape(of: name, wanted: wanted)
    }

    func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
        if let replacement = replacements[name] { return replacement }
        let matrix = try base.tensor(name)
        guard let layer = layers[name] else { return matrix }
        let delta = LowRankAdapter(a: layer.a, b: layer.b, scale: scale).delta(engine: engine)
        return matrix.converted(to: .float32) + (layer.isAcross ? delta.transposed(0, 1).contiguous() : delta)
    }
}

extension ModelRegistry {
    /// The same families, whose models are loaded with the low-rank adapters of a directory that PEFT or Fledge wrote.
    ///
    /// Where weights are stored in float32 or bfloat16, adapters are added to the matrices; beside weights of fewer bits
    /// they stay by themselves, in float32.
    public func adapting(with directory: URL) -> ModelRegistry {
        var registry = self
        registry.adapter = directory
        return registry
    }

    /// The weights of a model's directory, with the adapter if there is one.
    ///
    /// - Throws: ``AdapterError``, ``SafetensorsError``.
    func weights(_ directory: URL, of family: ModelFamily, type: WeightType, engine: Engine) throws -> WeightLoader {
        let checkpoint = try Checkpoint(directory: directory.path)
        guard let adapter else { return WeightLoader(checkpoint, type: type, engine: engine) }
        let saved = try AdapterCheckpoint(directory: adapter.path)
        let prefixes = family.fresh.prefixes
        let shape = { (name: String) in checkpoint.entry(name)?.shape }
        let layers = try saved.layers(inputsFirst: family.fresh.inputsFirst, prefixes: prefixes, shape: shape)
        let replacements = try saved.replacements(prefixes: prefixes, shape: shape)
        let isMerged = type == .float32 || type == .bfloat16
        let source = AdaptedCheckpoint(
            base: checkpoint,
            layers: isMerged ? Dictionary(uniqueKeysWithValues: layers.map { ($0.name + ".weight", $0) }) : [:],
            scale: saved.scale, replacements: replacements, engine: engine)
        if isMerged { return WeightLoader(source, type: type, engine: engine) }
        let beside = layers.map { layer in
            let adapter = LowRankAdapter(a: layer.a, b: layer.b, scale: saved.scale, engine: engine)
            return (layer.name, adapter)
        }
        return WeightLoader(
            source, type: type, adapters: Dictionary(uniqueKeysWithValues: beside), engine: engine)
    }

    /// A model of a family's loader, which must have taken all adapters.
    ///
    /// - Throws: ``AdapterError``, and what the loader throws.
    func model<Model>(_ load: ModelFamily.Loader<Model>, _ source: ModelSource) throws -> Model {
        let model = try load(source)
        let rest = Set(source.weights.adapters.keys).subtracting(source.weights.usedAdapters)
        if let layer = rest.min() {
            throw AdapterError(
                adapter?.path ?? source.directory.path,
                "the layer “\(layer)” is fused with others here and cannot have an adapter beside \(source.type.rawValue) "
                    + "weights; load it in float32 or bfloat16, where adapters are added to the matrices")
        }
        return model
    }
}
