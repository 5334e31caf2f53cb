/// Cuts one text or two so that, with what is added around them, they are no longer than a sequence may be.
struct Truncation {
    let options: TruncationOptions
    /// How many tokens are added around the texts.
    let addedCount: Int
    /// How many tokens are added around one text, whether or not they are wanted now: what is left must be no less
    /// than the stride, even for texts that are short enough.
    let addedToOne: Int
    /// Whether more than the first part of each text is wanted.
    let keepsOverflow: Bool

    /// The largest number of tokens of all parts together, which bounds what a small step can make of a long text.
    private static let largestResult = 1 << 26
    /// The largest number of parts of one text.
    private static let mostParts = 1 << 20

    /// For each text, of which there are one or two with so many tokens, the ranges of its tokens that make up its
    /// parts, the one to keep first.
    func parts(of counts: [Int]) throws(TokenizerError) -> [[Range<Int>]] {
        guard options.maxLength >= addedCount, options.stride >= 0 else {
            throw .cannotTruncate(
                reason: options.stride < 0
                    ? "the stride is \(options.stride)"
                    : "\(addedCount) special tokens are added, and at most \(options.maxLength) tokens are allowed")
        }
        guard options.maxLength < addedToOne || options.stride <= options.maxLength - addedToOne else {
            throw .cannotTruncate(
                reason: "the stride of \(options.stride) is more than the \(options.maxLength - addedToOne) tokens "
                    + "that are left of \(options.maxLength) beside special tokens")
        }
        let lengths = try lengths(counts, room: options.maxLength - addedCount)
        var parts: [[Range<Int>]] = []
        for (count, length) in zip(counts, lengths) { parts.append(try cut(count, to: length)) }
        // No more than the product of two numbers of parts.
        let number = parts.reduce(1) { $0 * $1.count }
        guard number <= Truncation.largestResult / max(options.maxLength, 1) || number <= 2 else {
            throw tooManyParts(of: counts.reduce(0, +))
        }
        return parts
    }

    private func tooManyParts(of count: Int) -> TokenizerError {
        .cannotTruncate(
            reason: "cutting \(count) tokens to \(options.maxLength) with a stride of \(options.stride) gives too many "
                + "parts")
    }

    /// How many tokens each text may keep.
    private func lengths(_ counts: [Int], room: Int) throws(TokenizerError) -> [Int] {
        let total = counts.reduce(0, +)
        if room == 0 { return counts.map { _ in 0 } }
        guard total > room else { return counts }
        switch options.strategy {
        case .longestFirst:
            guard counts.count > 1 else { return [room] }
            let short = min(counts[0], counts[1])
            var shortLength = short
            var longLength = short > room ? short : max(short, room - short)
            if shortLength + longLength > room {
                shortLength = room / 2
                longLength = shortLength + room % 2
            }
            return counts[0] > counts[1] ? [longLength, shortLength] : [shortLength, longLength]
        case .onlyFirst, .onlySecond:
            let index = options.strategy == .onlyFirst ? 0 : 1
            guard index < counts.count else {
                throw .cannotTruncate(reason: "only the second text is to be cut, and there is none")
            }
            guard counts[index] > total - room else {
                throw .cannotTruncate(
                    reason: "the other text and the special tokens leave no room for the one that is to be cut: "
                        + "at most \(options.maxLength) tokens are allowed, and they are "
                        + "\(total - counts[index] + addedCount)")
            }
            var lengths = counts
            lengths[index] -= total - room
            return lengths
        }
    }

    /// The parts of a text; if nothing of it may stay, the first is empty and the second is all of it.
    private func cut(_ count: Int, to length: Int) throws(TokenizerError) -> [Range<Int>] {
        guard length < count else { return [0..<count] }
        guard length > 0 else { return keepsOverflow ? [0..<0, 0..<count] : [0..<0] }
        guard options.stride < length else {
            throw .cannotTruncate(
                reason: "the stride of \(options.stride) is not less than the \(length) tokens of a part")
        }
        let step = length - options.stride
        var parts: [Range<Int>] = []
        var place = 0
        // Counted from the end that stays.
        while true {
            let end = min(place + length, count)
            parts.append(options.cutsLeft ? (count - end)..<(count - place) : place..<end)
            if end == count || !keepsOverflow { return parts }
            guard parts.count < Truncation.mostParts else { throw tooManyParts(of: count) }
            place += step
        }
    }
}
