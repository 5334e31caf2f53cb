public import FledgeTensor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// T5's relative position bias (Raffel et al. 2020, section 2.1): a learned number a head for each bucket of distances,
/// exact for small distances and logarithmic up to a maximum.
public struct RelativePositionBias: PositionEncoding {
    /// `[buckets, heads]`, float32.
    public let weight: Tensor
    public let maximumDistance: Int
    /// Whether keys may lie after the query (encoder), and half of the buckets are theirs.
    public let isBidirectional: Bool

    public init(weight: Tensor, maximumDistance: Int, isBidirectional: Bool) {
        self.weight = weight.converted(to: .float32).contiguous()
        self.maximumDistance = maximumDistance
        self.isBidirectional = isBidirectional
    }

    /// The bucket of a distance, key position − query position.
    ///
    /// The logarithm is taken in float32, as the reference does: at the edges of buckets it decides.
    public static func bucket(distance: Int, buckets: Int, maximumDistance: Int, isBidirectional: Bool) -> Int {
        var count = buckets
        var result = 0
        var reach = -distance
        if isBidirectional {
            count /= 2
            if distance > 0 { result = count }
            reach = abs(distance)
        } else {
            reach = max(reach, 0)
        }
        let exact = count / 2
        if reach < exact { return result + reach }
        guard exact > 0 else { return result + max(0, count - 1) }
        let ratio = log(Float(reach) / Float(exact)) / Float(log(Double(maximumDistance) / Double(exact)))
        let scaled = ratio * Float(count - exact)
        let logarithmic = scaled.isFinite ? Int(min(max(scaled, 0), Float(count))) : count
        return result + min(exact + logarithmic, count - 1)
    }

    /// Takes a table's gradient to the buckets that its entries came from.
    private func spread(_ gradient: Tensor) {
        let (buckets, heads, width) = (weight.shape[0], weight.shape[1], gradient.shape[1])
        var sums = [Float](repeating: 0, count: buckets * heads)
        gradient.withFloats { values in
            for entry in 0..<width {
                let bucket = RelativePositionBias.bucket(
                    distance: entry - (width - 1) / 2, buckets: buckets, maximumDistance: maximumDistance,
                    isBidirectional: isBidirectional)
                for head in 0..<heads { sums[bucket * heads + head] += values[head * width + entry] }
            }
        }
        weight.node?.add(Tensor(sums, shape: weight.shape), isOwned: true)
    }

    /// The bias of every distance below `span`. O(heads · span).
    public func bias(span: Int) -> DistanceBias? {
        let (buckets, heads) = (weight.shape[0], weight.shape[1])
        let width = 2 * span - 1
        var values = [Float](repeating: 0, count: heads * width)
        weight.withFloats { weights in
            for entry in 0..<width {
                let bucket = RelativePositionBias.bucket(
                    distance: entry - (span - 1), buckets: buckets, maximumDistance: maximumDistance,
                    isBidirectional: isBidirectional)
                for head in 0..<heads { values[head * width + entry] = weights[bucket * heads + head] }
            }
        }
        let table = Tensor(values, shape: [heads, width])
        return DistanceBias(table: table.recorded(from: [weight]) { spread($0.value) }, span: span)
    }
}
