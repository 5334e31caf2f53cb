public import FledgeTensor

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Picks the next token from processed scores.
public protocol Sampler: Sendable {
    /// - Parameters:
    ///   - logits: unnormalised log-probabilities, at least one above −∞.
    ///   - random: the row's own generator.
    func sample(_ logits: UnsafeMutableBufferPointer<Float>, random: inout RandomGenerator) -> Int
}

/// The likeliest token; of equals the one with the smallest id.
public struct GreedySampler: Sampler {
    public init() {}

    public func sample(_ logits: UnsafeMutableBufferPointer<Float>, random: inout RandomGenerator) -> Int {
        Engine.shared.argmax(of: logits)
    }
}

/// A draw from softmax(logits), by the inverse of the cumulative distribution in the order of ids.
public struct MultinomialSampler: Sampler {
    public init() {}

    public func sample(_ logits: UnsafeMutableBufferPointer<Float>, random: inout RandomGenerator) -> Int {
        let unit = random.nextUnit()
        guard let largest = logits.max(), largest > -.infinity else { return 0 }
        var total = 0.0
        for index in logits.indices where logits[index] > -.infinity {
            logits[index] = Softmax.exponential(logits[index] - largest)
            total += Double(logits[index])
        }
        let target = unit * total
        var sum = 0.0
        var last = 0
        for index in logits.indices where logits[index] > 0 {
            sum += Double(logits[index])
            last = index
            if sum > target { return index }
        }
        return last
    }
}

enum Softmax {
    static func exponential(_ x: Float) -> Float { exp(x) }
}
