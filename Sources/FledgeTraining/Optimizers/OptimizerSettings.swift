public import FledgeTensor

/// Which optimiser, and its constants: what a configuration file says.
public enum OptimizerSettings: Sendable, Hashable, Codable {
    case adamW(AdamW.Settings)
    case adafactor(Adafactor.Settings)
    case sgd(SGD.Settings)

    /// The optimiser that transformers' option `optim` names, with its usual constants: `adamw_torch`,
    /// `adamw_torch_fused`, `adafactor` or `sgd`; nil for any other name. Its Adafactor takes the schedule's learning
    /// rate as it is.
    public init?(optim: String) {
        switch optim {
        case "adamw", "adamw_torch", "adamw_torch_fused": self = .adamW(AdamW.Settings())
        case "adafactor": self = .adafactor(Adafactor.Settings(scaleParameter: false, relativeStep: false))
        case "sgd": self = .sgd(SGD.Settings())
        default: return nil
        }
    }

    /// An optimiser that has taken no step.
    ///
    /// - Throws: ``OptimizerError/badSetting(_:_:)``.
    public func makeOptimizer(engine: Engine = .shared) throws(OptimizerError) -> any Optimizer {
        switch self {
        case .adamW(let settings): try AdamW(settings, engine: engine)
        case .adafactor(let settings): try Adafactor(settings, engine: engine)
        case .sgd(let settings): try SGD(settings, engine: engine)
        }
    }
}
