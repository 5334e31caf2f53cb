public import FledgeNN
public import FledgeTensor

/// Low-rank adapters for some of a model's matrices (Hu et al. 2022): B starts as zeros, A as Kaiming's uniform
/// distribution, and their product is added to the matrix.
public final class LowRankAdapters {
    public struct Options: Sendable, Hashable, Codable {
        public var rank: Int
        public var alpha: Float
        public var dropout: Float
        /// Ends of the names of the layers that get one: `q`, `v`, `c_attn`.
        public var targetModules: [String]

        /// - Throws: ``TrainingError/badOption(_:_:)`` for what cannot be computed with.
        func check() throws(TrainingError) {
            guard 1...65_536 ~= rank else { throw .badOption("the adapters' rank", "above 0, and 65536 at most") }
            guard alpha.isFinite else { throw .badOption("the adapters' alpha", "a number") }
            guard dropout >= 0, dropout < 1 else { throw .badOption("the adapters' dropout", "from 0 to below 1") }
        }

        /// What the product of the two matrices is multiplied by.
        public var scale: Float { alpha / Float(rank) }

        public init(rank: Int = 8, alpha: Float = 16, dropout: Float = 0, targetModules: [String]) {
            self.rank = rank
            self.alpha = alpha
            self.dropout = dropout
            self.targetModules = targetModules
        }
    }

    public let options: Options
    /// Of each layer, A `[rank, inputs]` and B `[outputs, rank]`.
    public let layers: [(name: String, a: Parameter, b: Parameter)]
    private let type: WeightType

    /// Adapters for the matrices of a model, which are frozen, as everything else is.
    ///
    /// - Parameters:
    ///   - parameters: the model's, all of which have been asked for.
    ///   - options: which layers, and how.
    ///   - inputsFirst: ends of the names of matrices that lie as `[inputs, outputs]`.
    ///   - type: what products are computed in.
    ///   - seed: of the first numbers.
    /// - Throws: ``TrainingError`` if no layer matches.
    public init(
        _ parameters: ParameterSet, options: Options, inputsFirst: [String] = [], type: WeightType, seed: UInt64
    ) throws(TrainingError) {
        try options.check()
        self.options = options
        self.type = type == .bfloat16 ? .bfloat16 : .float32
        var layers: [(name: String, a: Parameter, b: Parameter)] = []
        for parameter in parameters.parameters where parameters.used.contains(parameter.name) {
            parameter.isTrainable = false
            guard parameter.shape.count == 2, parameter.name.hasSuffix(".weight") else { continue }
            let layer = String(parameter.name.dropLast(".weight".count))
            guard options.targetModules.contains(where: { layer == $0 || layer.hasSuffix("." + $0) }) else { continue }
            var (outputs, inputs) = (parameter.shape[0], parameter.shape[1])
            if inputsFirst.contains(where: { parameter.name.hasSuffix($0) }) { swap(&outputs, &inputs) }
            var generator = RandomGenerator(seed: seed, name: layer)
            // Kaiming's uniform distribution with a = √5: up to 1 / √inputs.
            let bound = 1 / Double(inputs).squareRoot()
            let a = (0..<options.rank * inputs).map { _ in Float((generator.nextUnit() * 2 - 1) * bound) }
            layers.append(
                (
                    layer, Parameter(name: layer + ".lora_A.weight", value: Tensor(a, shape: [options.rank, inputs])),
                    Parameter(name: layer + ".lora_B.weight", value: Tensor(zeros: [outputs, options.rank]))
                ))
        }
        guard !layers.isEmpty else { throw .noTargetModules(options.targetModules) }
        self.layers = layers
    }

    init(layers: [(name: String, a: Parameter, b: Parameter)], options: Options, type: WeightType) {
        self.layers = layers
        self.options = options
        self.type = type == .bfloat16 ? .bfloat16 : .float32
    }

    public var parameters: [Parameter] { layers.flatMap { [$0.a, $0.b] } }

    /// By layer, as the layers want them.
    func tensors(dropout: Dropout?) -> [String: LowRankAdapter] {
        var result: [String: LowRankAdapter] = [:]
        for (index, layer) in layers.enumerated() {
            let own =
                options.dropout > 0
                ? dropout.map {
                    Dropout(probability: options.dropout, seed: $0.stream(UInt64(index) << 32).seed)
                } : nil
            result[layer.name] = LowRankAdapter(
                a: layer.a.tensor, b: layer.b.tensor, scale: options.scale, dropout: own,
                type: type)
        }
        return result
    }
}
