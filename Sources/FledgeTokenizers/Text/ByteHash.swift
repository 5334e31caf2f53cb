/// A fast hash of bytes.
enum ByteHash {
    /// A number that files cannot know, so that none can be made whose pieces or merges all collide.
    static let seed = UInt64.random(in: 1...UInt64.max)

    /// A well mixed hash that is never 0.
    @inline(__always)
    static func hash(_ word: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        guard let base = word.baseAddress else { return 1 }
        let count = word.count
        var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15 ^ seed
        var index = 0
        while index &+ 8 <= count {
            hash = mix(hash ^ (base + index).loadUnaligned(as: UInt64.self))
            index &+= 8
        }
        let rest = count &- index
        if rest >= 4 {
            let low = UInt64((base + index).loadUnaligned(as: UInt32.self))
            let high = UInt64((base + (count &- 4)).loadUnaligned(as: UInt32.self))
            hash = mix(hash ^ (low | high << 32))
        } else if rest > 0 {
            let first = UInt64(base.load(fromByteOffset: index, as: UInt8.self))
            let middle = UInt64(base.load(fromByteOffset: index &+ rest / 2, as: UInt8.self))
            let last = UInt64(base.load(fromByteOffset: count &- 1, as: UInt8.self))
            hash = mix(hash ^ (first | middle << 8 | last << 16))
        }
        return hash | 1
    }

    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
