import FledgeTensor
import FledgeTraining
import Foundation
import Testing

private let benchmarkMillions = ProcessInfo.processInfo.environment["FLEDGE_BENCHMARK"].flatMap(Double.init)

/// Prints how fast optimisers are, beside the bandwidth of memory: with FLEDGE_BENCHMARK=124 for 124 million parameters.
/// Benchmarks/optimizer_peers.py prints the same of PyTorch.
@Suite(.serialized, .enabled(if: benchmarkMillions != nil, "FLEDGE_BENCHMARK is not set"))
struct OptimizerSpeedTests {
    /// Matrices and vectors as a transformer of width 768 has them.
    private static func shapes(_ total: Int) -> [String: Shape] {
        var (shapes, rest): ([String: Shape], Int) = ([:], total)
        while rest > 0 {
            for shape in [[768, 3072], [3072], [768, 768], [768]] as [Shape] where rest > 0 {
                let fits = shape.elementCount <= rest
                shapes["p\(shapes.count)"] = fits ? shape : Shape(rest)
                rest -= fits ? shape.elementCount : rest
            }
        }
        return shapes
    }

    /// Seconds of the median of 21 runs and of the fastest, after two that do not count.
    private func seconds(_ body: () -> Void) -> (median: Double, least: Double) {
        for _ in 0..<2 { body() }
        let times = (0..<21).map { _ in ContinuousClock().measure(body).seconds }.sorted()
        return (times[10], times[0])
    }

    @Test func `AdamW is limited by memory`() throws {
        let engine = Engine.shared
        let total = Int((benchmarkMillions ?? 1) * 1e6)
        let parameters = Parameters(Self.shapes(total))
        for (index, name) in parameters.names.enumerated() {
            let count = parameters.shapes[name]?.elementCount ?? 0
            parameters.setGradients([name: (0..<count).map { Float(($0 + index) % 17 - 8) * 0.01 }])
        }
        let updates = parameters.updates(ParameterSettings(weightDecay: 0.01))
        let bandwidth = engine.measureReadBandwidth()
        print("\(total) parameters, \(engine.threads) threads, \(engine.isa), read \(Int(bandwidth / 1e8)) × 0.1 GB/s")
        func report(_ name: String, bytes: Int, _ body: () -> Void) -> Double {
            let time = seconds(body)
            let rate = Double(total * bytes) / time.median
            print(
                "\(name): \(Int(time.median * 1e6)) µs (least \(Int(time.least * 1e6))), \(bytes) bytes a parameter, "
                    + "\(Int(rate / 1e8)) × 0.1 GB/s")
            return rate
        }
        _ = report("norm", bytes: 4) { _ = GradientNorm.norm(of: updates) }
        var adamW = try AdamW()
        let rate = report("adamw", bytes: 28) { adamW.step(updates, learningRate: 1e-5, gradientScale: 0.9) }
        _ = report("norm and adamw", bytes: 32) {
            let scale = GradientNorm.scale(norm: GradientNorm.norm(of: updates), maximum: 1)
            adamW.step(updates, learningRate: 1e-5, gradientScale: scale)
        }
        var sgd = try SGD(.init(momentum: 0.9))
        _ = report("sgd", bytes: 20) { sgd.step(updates, learningRate: 1e-5, gradientScale: 0.9) }
        var adafactor = try Adafactor(.init(relativeStep: false))
        _ = report("adafactor", bytes: 24) { adafactor.step(updates, learningRate: 1e-5, gradientScale: 0.9) }
        #expect(rate > 0.3 * bandwidth)
    }
}
