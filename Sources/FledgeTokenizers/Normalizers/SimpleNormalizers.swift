/// Removes white space from the ends.
struct StripNormalizer: Normalizer {
    let left: Bool
    let right: Bool

    var largestGrowth: Int { 1 }

    func normalize(_ text: inout AlignedText) {
        let bytes = text.bytes
        bytes.withUnsafeBufferPointer { source in
            var start = 0
            var skipped = 0
            while left, start < source.count {
                let length = Whitespace.length(at: start, in: source)
                guard length > 0 else { break }
                start += length
                skipped += 1
            }
            let end = right ? StripNormalizer.contentEnd(of: source, from: start) : source.count
            guard start > 0 || end < source.count else { return }
            let kept = UTF8Scan.count(source, start..<end)
            text.transform(
                to: Array(source[start..<end]), changes: [Int](repeating: 0, count: kept), skipping: skipped)
        }
    }

    private static func contentEnd(of source: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var end = start
        var index = start
        while index < source.count {
            let space = Whitespace.length(at: index, in: source)
            index += max(space, UTF8Scan.length(source[index]))
            if space == 0 { end = index }
        }
        return end
    }
}

/// Puts something before a text that is not empty.
struct PrependNormalizer: Normalizer {
    let content: [UInt8]

    var largestGrowth: Int { content.count + 1 }

    func normalize(_ text: inout AlignedText) {
        guard !text.bytes.isEmpty else { return }
        text.prepend(content, before: 0)
    }
}

/// Replaces every occurrence of a pattern.
struct ReplaceNormalizer: Normalizer {
    let pattern: TextPattern
    let content: [UInt8]

    var largestGrowth: Int { pattern.largestGrowth(replacedBy: content) }

    func normalize(_ text: inout AlignedText) {
        let old = text
        old.bytes.withUnsafeBufferPointer { source in
            let matches = pattern.matches(in: source)
            guard !matches.isEmpty else { return }
            text = AlignedText(emptyAt: old.origin, isTracked: old.isTracked)
            var last = 0
            for match in matches {
                text.append(old, last..<match.lowerBound)
                let source = old.origin(before: match.upperBound)
                text.append(content, start: source.start, end: source.end)
                last = match.upperBound
            }
            text.append(old, last..<old.bytes.count)
        }
    }
}

extension AlignedText {
    /// Inserts content before the character at an index, whose origin it shares.
    mutating func prepend(_ content: [UInt8], before index: Int) {
        bytes.insert(contentsOf: content, at: index)
        guard isTracked else { return }
        starts.insert(contentsOf: repeatElement(starts[index], count: content.count), at: index)
        ends.insert(contentsOf: repeatElement(ends[index], count: content.count), at: index)
    }
}
