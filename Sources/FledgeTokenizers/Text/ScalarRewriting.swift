/// A text that is written anew scalar by scalar, with the changes that ``AlignedText/transform(to:changes:skipping:)``
/// wants.
struct ScalarWriter {
    private(set) var bytes: [UInt8] = []
    private(set) var changes: [Int] = []
    private let recordsChanges: Bool

    init(capacity: Int, recordsChanges: Bool) {
        self.recordsChanges = recordsChanges
        bytes.reserveCapacity(capacity)
        if recordsChanges { changes.reserveCapacity(capacity) }
    }

    /// Writes a scalar: change 0 replaces the next old one, 1 is inserted, −n also makes the n after it disappear.
    @inline(__always)
    mutating func append(_ scalar: UInt32, change: Int = 0) {
        if scalar < 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: scalar))
        } else {
            if scalar < 0x800 {
                bytes.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
            } else {
                if scalar < 0x10000 {
                    bytes.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
                } else {
                    bytes.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
                    bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
                }
                bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            }
            bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        }
        if recordsChanges { changes.append(change) }
    }

    /// Lets the next old scalar disappear.
    mutating func dropNext() {
        if recordsChanges, !changes.isEmpty { changes[changes.count - 1] -= 1 }
    }
}

extension AlignedText {
    /// Whether all characters are ASCII.
    var isASCII: Bool { bytes.withUnsafeBufferPointer { UTF8Scan.isASCII($0) } }

    /// Calls a closure with every scalar.
    @inline(__always)
    func forEachScalar(_ body: (UInt32) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let length = UTF8Scan.length(bytes[index])
                body(UTF8Scan.scalar(at: index, length: length, in: bytes))
                index += length
            }
        }
    }

    /// Removes the scalars that are not wanted and replaces the others.
    ///
    /// - Parameter replacement: what a scalar becomes, or nil if it disappears.
    mutating func compactMapScalars(_ replacement: (UInt32) -> UInt32?) {
        var writer = ScalarWriter(capacity: bytes.count, recordsChanges: isTracked)
        var skipped = 0
        var isModified = false
        forEachScalar { scalar in
            if let new = replacement(scalar) {
                isModified = isModified || new != scalar
                writer.append(new)
            } else {
                isModified = true
                if writer.bytes.isEmpty { skipped += 1 }
                writer.dropNext()
            }
        }
        if isModified { transform(to: writer.bytes, changes: writer.changes, skipping: skipped) }
    }
}

extension UTF8Scan {
    /// Whether all bytes are ASCII.
    static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = UnsafeRawPointer(bytes.baseAddress) else { return true }
        var index = 0
        while index + 8 <= bytes.count {
            if (base + index).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
            index += 8
        }
        return !bytes[index...].contains { $0 >= 0x80 }
    }
}
