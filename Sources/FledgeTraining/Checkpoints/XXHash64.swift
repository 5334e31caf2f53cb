/// The checksum of a checkpoint's files: XXH64 with the seed 0 (Yann Collet's xxHash, specification 0.1.1), the number
/// that `xxhsum -H64` prints. Fast enough to be hidden behind the disk.
package struct XXHash64 {
    private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
        0x27D4_EB2F_1656_67C5
    )
    private static let stripe = 32

    private var lanes: (UInt64, UInt64, UInt64, UInt64) = (
        primes.0 &+ primes.1, primes.1, 0, 0 &- primes.0
    )
    /// Bytes that fill no stripe yet.
    private var rest: [UInt8] = []
    private var count: UInt64 = 0

    package init() { rest.reserveCapacity(Self.stripe) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        count &+= UInt64(bytes.count)
        var bytes = bytes
        if !rest.isEmpty {
            let missing = min(Self.stripe - rest.count, bytes.count)
            rest.append(contentsOf: bytes.prefix(missing))
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(missing))
            guard rest.count == Self.stripe else { return }
            let stripe = rest
            stripe.withUnsafeBytes { consume($0) }
            rest.removeAll(keepingCapacity: true)
        }
        let whole = bytes.count / Self.stripe * Self.stripe
        consume(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)))
        rest.append(contentsOf: bytes.dropFirst(whole))
    }

    /// Whole stripes.
    private mutating func consume(_ bytes: UnsafeRawBufferPointer) {
        var (a, b, c, d) = lanes
        var at = 0
        while at < bytes.count {
            a = Self.round(a, Self.word(bytes, at))
            b = Self.round(b, Self.word(bytes, at + 8))
            c = Self.round(c, Self.word(bytes, at + 16))
            d = Self.round(d, Self.word(bytes, at + 24))
            at += Self.stripe
        }
        lanes = (a, b, c, d)
    }

    /// The checksum of what was given so far.
    package var value: UInt64 {
        var hash = Self.primes.4
        if count >= UInt64(Self.stripe) {
            let (a, b, c, d) = lanes
            hash = Self.rotated(a, 1) &+ Self.rotated(b, 7) &+ Self.rotated(c, 12) &+ Self.rotated(d, 18)
            for lane in [a, b, c, d] { hash = (hash ^ Self.round(0, lane)) &* Self.primes.0 &+ Self.primes.3 }
        }
        hash = hash &+ count
        rest.withUnsafeBytes { bytes in
            var at = 0
            while at + 8 <= bytes.count {
                hash = Self.rotated(hash ^ Self.round(0, Self.word(bytes, at)), 27) &* Self.primes.0 &+ Self.primes.3
                at += 8
            }
            if at + 4 <= bytes.count {
                let half = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
                hash = Self.rotated(hash ^ (half &* Self.primes.0), 23) &* Self.primes.1 &+ Self.primes.2
                at += 4
            }
            for byte in bytes[at...] {
                hash = Self.rotated(hash ^ (UInt64(byte) &* Self.primes.4), 11) &* Self.primes.0
            }
        }
        hash = (hash ^ hash >> 33) &* Self.primes.1
        hash = (hash ^ hash >> 29) &* Self.primes.2
        return hash ^ hash >> 32
    }

    /// Sixteen hexadecimal digits.
    package var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    @inline(__always) private static func word(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    @inline(__always) private static func rotated(_ x: UInt64, _ bits: UInt64) -> UInt64 {
        x &<< bits | x &>> (64 &- bits)
    }

    @inline(__always) private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotated(lane &+ word &* primes.1, 31) &* primes.0
    }
}
