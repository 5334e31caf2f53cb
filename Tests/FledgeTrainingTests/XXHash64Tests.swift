import FledgeTraining
import Testing

@Suite struct XXHash64Tests {
    /// Made with the Python package xxhash 4.1.0.
    private static let known: [(count: Int, text: String)] = [
        (0, "ef46db3751d8e999"), (1, "1f25c8d0bc1f4bb6"), (3, "31d2363f52e564c9"), (4, "9bb64b7d66ee9fda"),
        (7, "9a7b149959ce60d8"), (8, "dab99d95c6f90092"), (11, "7a52cc9457cf1a1f"), (31, "a2aa5f33cc4a6119"),
        (32, "23c3c17ef790fd97"), (33, "50a7cfc7ba588784"), (63, "5e3e54b431c7493c"), (64, "0eb64b3ef6eeb01f"),
        (65, "a383b724b2bd12f1"), (100, "a61f8d4c170fe531"), (1000, "5f235fa033f1a3fb"),
    ]

    private func hash(_ bytes: [UInt8], pieces: Int) -> String {
        var hash = XXHash64()
        var start = 0
        repeat {
            let end = min(bytes.count, start + pieces)
            bytes.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
            start = end
        } while start < bytes.count
        return hash.text
    }

    @Test func `Checksums are those of xxHash, however the bytes are cut`() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
        for (count, text) in Self.known {
            for pieces in [1000, 1, 5, 31, 32, 33, 100] {
                #expect(hash(Array(bytes.prefix(count)), pieces: pieces) == text)
            }
        }
    }
}
