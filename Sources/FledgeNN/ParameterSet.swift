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

    /// Copies of a checkpoint's floating-point tensors, as float32.
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
            let value = Tensor(zeros: tensor.shape)
            tensor.withFloats { source in
                if let base = source.baseAddress { value.floats.update(from: base, count: source.count) }
            }
            tensor.dropPages()
            add(Parameter(name: name, value: value))
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
        if let parameter = self[name] { return Array(parameter.value.shape) }
        guard let value = initializer?(name, wanted) else { return nil }
        add(Parameter(name: name, value: value))
        initialized.append(name)
        return Array(wanted)
    }

    public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
        guard let parameter = self[name] else { throw .missingTensor(path, name) }
        used.insert(name)
        return parameter.tensor
    }

    /// How many numbers there are.
    public var count: Int { parameters.reduce(0) { $0 + $1.value.elementCount } }
    /// How many of them are learned.
    public var trainableCount: Int {
        parameters.reduce(0) { $0 + ($1.isTrainable ? $1.value.elementCount : 0) }
    }

    public func clearGradients() {
        for parameter in parameters { parameter.clearGradient() }
    }
}
