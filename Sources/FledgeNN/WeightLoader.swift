public import FledgeTensor

/// Hands a checkpoint's tensors to layers by name, keeps book of what was missing or never asked for, and stores each
/// weight in the type that the user chose.
///
/// A missing tensor does not stop the loading at once: ``finish()`` lists all of them together.
public final class WeightLoader {
    public let checkpoint: any WeightSource
    /// How matrices are stored.
    public let type: WeightType
    public let engine: Engine
    private var used: Set<String> = []
    private var missing: [String] = []
    private var misshapen: [String] = []

    /// Whether gradients will flow back through the layers.
    public let isDifferentiable: Bool
    /// Low-rank adapters by the name of the layer that they belong to.
    public let adapters: [String: LowRankAdapter]
    /// Those of them that a layer has taken.
    public private(set) var usedAdapters: Set<String> = []
    private let dropout: Dropout?
    private var layers: UInt64 = 0

    /// - Parameters:
    ///   - checkpoint: where the weights are.
    ///   - type: how matrices are stored.
    ///   - isDifferentiable: whether gradients will flow back through the layers.
    ///   - dropout: what training leaves out.
    ///   - adapters: low-rank adapters by layer.
    ///   - engine: what computes.
    public init(
        _ checkpoint: any WeightSource, type: WeightType, isDifferentiable: Bool = false, dropout: Dropout? = nil,
        adapters: [String: LowRankAdapter] = [:], engine: Engine
    ) {
        self.checkpoint = checkpoint
        self.type = type
        self.isDifferentiable = isDifferentiable
        self.dropout = dropout
        self.adapters = adapters
        self.engine = engine
    }

    /// The adapter of a layer.
    func adapter(_ layer: String) -> LowRankAdapter? {
        guard let adapter = adapters[layer] else { return nil }
        usedAdapters.insert(layer)
        return adapter
    }

    /// Packs matrices `[outputs, inputs]`, one below the other, gate and value interleaved where `gated`. What the source
    /// keeps because nobody learns it is not packed again, and gradients go through it without its matrices.
    func packed(_ matrices: [Tensor], gated: Bool) -> PackedWeight {
        if isDifferentiable, !gated {
            let kept = checkpoint.packed(matrices, type: type) {
                PackedWeight(matrices, type: type, engine: engine)
            }
            if let kept { return kept }
        }
        return PackedWeight(
            matrices, type: type, gated: gated, isDifferentiable: isDifferentiable, engine: engine)
    }

    /// The dropout of the next layer; each layer has numbers of its own.
    func nextDropout() -> Dropout? {
        layers += 1
        return dropout?.stream(layers << 8)
    }

    /// The loader at a path within the checkpoint, such as `encoder.block.0`.
    public var root: WeightScope { WeightScope(loader: self, path: "") }

    /// Marks tensors as known though no layer asks for them: copies of others, or what a family no longer uses.
    public func ignore(where isIgnored: (String) -> Bool) {
        for name in checkpoint.names where isIgnored(name) { used.insert(name) }
    }

    fileprivate func tensor(_ name: String, shape: Shape) throws(SafetensorsError) -> Tensor {
        guard let found = checkpoint.shape(of: name, wanted: shape) else {
            if !missing.contains(name) { missing.append(name) }
            return WeightLoader.placeholder(rank: shape.count)
        }
        used.insert(name)
        guard shape.elementsEqual(found) else {
            let complaint = "\(name) \(found) instead of \(shape)"
            if !misshapen.contains(complaint) { misshapen.append(complaint) }
            return WeightLoader.placeholder(rank: shape.count)
        }
        let tensor = try checkpoint.tensor(name)
        guard tensor.dtype.isFloatingPoint else {
            throw .unsupportedType(
                checkpoint.path, tensor: name, dtype: "\(tensor.dtype) (a weight must be floating-point)")
        }
        return tensor
    }

    /// Stands for a tensor that ``finish()`` will complain of. Empty: a configuration can ask for terabytes.
    private static func placeholder(rank: Int) -> Tensor { Tensor(zeros: Shape(repeatElement(0, count: rank))) }

    /// - Throws: ``WeightError`` listing every tensor that was missing, had another shape, or was not asked for.
    public func finish() throws(WeightError) {
        let unexpected = checkpoint.names.filter { !used.contains($0) }
        guard missing.isEmpty, unexpected.isEmpty, misshapen.isEmpty else {
            throw WeightError(
                path: checkpoint.path, missing: missing, unexpected: unexpected, misshapen: misshapen)
        }
    }
}

/// A place within a checkpoint: `scope / "layer" / 0`.
public struct WeightScope {
    public let loader: WeightLoader
    /// Dotted, without a dot at the end; empty at the root.
    public let path: String

    public static func / (scope: WeightScope, name: String) -> WeightScope {
        WeightScope(loader: scope.loader, path: scope.path.isEmpty ? name : scope.path + "." + name)
    }

    public static func / (scope: WeightScope, index: Int) -> WeightScope { scope / String(index) }

    /// Whether the checkpoint has the tensor of this name here.
    public func contains(_ name: String) -> Bool { loader.checkpoint.contains((self / name).path) }

    /// The place within this one if the checkpoint has anything there, else this place: files of a bare model have no
    /// prefix where those of a model with a head have one.
    public func optional(_ prefix: String) -> WeightScope {
        let inner = self / prefix
        return loader.checkpoint.containsAnything(under: inner.path) ? inner : self
    }

    /// Layer normalisation from `weight` and `bias`, or from `gamma` and `beta` as files of TensorFlow's days name them.
    ///
    /// - Throws: ``SafetensorsError``.
    public func layerNorm(_ name: String, width: Int, epsilon: Float, bias: Bool = true) throws(SafetensorsError)
        -> Norm
    {
        let scope = self / name
        let isOld = !scope.contains("weight") && scope.contains("gamma")
        return .layer(
            weight: try scope.vector(isOld ? "gamma" : "weight", shape: Shape(width)),
            bias: bias ? try scope.vector(isOld ? "beta" : "bias", shape: Shape(width)) : nil, epsilon: epsilon)
    }

    /// RMS normalisation from `weight`.
    ///
    /// - Throws: ``SafetensorsError``.
    public func rmsNorm(_ name: String, width: Int, epsilon: Float) throws(SafetensorsError) -> Norm {
        .rootMeanSquare(weight: try (self / name).vector("weight", shape: Shape(width)), epsilon: epsilon)
    }

    /// The tensor of this name here, as it is stored in the file.
    ///
    /// - Throws: ``SafetensorsError`` if it cannot be read; a missing one is left to ``WeightLoader/finish()``.
    public func tensor(_ name: String, shape: Shape) throws(SafetensorsError) -> Tensor {
        try loader.tensor((self / name).path, shape: shape)
    }

    /// The tensor as float32 in memory of its own: norms, biases.
    ///
    /// - Throws: ``SafetensorsError``.
    public func vector(_ name: String, shape: Shape) throws(SafetensorsError) -> Tensor {
        let source = try tensor(name, shape: shape)
        // A learned vector is used as it is.
        if source.requiresGradient { return source }
        return source.shape == shape ? Tensor(zeros: shape) + source : source
    }
}

/// A checkpoint that does not fit its configuration.
public struct WeightError: Error, Equatable, CustomStringConvertible {
    public let path: String
    public let missing: [String]
    public let unexpected: [String]
    public let misshapen: [String]

    public var description: String {
        var lines = ["\(path): the weights do not fit config.json"]
        func list(_ title: String, _ names: [String]) {
            guard !names.isEmpty else { return }
            let more = names.count > 20 ? ["… and \(names.count - 20) more"] : []
            lines.append("  \(title) (\(names.count)):")
            lines += (names.prefix(20) + more).map { "    " + $0 }
        }
        list("missing", missing)
        list("of another shape", misshapen)
        list("unexpected", unexpected)
        lines.append("  check that config.json and the safetensors files belong together")
        return lines.joined(separator: "\n")
    }
}
