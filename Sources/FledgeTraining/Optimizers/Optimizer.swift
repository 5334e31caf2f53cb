public import FledgeTensor

/// What changes parameters by their gradients. A value: a copy has moments of its own, which share memory with the
/// original until one of the two takes a step.
public protocol Optimizer: Sendable {
    /// The name in checkpoints and settings: `adamw`, `adafactor`, `sgd`.
    static var kind: String { get }

    /// Whether steps use the `learningRate` that they are given; Adafactor with relative steps has its own.
    var usesLearningRate: Bool { get }

    /// Takes one step, in place, in one pass over all parameters that is spread over the engine's threads. The result
    /// does not depend on how many there are.
    ///
    /// - Parameters:
    ///   - parameters: Whatever has a gradient, each once; moments are kept by name, and made as zeros at its first step.
    ///   - learningRate: What the schedule says.
    ///   - gradientScale: What gradients are multiplied by as they are read: the factor of ``GradientNorm``, or 1.
    /// - Precondition: A name keeps its shape from step to step.
    mutating func step(_ parameters: [ParameterUpdate], learningRate: Float, gradientScale: Float)

    /// Everything that a later run needs to go on, for a checkpoint. O(parameters); shares the moments' memory.
    var state: OptimizerState { get }

    /// Goes on where another optimiser stopped. Moments are copied.
    ///
    /// - Parameters:
    ///   - state: What ``state`` was; one without tensors is that of an optimiser before its first step.
    ///   - shapes: The parameters that have taken steps.
    /// - Throws: ``OptimizerError`` when the state is of another kind of optimiser, or of other parameters; nothing is
    ///   changed then.
    mutating func restore(_ state: OptimizerState, shapes: [String: Shape]) throws(OptimizerError)
}

/// One parameter and its gradient, lent to an optimiser for a step.
public struct ParameterUpdate {
    public var name: String
    public var shape: Shape
    /// The parameter's elements, row after row.
    public var value: UnsafeMutableBufferPointer<Float>
    /// The gradient's elements in the same order.
    public var gradient: UnsafeBufferPointer<Float>
    public var settings: ParameterSettings

    /// - Precondition: `value` and `gradient` have as many elements as `shape`.
    public init(
        name: String, shape: Shape, value: UnsafeMutableBufferPointer<Float>, gradient: UnsafeBufferPointer<Float>,
        settings: ParameterSettings = ParameterSettings()
    ) {
        precondition(
            value.count == shape.elementCount && gradient.count == shape.elementCount,
            "\(value.count) values and \(gradient.count) gradients for “\(name)” of shape \(shape)")
        self.name = name
        self.shape = shape
        self.value = value
        self.gradient = gradient
        self.settings = settings
    }
}

/// The moments of an optimiser, as a checkpoint holds them.
public struct OptimizerState: Sendable {
    /// ``Optimizer/kind``.
    public var kind: String
    /// By name and moment, as PyTorch calls them: `encoder.weight.exp_avg`, `encoder.weight.step`.
    public var tensors: [String: Tensor]

    public init(kind: String, tensors: [String: Tensor]) {
        self.kind = kind
        self.tensors = tensors
    }
}

/// Why an optimiser cannot be set up, or cannot go on from a checkpoint.
public enum OptimizerError: Error, Equatable, CustomStringConvertible {
    case badSetting(String, String)
    case wrongKind(expected: String, found: String)
    case missing(String)
    case unexpected(String)
    case wrongShape(String, expected: String, found: String)

    public var description: String {
        switch self {
        case .badSetting(let name, let rule): "the optimiser's \(name) must be \(rule)"
        case .wrongKind(let expected, let found):
            "the checkpoint's optimiser is \(found), not \(expected); go on with the same optimiser, or start without "
                + "its state"
        case .missing(let name):
            "the optimiser's state has no “\(name)”: the checkpoint is of another model, or of a run that trained other "
                + "parameters"
        case .unexpected(let name):
            "the optimiser's state has “\(name)”, which is of no parameter that is trained here: the checkpoint is of "
                + "another model, or of a run that trained other parameters"
        case .wrongShape(let name, let expected, let found):
            "the optimiser's “\(name)” is \(found) in the checkpoint, and \(expected) is needed: it is of another model"
        }
    }
}
