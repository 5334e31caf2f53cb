/// Unicode's normalization forms (Unicode Standard Annex 15).
struct UnicodeFormNormalizer: Normalizer {
    enum Form: String, Sendable {
        case composed = "NFC"
        case decomposed = "NFD"
        case compatibilityComposed = "NFKC"
        case compatibilityDecomposed = "NFKD"
    }

    let form: Form

    private var isCompatible: Bool { form == .compatibilityComposed || form == .compatibilityDecomposed }

    // U+FDFA becomes 33 bytes; of the canonical decompositions none is longer than three times the character.
    var largestGrowth: Int { isCompatible ? 11 : 3 }

    func normalize(_ text: inout AlignedText) {
        if text.isASCII { return }
        var writer = ScalarWriter(capacity: text.bytes.count * 2, recordsChanges: text.isTracked)
        var composer = Composer()
        let composes = form == .composed || form == .compatibilityComposed
        Decomposer.decompose(text, compatible: isCompatible) { scalar, combiningClass, change in
            if composes {
                composer.receive(scalar, combiningClass, change, into: &writer)
            } else {
                writer.append(scalar, change: change)
            }
        }
        composer.finish(into: &writer)
        if writer.bytes != text.bytes || text.isTracked {
            text.transform(to: writer.bytes, changes: writer.changes)
        }
    }
}

/// Takes characters apart and puts marks into canonical order.
enum Decomposer {
    /// Calls a closure with each scalar, its combining class, and its change.
    @inline(__always)
    static func decompose(_ text: AlignedText, compatible: Bool, _ emit: (UInt32, UInt8, Int) -> Void) {
        let data = CanonicalData.shared
        // The marks since the last starter, with what they are sorted by: class, then place.
        var marks: [(key: Int, scalar: UInt32, change: Int)] = []
        func flush() {
            if marks.count > 1 { marks.sort { $0.key < $1.key } }
            for mark in marks { emit(mark.scalar, UInt8(truncatingIfNeeded: mark.key >> 48), mark.change) }
            marks.removeAll(keepingCapacity: true)
        }
        text.forEachScalar { scalar in
            var change = 0
            data.decompose(scalar, compatible: compatible) { part in
                let combiningClass = data.combiningClass(part)
                if combiningClass == 0 {
                    if !marks.isEmpty { flush() }
                    emit(part, 0, change)
                } else {
                    marks.append((Int(combiningClass) << 48 | marks.count, part, change))
                }
                change = 1
            }
        }
        flush()
    }
}

/// Puts characters together again.
private struct Composer {
    /// The starter that marks may still be added to.
    private var starter: (scalar: UInt32, change: Int)?
    /// The marks after it that could not be added, and the class of the last one.
    private var marks: [(scalar: UInt32, change: Int)] = []
    private var lastClass: UInt8?

    mutating func receive(_ scalar: UInt32, _ combiningClass: UInt8, _ change: Int, into writer: inout ScalarWriter) {
        guard let starter else {
            if combiningClass == 0 {
                self.starter = (scalar, change)
            } else {
                writer.append(scalar, change: change)
            }
            return
        }
        let isBlocked = lastClass.map { $0 >= combiningClass } ?? false
        if !isBlocked, let composed = CanonicalData.shared.compose(starter.scalar, scalar) {
            self.starter = (composed, starter.change + change - 1)
        } else if combiningClass == 0 {
            finish(into: &writer)
            self.starter = (scalar, change)
        } else {
            marks.append((scalar, change))
            lastClass = combiningClass
        }
    }

    mutating func finish(into writer: inout ScalarWriter) {
        if let starter { writer.append(starter.scalar, change: starter.change) }
        for mark in marks { writer.append(mark.scalar, change: mark.change) }
        marks.removeAll(keepingCapacity: true)
        starter = nil
        lastClass = nil
    }
}
