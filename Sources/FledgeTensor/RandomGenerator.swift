#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Philox 4×32 with ten rounds (Salmon et al. 2011): random bits as a function of a key and a counter, so that the same
/// seed gives the same numbers on every machine, and streams with different indices are independent.
public struct RandomGenerator: RandomNumberGenerator, Sendable {
    private let key: (UInt32, UInt32)
    /// Which of the sequences of the seed this is.
    public let stream: UInt64
    private var counter: UInt64 = 0
    private var spare: UInt64?

    /// - Parameters:
    ///   - seed: the key.
    ///   - stream: which of the 2⁶⁴ sequences of that key; the rows of a batch have one each.
    public init(seed: UInt64, stream: UInt64 = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.stream = stream
    }

    /// The four words for a counter of four words.
    package static func block(
        counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        var c = counter
        var k = key
        for _ in 0..<10 {
            let a = UInt64(0xD251_1F53) * UInt64(c.0)
            let b = UInt64(0xCD9E_8D57) * UInt64(c.2)
            c = (
                UInt32(truncatingIfNeeded: b >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: b),
                UInt32(truncatingIfNeeded: a >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: a)
            )
            k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
        }
        return c
    }

    public mutating func next() -> UInt64 {
        if let value = spare {
            spare = nil
            return value
        }
        let words = RandomGenerator.block(
            counter: (
                UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
                UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)
            ), key: key)
        counter &+= 1
        spare = UInt64(words.2) | UInt64(words.3) << 32
        return UInt64(words.0) | UInt64(words.1) << 32
    }

    /// The key.
    public var seed: UInt64 { UInt64(key.0) | UInt64(key.1) << 32 }

    /// How often ``next()`` was called.
    public var drawn: UInt64 { counter &* 2 &- (spare == nil ? 0 : 1) }

    /// Passes over numbers, so that ``drawn`` is `count`. O(1).
    public mutating func move(to count: UInt64) {
        counter = count / 2
        spare = nil
        if count % 2 == 1 { _ = next() }
    }

    /// A number in [0, 1), from the upper 53 bits of ``next()``.
    public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

extension RandomGenerator {
    /// The sequence that belongs to a name (by FNV-1a of its bytes): numbers for one do not depend on the others.
    package init(seed: UInt64, name: String) {
        let stream = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        self.init(seed: seed, stream: stream)
    }

    /// Numbers of a normal distribution around 0 (Box and Muller 1958).
    public mutating func normals(_ count: Int, deviation: Float) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(count + 1)
        while values.count < count {
            let radius = (-2 * log(1 - nextUnit())).squareRoot()
            let angle = 2 * Double.pi * nextUnit()
            values.append(Float(radius * cos(angle)) * deviation)
            values.append(Float(radius * sin(angle)) * deviation)
        }
        return Array(values.prefix(count))
    }
}
