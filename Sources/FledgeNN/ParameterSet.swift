public import FledgeTensor

/// The numbers of a model while they are learned, by the checkpoint's names and in its order.
///
/// A model is made from them anew for every step: a model is a value, and what an optimiser changes is here.
public final class ParameterSet: WeightSource {
    public let path: String
    public private(set) var parameters: [Parameter] = []
    private var indices: [String: Int] = [:]
    /// The names that models asked for: what else there is, belongs to other heads or is a copy.
    public private(set) var used: Set<String> = []
    /// Numbers for names that nothing has yet: a model from nothing, or a head on a model that had another one.
    private let initializer: ((String, Shape) -> Tensor?)?
    /// Whether a tensor that not every checkpoint has is there, in a model from nothing.
    private let hasOptional: (String) -> Bool
    /// The names that the initialiser made numbers for.
    public private(set) var initialized: [String] = []
    /// Beginnings of names under which a model from nothing has its weights.
    private let prefixes: [String]

    /// A checkpoint's floating-point tensors: of those that are learned, float32 copies are made.
    ///
    /// - Parameters:
    ///   - checkpoint: where they are.
    ///   - initializer: the numbers of a tensor that the checkpoint lacks; nil for one that it must have.
    /// - Throws: ``SafetensorsError``.
    public init(
        _ checkpoint: Checkpoint, initializer: ((String, Shape) -> Tensor?)? = nil
    ) throws(SafetensorsError) {
        path = checkpoint.path
        self.initializer = initializer
        hasOptional = { _ in false }
        prefixes = []
        for name in checkpoint.names {
            let tensor = try checkpoint.tensor(name)
            guard tensor.dtype.isFloatingPoint else { continue }
            add(Parameter(name: name, stored: tensor))
        }
    }

    /// Nothing yet: whatever a model asks for is made by `initializer`.
    ///
    /// - Parameters:
    ///   - path: what errors call it.
    ///   - prefixes: beginnings of names under which a family's checkpoints have their weights.
    ///   - hasOptional: whether a tensor that not every checkpoint has is there.
    ///   - initializer: the numbers of a name and a shape, contiguous float32.
    public init(
        path: String, prefixes: [String], hasOptional: @escaping (String) -> Bool,
        initializer: @escaping (String, Shape) -> Tensor
    ) {
        self.path = path
        self.prefixes = prefixes
        self.hasOptional = hasOptional
        self.initializer = initializer
    }

    public func add(_ parameter: Parameter) {
        if let index = indices[parameter.name] {
            parameters[index] = parameter
            forgetPacked()
        } else {
            indices[parameter.name] = parameters.count
            parameters.append(parameter)
        }
    }

    public subscript(name: String) -> Parameter? { indices[name].map { parameters[$0] } }

    public var names: [String] { parameters.map(\.name) }
    public func contains(_ name: String) -> Bool { indices[name] != nil || hasOptional(name) }

    public func containsAnything(under path: String) -> Bool {
        let beginning = path + "."
        return prefixes.contains(path) || parameters.contains { $0.name.hasPrefix(beginning) }
    }

    public func shape(of name: String, wanted: Shape) -> [Int]? {
        if let parameter = self[name] { return Array(parameter.shape) }
        guard let value = initializer?(name, wanted) else { return nil }
        add(Parameter(name: name, value: value))
        initialized.append(name)
        return Array(wanted)
    }

    public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
        guard let parameter = self[name] else { throw .missingTensor(path, name) }
        used.insert(name)
        let tensor = isFrozen ? parameter.source : parameter.tensor
        fixed[name] = parameter.isTrainable ? nil : tensor.bytes
        return tensor
    }

    /// The bytes of the tensors that nobody learns, by name.
    private var fixed: [String: Range<UInt>] = [:]
    /// What was packed of them.
    private var packed: [PackedKey: PackedWeight] = [:]

    private struct PackedKey: Hashable {
        let type: WeightType
        /// Where each matrix begins, and its shape and strides.
        let places: [UInt]
        let layouts: [Int]
    }

    /// Matrices that nobody learns are packed once, not for every step.
    public func packed(_ matrices: [Tensor], type: WeightType, pack: () -> PackedWeight) -> PackedWeight? {
        let isFixed = matrices.allSatisfy { matrix in
            matrix.elementCount > 0 && fixed.values.contains { $0.contains(matrix.bytes.lowerBound) }
        }
        guard isFixed else { return nil }
        let key = PackedKey(
            type: type, places: matrices.map(\.bytes.lowerBound),
            layouts: matrices.flatMap { Array($0.shape) + Array($0.strides) })
        if let known = packed[key] { return known }
        let fresh = pack()
        packed[key] = fresh
        return fresh
    }

    /// Forgets what was packed, as somebody has changed a tensor that nobody learns.
    public func forgetPacked() { (fixed, packed) = ([:], [:]) }

    /// Whether all tensors are handed out as they lie, learned or not.
    public var isFrozen = false

    /// How many numbers there are.
    public var count: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }
    /// How many of them are learned.
    public var trainableCount: Int {
        parameters.reduce(0) { $0 + ($1.isTrainable ? $1.shape.elementCount : 0) }
    }

    public func clearGradients() {
        for parameter in parameters { parameter.clearGradient() }
    }
}
