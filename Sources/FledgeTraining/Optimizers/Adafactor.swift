import CFledgeKernels
public import FledgeTensor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Adafactor (Shazeer and Stern 2018), as transformers' class of that name: of a matrix it keeps the mean squares of
/// rows and of columns instead of one for each number.
///
/// A step reads a gradient three times and a parameter twice, and writes the parameter: 24 bytes a number.
public struct Adafactor: Optimizer {
    public static let kind = "adafactor"

    /// The constants of the method.
    public struct Settings: Sendable, Hashable, Codable {
        /// Added to squares of gradients.
        public var epsilon: Double
        /// The least root mean square by which `scaleParameter` multiplies.
        public var minimumScale: Double
        /// Updates whose root mean square is larger are made shorter.
        public var clipThreshold: Double
        /// Step t keeps 1 - t^decayRate of the running means; negative.
        public var decayRate: Double
        /// How much of the running mean of updates a step keeps; nil for no such mean, and no memory for it.
        public var beta1: Double?
        /// Whether the learning rate is multiplied by the root mean square of each parameter.
        public var scaleParameter: Bool
        /// Whether the learning rate is 1 / √t, 0.01 at most, and not what the schedule says.
        public var relativeStep: Bool
        /// Whether that limit grows by 1e-6 a step instead.
        public var warmupInit: Bool

        public init(
            epsilon: Double = 1e-30, minimumScale: Double = 1e-3, clipThreshold: Double = 1, decayRate: Double = -0.8,
            beta1: Double? = nil, scaleParameter: Bool = true, relativeStep: Bool = true, warmupInit: Bool = false
        ) {
            self.epsilon = epsilon
            self.minimumScale = minimumScale
            self.clipThreshold = clipThreshold
            self.decayRate = decayRate
            self.beta1 = beta1
            self.scaleParameter = scaleParameter
            self.relativeStep = relativeStep
            self.warmupInit = warmupInit
        }
    }

    public let settings: Settings
    private let engine: Engine
    private let layout: Moments.Layout
    private var moments = Moments()

    /// - Throws: ``OptimizerError/badSetting(_:_:)``.
    public init(_ settings: Settings = Settings(), engine: Engine = .shared) throws(OptimizerError) {
        guard settings.epsilon > 0, settings.epsilon.isFinite else { throw .badSetting("epsilon", "above 0") }
        guard settings.minimumScale >= 0, settings.minimumScale.isFinite else {
            throw .badSetting("minimumScale", "0 or more")
        }
        guard settings.clipThreshold > 0 else { throw .badSetting("clipThreshold", "above 0") }
        guard settings.decayRate <= 0, settings.decayRate.isFinite else { throw .badSetting("decayRate", "0 or less") }
        guard settings.beta1.map({ (0..<1).contains($0) }) ?? true else {
            throw .badSetting("beta1", "from 0 to below 1, or nil")
        }
        guard settings.relativeStep || !settings.warmupInit else {
            throw .badSetting("warmupInit", "false without relativeStep")
        }
        self.settings = settings
        self.engine = engine
        let hasMean = settings.beta1 != nil
        layout = { shape in
            let squares: [(name: String, shape: Shape)]
            if shape.count >= 2 {
                let columns = Shape(shape.dropLast(2) + [shape[fromEnd: 0]])
                squares = [("exp_avg_sq_row", Shape(shape.dropLast())), ("exp_avg_sq_col", columns)]
            } else {
                squares = [("exp_avg_sq", shape)]
            }
            return squares + (hasMean ? [("exp_avg", shape)] : [])
        }
    }

    public var usesLearningRate: Bool { !settings.relativeStep }

    /// The learning rate of step t with ``Settings/relativeStep``, before a parameter's own size multiplies it.
    public func relativeStepSize(_ step: Int) -> Double {
        min(settings.warmupInit ? 1e-6 * Double(step) : 1e-2, 1 / Double(max(step, 1)).squareRoot())
    }

    public mutating func step(_ parameters: [ParameterUpdate], learningRate: Float, gradientScale: Float) {
        var updates = parameters.map { parameter in
            let number = moments.number(of: parameter.name, shape: parameter.shape, layout: layout)
            var update = constants(
                step: moments.countStep(number), learningRate: learningRate, gradientScale: gradientScale)
            update.learning_rate *= parameter.settings.learningRateFactor
            update.weight_decay = parameter.settings.weightDecay
            update.value = parameter.value.baseAddress
            update.gradient = parameter.gradient.baseAddress
            point(&update, to: number, shape: parameter.shape)
            return update
        }
        guard fledge_adafactor_run(engine.kernels, engine.pool, &updates, updates.count) else {
            preconditionFailure("out of memory for the factors of \(parameters.count) parameters")
        }
        withExtendedLifetime(moments) {}
    }

    /// Tells the kernel where the moments are.
    private mutating func point(_ update: inout fledge_adafactor, to number: Int, shape: Shape) {
        let isFactored = shape.count >= 2
        if isFactored {
            update.rows = shape[fromEnd: 1]
            update.columns = shape[fromEnd: 0]
            update.matrices = shape.dropLast(2).reduce(1, *)
            update.row_means = moments.pointer(number, 0)
            update.column_means = moments.pointer(number, 1)
        } else {
            update.rows = 1
            update.columns = shape.elementCount
            update.matrices = 1
            update.second = moments.pointer(number, 0)
        }
        if settings.beta1 != nil { update.first = moments.pointer(number, isFactored ? 2 : 1) }
    }

    private func constants(step: Int, learningRate: Float, gradientScale: Float) -> fledge_adafactor {
        var update = fledge_adafactor()
        let kept = 1 - pow(Double(step), settings.decayRate)
        update.gradient_scale = gradientScale
        update.learning_rate = settings.relativeStep ? Float(relativeStepSize(step)) : learningRate
        update.beta1 = Float(settings.beta1 ?? 0)
        update.rest1 = Float(1 - (settings.beta1 ?? 0))
        update.beta2 = Float(kept)
        update.rest2 = Float(1 - kept)
        update.epsilon = Float(settings.epsilon)
        update.clip_threshold = Float(settings.clipThreshold)
        update.scaled = settings.scaleParameter
        update.minimum_scale = Float(settings.minimumScale)
        return update
    }

    public var state: OptimizerState { moments.state(kind: Adafactor.kind, layout: layout) }

    public mutating func restore(_ state: OptimizerState, shapes: [String: Shape]) throws(OptimizerError) {
        moments = try Moments(state, kind: Adafactor.kind, shapes: shapes, layout: layout)
    }
}
