/// SentencePiece's character map applied the way Hugging Face `tokenizers` applies it, which differs from
/// SentencePiece: to each grapheme cluster of less than six bytes as a whole, replacing *all* of it by what its
/// *shortest* known prefix maps to, and where that finds nothing or the cluster is longer, to each character.
struct PrecompiledNormalizer: Normalizer {
    private let map: CharacterMap
    /// For each ASCII character alone, whether it maps to itself.
    private let keepsASCII: [Bool]
    /// Whether all of U+0020…U+007E map to themselves, so that runs of them can be copied.
    private let keepsPrintableASCII: Bool

    init(map: CharacterMap) {
        self.map = map
        var keeps = [Bool](repeating: false, count: 128)
        for byte in UInt8(0)..<128 {
            let alone: [UInt8] = [byte]
            keeps[Int(byte)] = alone.withUnsafeBufferPointer { map.shortestMatch(in: $0, range: 0..<1) } == nil
        }
        keepsASCII = keeps
        keepsPrintableASCII = !keeps[0x20..<0x7F].contains(false)
    }

    var largestGrowth: Int { map.longestReplacement }

    /// Whether an ASCII character that stands alone stays as it is.
    func keeps(_ byte: Int) -> Bool { keepsASCII[byte] }

    /// Whether an ASCII white space character that stands alone becomes or stays white space.
    func mapsToSpace(_ byte: Int) -> Bool {
        let alone = [UInt8(truncatingIfNeeded: byte)]
        let replacement = alone.withUnsafeBufferPointer { map.shortestMatch(in: $0, range: 0..<1) }
        return replacement.map { Array($0) == [0x20] } ?? true
    }

    func normalize(_ text: inout AlignedText) {
        let bytes = text.bytes
        bytes.withUnsafeBufferPointer { source in
            if keepsPrintableASCII, plainRun(in: source, from: 0) == source.count { return }
            var output = Output(capacity: source.count, recordsChanges: text.isTracked)
            rewrite(source, into: &output)
            if output.isModified { text.transform(to: output.bytes, changes: output.changes) }
        }
    }

    private func rewrite(_ source: UnsafeBufferPointer<UInt8>, into output: inout Output) {
        var index = 0
        while index < source.count {
            let run = plainRun(in: source, from: index)
            // The last character before something else may form a cluster with it.
            let copied = run == source.count || source[run] < 0x80 ? run : run - 1
            if copied > index {
                output.copy(UnsafeBufferPointer(rebasing: source[index..<copied]))
                index = copied
                if index == source.count { return }
            }
            index = rewriteCluster(at: index, in: source, into: &output)
        }
    }

    /// The end of the run of printable ASCII from an index on, if runs can be copied; otherwise the index.
    private func plainRun(in source: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard keepsPrintableASCII, let base = UnsafeRawPointer(source.baseAddress) else { return start }
        var index = start
        while index + 8 <= source.count {
            let word = (base + index).loadUnaligned(as: UInt64.self)
            let high: UInt64 = 0x8080_8080_8080_8080
            let below = (word &- 0x2020_2020_2020_2020) & ~word
            let delete = word &+ 0x0101_0101_0101_0101
            guard (word | below | delete) & high == 0 else { break }
            index += 8
        }
        while index < source.count, source[index] &- 0x20 < 0x5F { index += 1 }
        return index
    }

    /// Rewrites one grapheme cluster and returns its end.
    private func rewriteCluster(
        at start: Int, in source: UnsafeBufferPointer<UInt8>, into output: inout Output
    ) -> Int {
        let first = source[start]
        var end = start + UTF8Scan.length(first)
        if first < 0x80, end == source.count || source[end] < 0x80, first != 0x0D {
            if keepsASCII[Int(first)] {
                output.keep(source, start..<end)
            } else {
                rewriteCharacter(start..<end, in: source, into: &output)
            }
            return end
        }
        let firstEnd = end
        var breaker = GraphemeBreaker(
            first: .of(UTF8Scan.scalar(at: start, length: end - start, in: source)))
        while end < source.count {
            let length = UTF8Scan.length(source[end])
            guard breaker.continues(with: .of(UTF8Scan.scalar(at: end, length: length, in: source))) else { break }
            end += length
        }
        if end == firstEnd {
            rewriteCharacter(start..<end, in: source, into: &output)
            return end
        }
        if end - start < 6, let replacement = map.shortestMatch(in: source, range: start..<end) {
            output.replace(characters: UTF8Scan.count(source, start..<end), by: replacement)
            return end
        }
        var index = start
        while index < end {
            let next = index + UTF8Scan.length(source[index])
            rewriteCharacter(index..<next, in: source, into: &output)
            index = next
        }
        return end
    }

    private func rewriteCharacter(
        _ range: Range<Int>, in source: UnsafeBufferPointer<UInt8>, into output: inout Output
    ) {
        if let replacement = map.shortestMatch(in: source, range: range) {
            output.replace(characters: 1, by: replacement)
        } else {
            output.keep(source, range)
        }
    }
}

/// The rewritten text, and for each of its characters the change that ``AlignedText/transform(to:changes:skipping:)``
/// wants.
private struct Output {
    var bytes: [UInt8] = []
    var changes: [Int] = []
    var isModified = false
    private let recordsChanges: Bool

    init(capacity: Int, recordsChanges: Bool) {
        self.recordsChanges = recordsChanges
        bytes.reserveCapacity(capacity + capacity / 4)
        if recordsChanges { changes.reserveCapacity(capacity) }
    }

    /// Copies ASCII.
    mutating func copy(_ run: UnsafeBufferPointer<UInt8>) {
        bytes.append(contentsOf: run)
        if recordsChanges { changes.append(contentsOf: repeatElement(0, count: run.count)) }
    }

    /// Copies one character.
    mutating func keep(_ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        for index in range { bytes.append(source[index]) }
        if recordsChanges { changes.append(0) }
    }

    /// Writes a replacement for some characters. Where it is empty and nothing has been written yet, the
    /// disappearance is not recorded: that is what `tokenizers` does, and its offsets are then off by those
    /// characters.
    mutating func replace(characters old: Int, by replacement: ArraySlice<UInt8>) {
        isModified = true
        bytes.append(contentsOf: replacement)
        guard recordsChanges else { return }
        let new = replacement.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
        changes.append(contentsOf: repeatElement(0, count: new))
        if new > old {
            for index in (changes.count - (new - old))..<changes.count { changes[index] = 1 }
        } else if new < old, !changes.isEmpty {
            changes[changes.count - 1] += new - old
        }
    }
}
