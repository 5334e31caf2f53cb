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
    /// Picks one token; may use the row's memory for its own purposes.
    ///
    /// - Parameters:
    ///   - logits: unnormalised log-probabilities, at least one above −∞.
    ///   - random: the row's own generator.
    /// - Returns: the token's id.
    func sample(_ logits: UnsafeMutableBufferPointer<Float>, random: inout RandomGenerator) -> Int
}

/// The likeliest token; of equals the one with the smallest id.
public struct GreedySampler: Sampler {
    private let engine: Engine

    /// - Parameter engine: whose kernel looks for it.
    public init(engine: Engine = .shared) { self.engine = engine }

    public func sample(_ logits: UnsafeMutableBufferPointer<Float>, random: inout RandomGenerator) -> Int {
        engine.argmax(of: logits)
    }
}

/// A draw from softmax(logits), by the inverse of the cumulative distribution in the order of ids.
public struct MultinomialSampler: Sampler {
    public init() {}

    public func sample(_ logits: UnsafeMutableBufferPointer<Float>, random: inout RandomGenerator) -> Int {
        let unit = random.nextUnit()
        let (largest, finite) = Softmax.largest(of: logits)
        guard finite > 0 else { return 0 }
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

/// Parts of softmax that processors and samplers share.
enum Softmax {
    static func exponential(_ x: Float) -> Float { exp(x) }

    /// The largest score, and how many are above −∞. Not-a-number counts for nothing.
    static func largest(of logits: UnsafeMutableBufferPointer<Float>) -> (score: Float, finite: Int) {
        var largest = -Float.infinity
        var finite = 0
        for score in logits where score > -.infinity {
            finite += 1
            if score > largest { largest = score }
        }
        return (largest, finite)
    }
}
