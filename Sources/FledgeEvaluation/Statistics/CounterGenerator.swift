/// Random numbers as a function of a seed, a stream and a counter: the output function of SplitMix64 (Steele, Lea and
/// Flood 2014) at any place of its sequence. Resamples therefore do not depend on one another.
struct CounterGenerator {
    private let base: UInt64

    /// - Parameters:
    ///   - seed: the seed of all streams.
    ///   - stream: which sequence of the seed it is.
    init(seed: UInt64, stream: UInt64) {
        base = CounterGenerator.mix(seed &+ CounterGenerator.mix(stream &+ 0x6A09_E667_F3BC_C909))
    }

    /// The 64 bits at a place.
    @inline(__always)
    subscript(counter: Int) -> UInt64 {
        CounterGenerator.mix(base &+ UInt64(truncatingIfNeeded: counter) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// A whole number below a bound, at a place.
    @inline(__always)
    func number(below bound: Int, at counter: Int) -> Int {
        Int(truncatingIfNeeded: self[counter].multipliedFullWidth(by: UInt64(bound)).high)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
