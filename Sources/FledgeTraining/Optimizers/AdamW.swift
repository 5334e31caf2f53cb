import CFledgeKernels
public import FledgeTensor

/// Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019, algorithm 2), as `torch.optim.AdamW`.
///
/// A step reads four numbers for each of a parameter and writes three: 28 bytes.
public struct AdamW: Optimizer {
    public static let kind = "adamw"

    /// The constants of the method.
    public struct Settings: Sendable, Hashable, Codable {
        /// How much of the running mean of the gradients a step keeps.
        public var beta1: Double
        /// The same of the running mean of their squares.
        public var beta2: Double
        /// Added to the root of the running mean of squares.
        public var epsilon: Double

        public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
        }
    }

    public let settings: Settings
    private let engine: Engine
    private var moments = Moments()

    /// - Throws: ``OptimizerError/badSetting(_:_:)``.
    public init(_ settings: Settings = Settings(), engine: Engine = .shared) throws(OptimizerError) {
        guard (0..<1).contains(settings.beta1) else { throw .badSetting("beta1", "from 0 to below 1") }
        guard (0..<1).contains(settings.beta2) else { throw .badSetting("beta2", "from 0 to below 1") }
        guard settings.epsilon >= 0, settings.epsilon.isFinite else { throw .badSetting("epsilon", "0 or more") }
        self.settings = settings
        self.engine = engine
    }

    public var usesLearningRate: Bool { true }

    private static let layout: Moments.Layout = { [("exp_avg", $0), ("exp_avg_sq", $0)] }

    public mutating func step(_ parameters: [ParameterUpdate], learningRate: Float, gradientScale: Float) {
        var updates: [fledge_update] = []
        updates.reserveCapacity(parameters.count)
        for parameter in parameters {
            let number = moments.number(of: parameter.name, shape: parameter.shape, layout: AdamW.layout)
            let step = moments.countStep(number)
            let rate = Double(learningRate) * Double(parameter.settings.learningRateFactor)
            updates.append(
                fledge_update(
                    parameter, first: moments.pointer(number, 0), second: moments.pointer(number, 1),
                    decay: Float(1 - rate * Double(parameter.settings.weightDecay)),
                    rate: Float(rate / (1 - power(settings.beta1, step))),
                    factor: Float(1 / (1 - power(settings.beta2, step)).squareRoot())))
        }
        var constants = fledge_adamw(
            rest1: Float(1 - settings.beta1), beta2: Float(settings.beta2), rest2: Float(1 - settings.beta2),
            epsilon: Float(settings.epsilon), gradient_scale: gradientScale)
        fledge_adamw_run(engine.kernels, engine.pool, &constants, &updates, updates.count)
        withExtendedLifetime(moments) {}
    }

    public var state: OptimizerState { moments.state(kind: AdamW.kind, layout: AdamW.layout) }

    public mutating func restore(_ state: OptimizerState, shapes: [String: Shape]) throws(OptimizerError) {
        moments = try Moments(state, kind: AdamW.kind, shapes: shapes, layout: AdamW.layout)
    }
}

extension fledge_update {
    init(
        _ parameter: ParameterUpdate, first: UnsafeMutablePointer<Float>?, second: UnsafeMutablePointer<Float>?,
        decay: Float, rate: Float, factor: Float
    ) {
        self.init(
            value: parameter.value.baseAddress, gradient: parameter.gradient.baseAddress, first: first, second: second,
            count: parameter.value.count, decay: decay, rate: rate, factor: factor, first_block: 0)
    }
}

/// baseᵉˣᵖᵒⁿᵉⁿᵗ by repeated squaring, the same on every machine.
func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}
