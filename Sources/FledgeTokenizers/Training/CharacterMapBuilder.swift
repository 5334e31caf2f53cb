/// Builds what ``CharacterMap`` reads: a Darts double array of keys, and their replacements.
///
/// The children of a node lie at `base ^ byte`, and what a key is replaced by at `base ^ 0`; each unit says how far its
/// base is from itself. No two nodes have the same base, so that a unit's own byte tells whose child it is.
struct CharacterMapBuilder {
    /// A key and where it is in the sorted list.
    private struct Span {
        var range: Range<Int>
        var depth: Int
        var unit: Int
    }

    /// How far back the search for free units goes.
    private static let searchedUnits = 4 * 256

    private let keys: [[UInt8]]
    private let places: [UInt32]
    private let replacements: [UInt8]
    private var units: [UInt32] = [0]
    private var isUsed: [Bool] = [true]
    private var isBase: [Bool] = [true]
    private var firstFree = 1

    /// The map's bytes.
    ///
    /// - Parameter entries: what keys become. Keys are neither empty nor do they contain NUL.
    /// - Returns: what ``CharacterMap`` reads; nothing for no entries.
    static func blob(of entries: [[UInt8]: [UInt8]]) -> [UInt8] {
        guard !entries.isEmpty else { return [] }
        var builder = CharacterMapBuilder(entries)
        builder.build()
        builder.labelFreeUnits()
        let size = UInt32(builder.units.count * 4)
        var blob: [UInt8] = []
        blob.reserveCapacity(Int(size) + 4 + builder.replacements.count)
        for value in [size] + builder.units {
            for shift in stride(from: UInt32(0), to: 32, by: 8) { blob.append(UInt8(value >> shift & 0xFF)) }
        }
        return blob + builder.replacements
    }

    private init(_ entries: [[UInt8]: [UInt8]]) {
        let sorted = entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        keys = sorted.map(\.key)
        var replacements: [UInt8] = []
        var known: [[UInt8]: UInt32] = [:]
        var places: [UInt32] = []
        for (_, value) in sorted {
            let place = known[value] ?? UInt32(replacements.count)
            if known.updateValue(place, forKey: value) == nil { replacements += value + [0] }
            places.append(place)
        }
        self.replacements = replacements
        self.places = places
    }

    private mutating func build() {
        var open = [Span(range: 0..<keys.count, depth: 0, unit: 0)]
        while let span = open.popLast() {
            let isKey = keys[span.range.lowerBound].count == span.depth
            let rest = isKey ? span.range.dropFirst() : span.range
            var children: [(label: UInt8, range: Range<Int>)] = []
            for index in rest {
                let label = keys[index][span.depth]
                if let last = children.last, last.label == label {
                    children[children.count - 1].range = last.range.lowerBound..<index + 1
                } else {
                    children.append((label, index..<index + 1))
                }
            }
            let base = takeBase(for: (isKey ? [0] : []) + children.map(\.label))
            units[span.unit] |= UInt32(span.unit ^ base) << 10
            if isKey {
                units[span.unit] |= 1 << 8
                units[base] = 1 << 31 | places[span.range.lowerBound]
            }
            for child in children {
                let unit = base ^ Int(child.label)
                units[unit] = UInt32(child.label)
                open.append(Span(range: child.range, depth: span.depth + 1, unit: unit))
            }
        }
    }

    /// A base that no node has, with free units for all labels, which are taken.
    private mutating func takeBase(for labels: [UInt8]) -> Int {
        var slot = max(firstFree, units.count - CharacterMapBuilder.searchedUnits)
        while true {
            if slot >= units.count { grow() }
            if !isUsed[slot] {
                let base = slot ^ Int(labels.first ?? 0)
                if !isBase[base], labels.allSatisfy({ !isUsed[base ^ Int($0)] }) {
                    isBase[base] = true
                    for label in labels { isUsed[base ^ Int(label)] = true }
                    while firstFree < units.count, isUsed[firstFree] { firstFree += 1 }
                    return base
                }
            }
            slot += 1
        }
    }

    /// Gives free units the byte that they would have below a base that nobody has, so that they are nobody's children.
    private mutating func labelFreeUnits() {
        for block in stride(from: 0, to: units.count, by: 256) {
            guard let base = (block..<block + 256).first(where: { !isBase[$0] }) else { continue }
            for unit in block..<block + 256 where !isUsed[unit] { units[unit] = UInt32(unit ^ base) }
        }
    }

    private mutating func grow() {
        let count = units.count == 1 ? 255 : 256
        units += [UInt32](repeating: 0, count: count)
        isUsed += [Bool](repeating: false, count: count)
        isBase += [Bool](repeating: false, count: count)
    }
}
