public import FledgeTensor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Attention with linear biases (Press et al. 2022): a score falls with distance, for each head at a slope of its own.
public struct ALiBi: PositionEncoding {
    /// One a head.
    public let slopes: [Float]

    public init(heads: Int) { slopes = ALiBi.slopes(heads: heads) }

    /// A geometric series from 2^(-8/n) for n heads; where n is no power of two, that of the next lower one, and then
    /// every second of the next higher one's.
    static func slopes(heads: Int) -> [Float] {
        var lower = 1
        while lower * 2 <= heads { lower *= 2 }
        let base = Float(pow(2, -8 / Double(lower)))
        var slopes = (1...lower).map { powf(base, Float($0)) }
        let extra = Float(pow(2, -4 / Double(lower)))
        slopes += (0..<max(0, heads - lower)).map { powf(extra, Float(2 * $0 + 1)) }
        return Array(slopes.prefix(heads))
    }

    /// slope · (key position − query position): the same, after softmax, as slope · key position.
    public func bias(span: Int) -> DistanceBias? {
        let width = 2 * span - 1
        var values: [Float] = []
        values.reserveCapacity(slopes.count * width)
        for slope in slopes { values += (0..<width).lazy.map { slope * Float($0 - (span - 1)) } }
        return DistanceBias(table: Tensor(values, shape: Shape(slopes.count, width)), span: span)
    }
}
