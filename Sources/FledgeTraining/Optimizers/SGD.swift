import CFledgeKernels
public import FledgeTensor

/// Stochastic gradient descent with momentum, as `torch.optim.SGD`. Weight decay is added to the gradient.
public struct SGD: Optimizer {
    public static let kind = "sgd"

    /// The constants of the method.
    public struct Settings: Sendable, Hashable, Codable {
        /// How much of the running sum of gradients a step keeps; 0 keeps none, and needs no memory.
        public var momentum: Float
        /// How much less a new gradient counts in that sum.
        public var dampening: Float
        /// Whether a step looks ahead by the momentum (Sutskever et al. 2013).
        public var nesterov: Bool

        public init(momentum: Float = 0, dampening: Float = 0, nesterov: Bool = false) {
            self.momentum = momentum
            self.dampening = dampening
            self.nesterov = nesterov
        }
    }

    public let settings: Settings
    private let engine: Engine
    private let layout: Moments.Layout
    private var moments = Moments()

    /// - Throws: ``OptimizerError/badSetting(_:_:)``.
    public init(_ settings: Settings = Settings(), engine: Engine = .shared) throws(OptimizerError) {
        guard settings.momentum >= 0, settings.momentum.isFinite else { throw .badSetting("momentum", "0 or more") }
        guard settings.dampening.isFinite else { throw .badSetting("dampening", "a number") }
        guard !settings.nesterov || (settings.momentum > 0 && settings.dampening == 0) else {
            throw .badSetting("nesterov", "false without momentum or with dampening")
        }
        self.settings = settings
        self.engine = engine
        let hasMomentum = settings.momentum > 0
        layout = { hasMomentum ? [("momentum_buffer", $0)] : [] }
    }

    public var usesLearningRate: Bool { true }

    public mutating func step(_ parameters: [ParameterUpdate], learningRate: Float, gradientScale: Float) {
        let hasMomentum = settings.momentum > 0
        var updates: [fledge_update] = []
        updates.reserveCapacity(parameters.count)
        for parameter in parameters {
            let number = moments.number(of: parameter.name, shape: parameter.shape, layout: layout)
            // The first gradient is the momentum, whatever the dampening.
            let isFirst = moments.countStep(number) == 1
            updates.append(
                fledge_update(
                    parameter, first: hasMomentum ? moments.pointer(number, 0) : nil, second: nil,
                    decay: parameter.settings.weightDecay,
                    rate: learningRate * parameter.settings.learningRateFactor,
                    factor: isFirst ? 1 : 1 - settings.dampening))
        }
        var constants = fledge_sgd(
            momentum: settings.momentum, nesterov: settings.nesterov, gradient_scale: gradientScale)
        fledge_sgd_run(engine.kernels, engine.pool, &constants, &updates, updates.count)
        withExtendedLifetime(moments) {}
    }

    public var state: OptimizerState { moments.state(kind: SGD.kind, layout: layout) }

    public mutating func restore(_ state: OptimizerState, shapes: [String: Shape]) throws(OptimizerError) {
        moments = try Moments(state, kind: SGD.kind, shapes: shapes, layout: layout)
    }
}
