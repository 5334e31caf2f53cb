public import FledgeNN
package import FledgeTensor

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// How a family's reference begins to learn: which tensors a model without a checkpoint has, and their first numbers.
public struct FreshWeights: Sendable {
    /// The fields of `config.json` that matter here, whatever the family.
    public struct Fields: Decodable, Sendable {
        public let initializerRange: Float?
        public let initStd: Float?
        public let initializerFactor: Float?
        public let tieWordEmbeddings: Bool?
        public let padTokenId: Int?
        public let hiddenSize: Int?
        public let nLayer: Int?
        public let dModel: Int?
        public let dKv: Int?
        public let dFf: Int?
        public let numHeads: Int?

        enum CodingKeys: String, CodingKey {
            case initializerRange = "initializer_range"
            case initStd = "init_std"
            case initializerFactor = "initializer_factor"
            case tieWordEmbeddings = "tie_word_embeddings"
            case padTokenId = "pad_token_id"
            case hiddenSize = "hidden_size"
            case nLayer = "n_layer"
            case dModel = "d_model"
            case dKv = "d_kv"
            case dFf = "d_ff"
            case numHeads = "num_heads"
        }
    }

    /// Beginnings under which the checkpoints of models with heads have the backbone.
    public var prefixes: [String]
    /// Whether a tensor that not every checkpoint has is there.
    public var hasOptional: @Sendable (String, Fields) -> Bool
    /// The standard deviation of a matrix's numbers.
    public var deviation: @Sendable (String, Fields) -> Float
    /// The largest number of a tensor that begins with a uniform distribution; nil for one that does not.
    public var bound: @Sendable (String, Fields) -> Float?
    /// Matrices with a row of zeros for the padding token.
    public var paddedNames: [String]
    /// Ends of the names of matrices that files hold as `[inputs, outputs]`.
    public var inputsFirst: [String] = []
    /// Tensors that the reference does not learn.
    public var buffers: [String] = []

    public init(
        prefixes: [String] = [], paddedNames: [String] = [],
        hasOptional: @escaping @Sendable (String, Fields) -> Bool = { _, _ in false },
        deviation: @escaping @Sendable (String, Fields) -> Float = { $1.initializerRange ?? 0.02 },
        bound: @escaping @Sendable (String, Fields) -> Float? = { _, _ in nil }
    ) {
        self.prefixes = prefixes
        self.paddedNames = paddedNames
        self.hasOptional = hasOptional
        self.deviation = deviation
        self.bound = bound
    }

    /// Parameters for a model of a configuration, made as the model asks for them; the same for the same seed, whatever
    /// the order.
    ///
    /// - Throws: ``ModelError/badConfig(_:_:)``.
    public func parameters(config: Data, path: String, seed: UInt64) throws(ModelError) -> ParameterSet {
        let fields = try ModelConfig.decode(Fields.self, config, path: path)
        return ParameterSet(
            path: path, prefixes: prefixes, hasOptional: { hasOptional($0, fields) },
            initializer: { initial($0, $1, fields, seed: seed) })
    }

    /// A uniform distribution where the family has one; else zeros for biases, ones for the weights of norms, a normal
    /// distribution for matrices.
    package func initial(_ name: String, _ shape: Shape, _ fields: Fields, seed: UInt64) -> Tensor {
        var generator = RandomGenerator(seed: seed, name: name)
        if let bound = bound(name, fields) {
            return Tensor(
                (0..<shape.elementCount).map { _ in Float(generator.nextUnit() * 2 - 1) * bound }, shape: shape)
        }
        if shape.count < 2 {
            let isWeight = name.hasSuffix("weight") || name.hasSuffix("gamma")
            return Tensor([Float](repeating: isWeight ? 1 : 0, count: shape.elementCount), shape: shape)
        }
        var values = generator.normals(shape.elementCount, deviation: deviation(name, fields))
        if let row = fields.padTokenId, row >= 0, row < shape[0], paddedNames.contains(where: { name.hasSuffix($0) }) {
            let width = shape[1]
            values.replaceSubrange(row * width..<(row + 1) * width, with: repeatElement(0, count: width))
        }
        return Tensor(values, shape: shape)
    }
}
