/// What a character means for the boundaries of grapheme clusters (Unicode Standard Annex 29, table 2).
enum GraphemeClass: UInt8 {
    case other, carriageReturn, lineFeed, control
    /// Extend; those that Indic conjuncts pass over, those that they do not, and viramas.
    case extend, extendOutsideConjunct, linker
    case zeroWidthJoiner, prepend, spacingMark
    case hangulL, hangulV, hangulT, hangulLV, hangulLVT
    case regionalIndicator, extendedPictographic, conjunctConsonant

    /// The class of a scalar.
    static func of(_ scalar: UInt32) -> GraphemeClass {
        if scalar < 0x80 {
            if scalar >= 0x20, scalar != 0x7F { return .other }
            return scalar == 0x0D ? .carriageReturn : scalar == 0x0A ? .lineFeed : .control
        }
        if scalar >= 0xAC00, scalar <= 0xD7A3 { return (scalar - 0xAC00) % 28 == 0 ? .hangulLV : .hangulLVT }
        let block = Int(scalar >> 7)
        guard block < pages.blocks.count else { return .other }
        return GraphemeClass(rawValue: pages.classes[Int(pages.blocks[block]) << 7 | Int(scalar & 0x7F)]) ?? .other
    }

    /// The table in pages of 128 scalars, equal pages stored once.
    private static let pages: (blocks: [UInt16], classes: [UInt8]) = {
        var blocks: [UInt16] = []
        var classes: [UInt8] = []
        var known: [[UInt8]: UInt16] = [:]
        var next = 0
        var current: UInt8 = 0
        let changes = GraphemeBreakTable.changes
        for first in stride(from: UInt32(0), to: 0x110000, by: 128) {
            var page = [UInt8](repeating: current, count: 128)
            while next < changes.count, changes[next] >> 5 < first + 128 {
                current = UInt8(changes[next] & 0x1F)
                for offset in Int((changes[next] >> 5) - first)..<128 { page[offset] = current }
                next += 1
            }
            let number = known[page] ?? UInt16(classes.count >> 7)
            if known.updateValue(number, forKey: page) == nil { classes += page }
            blocks.append(number)
        }
        return (blocks, classes)
    }()
}

/// Decides where extended grapheme clusters end (Unicode Standard Annex 29, section 3.1.1).
///
/// It is created on the first character of a cluster and told each following one until one does not belong.
struct GraphemeBreaker {
    private enum Emoji { case none, pictograph, joined }
    private enum Conjunct { case none, consonant, linked }

    private var previous: GraphemeClass
    private var emoji = Emoji.none
    private var conjunct = Conjunct.none
    private var regionalIndicators = 0

    init(first: GraphemeClass) {
        previous = first
        note(first)
    }

    /// Whether the cluster goes on with a character of this class; if so, the character is taken in.
    mutating func continues(with next: GraphemeClass) -> Bool {
        guard joins(next) else { return false }
        note(next)
        previous = next
        return true
    }

    private func joins(_ next: GraphemeClass) -> Bool {
        switch (previous, next) {
        case (.carriageReturn, .lineFeed): true  // GB3
        case (.control, _), (.carriageReturn, _), (.lineFeed, _): false  // GB4
        case (_, .control), (_, .carriageReturn), (_, .lineFeed): false  // GB5
        case (.hangulL, .hangulL), (.hangulL, .hangulV), (.hangulL, .hangulLV), (.hangulL, .hangulLVT): true  // GB6
        case (.hangulLV, .hangulV), (.hangulLV, .hangulT), (.hangulV, .hangulV), (.hangulV, .hangulT): true  // GB7
        case (.hangulLVT, .hangulT), (.hangulT, .hangulT): true  // GB8
        case (_, .extend), (_, .extendOutsideConjunct), (_, .linker), (_, .zeroWidthJoiner): true  // GB9
        case (_, .spacingMark), (.prepend, _): true  // GB9a, GB9b
        case (_, .conjunctConsonant): conjunct == .linked  // GB9c
        case (.zeroWidthJoiner, .extendedPictographic): emoji == .joined  // GB11
        case (.regionalIndicator, .regionalIndicator): regionalIndicators % 2 == 1  // GB12, GB13
        default: false  // GB999
        }
    }

    private mutating func note(_ next: GraphemeClass) {
        switch next {
        case .extendedPictographic: emoji = .pictograph
        case .extend, .extendOutsideConjunct, .linker: if emoji == .joined { emoji = .none }
        case .zeroWidthJoiner: emoji = emoji == .pictograph ? .joined : .none
        default: emoji = .none
        }
        switch next {
        case .conjunctConsonant: conjunct = .consonant
        case .linker: if conjunct == .consonant { conjunct = .linked }
        case .extend, .zeroWidthJoiner: break
        default: conjunct = .none
        }
        regionalIndicators = next == .regionalIndicator ? regionalIndicators + 1 : 0
    }
}
