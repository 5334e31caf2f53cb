/// A hash that is the same on every machine: FNV-1a, mixed at the end as MurmurHash3 does.
package enum ContentHash {
    /// The hash of bytes.
    package static func hash(of bytes: some Sequence<UInt8>, seed: UInt64) -> UInt64 {
        var hash = mixed(seed) ^ 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mixed(hash)
    }

    /// The hash as a number in [0, 1).
    static func unit(of bytes: [UInt8], seed: UInt64) -> Double { Double(hash(of: bytes, seed: seed) >> 11) * 0x1p-53 }

    /// Spreads all bits over all bits.
    package static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ (mixed >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return mixed ^ (mixed >> 33)
    }
}
