/// What becomes of the matches of a `Split` pre-tokenizer's pattern.
enum SplitBehavior: String, Sendable {
    /// They disappear.
    case removed = "Removed"
    /// They become parts of their own.
    case isolated = "Isolated"
    /// They join the part before.
    case mergedWithPrevious = "MergedWithPrevious"
    /// They join the part after.
    case mergedWithNext = "MergedWithNext"
    /// Neighbouring matches become one part.
    case contiguous = "Contiguous"
}

/// Cuts parts at the matches of a pattern.
struct SplitPreTokenizer: PreTokenizer {
    let pattern: SplitPattern
    let behavior: SplitBehavior
    /// Whether what does not match counts as the matches.
    let isInverted: Bool

    var needsOrigins: Bool { false }

    static func read(_ value: JSONField) throws(TokenizerError) -> SplitPreTokenizer {
        let name = try value["behavior"].string()
        guard let behavior = SplitBehavior(rawValue: name) else {
            throw value["behavior"].damaged(
                "it should be Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous, not “\(name)”")
        }
        return SplitPreTokenizer(
            pattern: try SplitPattern.read(value["pattern"]), behavior: behavior,
            isInverted: try value["invert"].bool(default: false))
    }

    func split(_ text: inout PreTokenizedText) {
        text.cut { bytes, emit in
            guard behavior != .isolated else {
                pattern.forEachPiece(of: bytes) { range, _ in emit(range) }
                return
            }
            var pieces: [(range: Range<Int>, isMatch: Bool)] = []
            pattern.forEachPiece(of: bytes) { pieces.append(($0, $1 != isInverted)) }
            for range in joined(pieces) { emit(range) }
        }
    }

    private func joined(_ pieces: [(range: Range<Int>, isMatch: Bool)]) -> [Range<Int>] {
        switch behavior {
        case .isolated: return pieces.map(\.range)
        case .removed: return pieces.filter { !$0.isMatch }.map(\.range)
        case .contiguous:
            var result: [Range<Int>] = []
            var previous = false
            for piece in pieces {
                if piece.isMatch == previous, let last = result.popLast() {
                    result.append(last.lowerBound..<piece.range.upperBound)
                } else {
                    result.append(piece.range)
                }
                previous = piece.isMatch
            }
            return result
        case .mergedWithPrevious:
            var result: [Range<Int>] = []
            var previous = false
            for piece in pieces {
                if piece.isMatch, !previous, let last = result.popLast() {
                    result.append(last.lowerBound..<piece.range.upperBound)
                } else {
                    result.append(piece.range)
                }
                previous = piece.isMatch
            }
            return result
        case .mergedWithNext:
            var result: [Range<Int>] = []
            var next = false
            for piece in pieces.reversed() {
                if piece.isMatch, !next, let last = result.popLast() {
                    result.append(piece.range.lowerBound..<last.upperBound)
                } else {
                    result.append(piece.range)
                }
                next = piece.isMatch
            }
            return result.reversed()
        }
    }
}

extension PreTokenizedText {
    /// Cuts every part but the added tokens into those that a closure names, by their bytes in the part; what it does
    /// not name disappears.
    mutating func cut(_ pieces: (UnsafeBufferPointer<UInt8>, (Range<Int>) -> Void) -> Void) {
        var new: [Split] = []
        new.reserveCapacity(text.bytes.count / 4 + splits.count)
        text.bytes.withUnsafeBufferPointer { bytes in
            for split in splits {
                guard split.addedToken == nil else {
                    new.append(split)
                    continue
                }
                let start = split.range.lowerBound
                pieces(UnsafeBufferPointer(rebasing: bytes[split.range])) { range in
                    guard !range.isEmpty else { return }
                    let part = start + range.lowerBound..<start + range.upperBound
                    let origin = text.isTracked ? text.starts[part.lowerBound] : 0
                    new.append(Split(range: part, origin: origin, addedToken: nil))
                }
            }
        }
        splits = new
    }
}
