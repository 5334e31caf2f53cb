import FledgeTensor
import FledgeTraining
import Foundation
import Testing

/// Ten steps as PyTorch and transformers take them (Tools/optimizer_golden.py).
struct OptimizerGolden: Decodable {
    struct Settings: Decodable {
        var betas: [Double]?
        var eps: Numbers?
        var weightDecay: Float?
        var maxNorm: Float?
        var momentum: Float?
        var dampening: Float?
        var nesterov: Bool?
        var warmupInit: Bool?
        var scaleParameter: Bool?
        var relativeStep: Bool?
        var clipThreshold: Double?
        var beta1: Double?
        var decayRate: Double?
    }

    /// One number or several.
    struct Numbers: Decodable {
        let list: [Double]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            list = try (try? [container.decode(Double.self)]) ?? container.decode([Double].self)
        }
    }

    struct Case: Decodable {
        let kind: String
        let settings: Settings
        let learningRates: [Float]
        let norms: [Float]
        let values: [String: [String: [Float]]]
    }

    let shapes: [String: [Int]]
    let start: [String: [Float]]
    let gradients: [[String: [Float]]]
    let cases: [Case]

    static let shared: OptimizerGolden? = try? Fixture.decode(
        OptimizerGolden.self, "optimizers.json", keys: .convertFromSnakeCase)
}

extension OptimizerGolden.Case {
    func optimizer(_ engine: Engine) throws -> any Optimizer {
        switch kind {
        case "adamw":
            var made = AdamW.Settings()
            if let betas = settings.betas { (made.beta1, made.beta2) = (betas[0], betas[1]) }
            if let epsilon = settings.eps { made.epsilon = epsilon.list[0] }
            return try AdamW(made, engine: engine)
        case "sgd":
            return try SGD(
                SGD.Settings(
                    momentum: settings.momentum ?? 0, dampening: settings.dampening ?? 0,
                    nesterov: settings.nesterov ?? false), engine: engine)
        default:
            var made = Adafactor.Settings()
            if let epsilon = settings.eps { (made.epsilon, made.minimumScale) = (epsilon.list[0], epsilon.list[1]) }
            made.clipThreshold = settings.clipThreshold ?? made.clipThreshold
            made.decayRate = settings.decayRate ?? made.decayRate
            made.beta1 = settings.beta1
            made.scaleParameter = settings.scaleParameter ?? true
            made.relativeStep = settings.relativeStep ?? true
            made.warmupInit = settings.warmupInit ?? false
            return try Adafactor(made, engine: engine)
        }
    }
}

@Suite struct OptimizerGoldenTests {
    @Test(arguments: Engine.availableISAs)
    func `Ten steps of each optimiser end where PyTorch's and transformers' end`(isa: String) throws {
        let golden = try #require(OptimizerGolden.shared)
        #expect(golden.cases.count == 14)
        for threads in [1, 2] {
            let engine = try Engine(threads: threads, isa: isa)
            for (index, test) in golden.cases.enumerated() {
                let parameters = Parameters(golden.shapes.mapValues { Shape($0) })
                parameters.set(golden.start)
                var optimizer = try test.optimizer(engine)
                let settings = ParameterSettings(weightDecay: test.settings.weightDecay ?? 0)
                for (step, gradients) in golden.gradients.enumerated() {
                    parameters.setGradients(gradients)
                    let updates = parameters.updates(settings)
                    let norm = GradientNorm.norm(of: updates, engine: engine)
                    if !test.norms.isEmpty { #expect(abs(norm - test.norms[step]) <= 2e-6 * norm) }
                    optimizer.step(
                        updates, learningRate: test.learningRates[step],
                        gradientScale: GradientNorm.scale(norm: norm, maximum: test.settings.maxNorm))
                    for (name, expected) in test.values["\(step + 1)"] ?? [:] {
                        let error = worst(parameters.scalars(name), expected, floor: 0.02)
                        #expect(error <= 3e-6, "\(test.kind) \(index), step \(step + 1), \(name)")
                    }
                }
            }
        }
    }
}
