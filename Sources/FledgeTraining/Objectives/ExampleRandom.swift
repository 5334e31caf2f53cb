import FledgeData
import FledgeTensor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Random numbers for an example: a function of the seed, the epoch and the example's ids, and of nothing else.
enum ExampleRandom {
    /// The generator of an example.
    ///
    /// - Parameters:
    ///   - seed: the objective's seed.
    ///   - epoch: the epoch, or nil for numbers that are the same in all of them.
    ///   - ids: the example's ids.
    /// - Returns: the generator.
    static func generator(seed: UInt64, epoch: Int?, ids: [Int]) -> RandomGenerator {
        var hash = ContentHash.mixed(UInt64(bitPattern: Int64(epoch ?? -1)) &+ 0x9E37_79B9_7F4A_7C15)
        for id in ids { hash = (hash ^ UInt64(bitPattern: Int64(id))) &* 0x0000_0100_0000_01B3 }
        return RandomGenerator(seed: seed, stream: ContentHash.mixed(hash))
    }
}

extension Int {
    /// A share of a number, halves rounded to the even number; shares beyond 0 and 1 count as these, NaN as 0.
    func share(_ rate: Double) -> Int {
        rate.isNaN ? 0 : Int((Double(self) * Swift.min(Swift.max(rate, 0), 1)).rounded(.toNearestOrEven))
    }
}

extension RandomGenerator {
    /// A number drawn from the Poisson distribution (Knuth's product of uniform numbers).
    mutating func poisson(mean: Double) -> Int {
        let limit = exp(-mean)
        var count = 0
        var product = nextUnit()
        while product > limit {
            count += 1
            product *= nextUnit()
        }
        return count
    }
}
