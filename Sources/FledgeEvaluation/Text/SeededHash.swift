/// Hashes for tables that live as long as a measurement. The seed is another one each time, so that nobody can choose
/// texts whose hashes meet; results do not depend on it.
enum SeededHash {
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    @inline(__always)
    static func hash(_ key: UInt64, seed: UInt64) -> UInt64 { mix(mix(key ^ seed) &+ seed) }

    @inline(__always)
    static func hash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
        var hash = seed ^ UInt64(bytes.count)
        var index = 0
        while index < bytes.count {
            var chunk: UInt64 = 0
            let end = min(index + 8, bytes.count)
            while index < end {
                chunk = chunk << 8 | UInt64(bytes[index])
                index += 1
            }
            hash = mix(hash ^ chunk) &+ seed
        }
        return mix(hash)
    }
}
