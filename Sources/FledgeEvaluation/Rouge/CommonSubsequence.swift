/// Longest common subsequences, 64 tokens a step (Hyyrö 2004, "Bit-parallel LCS-length computation revisited").
///
/// A row of the usual table is kept as bits, one for each token of the second text: 0 where the common subsequence grows
/// by one at that token.
///
/// ```
/// second text      a b c a b d
/// row of the table 1 1 2 2 3 3
/// bits             0 1 0 1 0 1
/// ```
package struct CommonSubsequence {
    /// Of every token of the vocabulary its place among the different ones of the second text, from 1; 0 if not there.
    private var places: [Int32] = []
    /// For each different token of the second text the bits where it stands.
    private var masks: [UInt64] = []
    private var rows: [UInt64] = []

    /// How many words of bits may be held at a time: half a gigabyte.
    private static let limit = 1 << 26

    /// Creates an empty workspace.
    package init() {}

    /// The length of the longest common subsequence; nil if the texts are too long.
    package mutating func length(_ first: [Int32], _ second: [Int32], vocabularyCount: Int) -> Int? {
        if second.count > first.count { return length(second, first, vocabularyCount: vocabularyCount) }
        let words = (second.count + 63) / 64
        guard setMasks(of: second[...], words: words, vocabularyCount: vocabularyCount) else { return nil }
        defer { clearPlaces(of: second[...]) }
        rows.removeAll(keepingCapacity: true)
        rows.append(contentsOf: repeatElement(.max, count: words))
        for token in first { advance(token, from: 0, to: 0, words: words) }
        return grown(row: 0, upTo: second.count, words: words)
    }

    /// Marks the tokens of a sentence that are in its longest common subsequence with another; of several longest ones
    /// the one that rouge_score chooses. The marks of several other sentences are a union.
    ///
    /// - Returns: false if the texts are too long.
    package mutating func mark(
        sentences: [Range<Int>], of first: [Int32], commonWith second: ArraySlice<Int32>, vocabularyCount: Int,
        in marks: inout [Bool]
    ) -> Bool {
        let words = (second.count + 63) / 64
        guard setMasks(of: second, words: words, vocabularyCount: vocabularyCount) else { return false }
        defer { clearPlaces(of: second) }
        for sentence in sentences where sentence.contains(where: { places[Int(first[$0])] > 0 }) {
            guard (sentence.count + 1).multipliedReportingOverflow(by: words).partialValue <= CommonSubsequence.limit
            else {
                return false
            }
            rows.removeAll(keepingCapacity: true)
            rows.append(contentsOf: repeatElement(.max, count: (sentence.count + 1) * words))
            for (row, index) in sentence.enumerated() { advance(first[index], from: row, to: row + 1, words: words) }
            walkBack(sentence, of: first, second, words: words, in: &marks)
        }
        return true
    }

    private mutating func setMasks(of text: ArraySlice<Int32>, words: Int, vocabularyCount: Int) -> Bool {
        if places.count < vocabularyCount { places = Array(repeating: 0, count: vocabularyCount * 3 / 2) }
        var different: Int32 = 0
        for token in text where places[Int(token)] == 0 {
            different += 1
            places[Int(token)] = different
        }
        let size = Int(different).multipliedReportingOverflow(by: words)
        guard !size.overflow, size.partialValue <= CommonSubsequence.limit else {
            clearPlaces(of: text)
            return false
        }
        masks.removeAll(keepingCapacity: true)
        masks.append(contentsOf: repeatElement(0, count: size.partialValue))
        for (index, token) in text.enumerated() {
            masks[Int(places[Int(token)] - 1) * words + index >> 6] |= 1 << UInt64(index & 63)
        }
        return true
    }

    private mutating func clearPlaces(of text: ArraySlice<Int32>) {
        for token in text { places[Int(token)] = 0 }
    }

    /// Makes a row of the one before it: V ← (V + (V ∧ M)) ∨ (V ∧ ¬M).
    @inline(__always)
    private mutating func advance(_ token: Int32, from source: Int, to target: Int, words: Int) {
        let place = Int(places[Int(token)])
        if place == 0 {
            if source != target {
                for word in 0..<words { rows[target * words + word] = rows[source * words + word] }
            }
            return
        }
        let mask = (place - 1) * words
        var carry: UInt64 = 0
        for word in 0..<words {
            let bits = rows[source * words + word]
            let common = bits & masks[mask + word]
            let (half, first) = bits.addingReportingOverflow(common)
            let (sum, second) = half.addingReportingOverflow(carry)
            carry = first || second ? 1 : 0
            rows[target * words + word] = sum | bits & ~masks[mask + word]
        }
    }

    /// A value of the table: how often the row grows among its first tokens.
    private func grown(row: Int, upTo count: Int, words: Int) -> Int {
        var total = 0
        let start = row * words
        for word in 0..<count >> 6 { total += (~rows[start + word]).nonzeroBitCount }
        if count & 63 != 0 {
            total += (~rows[start + count >> 6] & (1 << UInt64(count & 63) - 1)).nonzeroBitCount
        }
        return total
    }

    private func grows(row: Int, at index: Int, words: Int) -> Int {
        rows[row * words + index >> 6] >> UInt64(index & 63) & 1 == 0 ? 1 : 0
    }

    /// Reads a subsequence out of the rows from their end; where both ways are open it leaves out a token of the first
    /// text.
    private func walkBack(
        _ sentence: Range<Int>, of first: [Int32], _ second: ArraySlice<Int32>, words: Int, in marks: inout [Bool]
    ) {
        var row = sentence.count
        var column = second.count
        var here = grown(row: row, upTo: column, words: words)
        var above = row > 0 ? grown(row: row - 1, upTo: column, words: words) : 0
        while row > 0, column > 0, here > 0 {
            if first[sentence.lowerBound + row - 1] == second[second.startIndex + column - 1] {
                marks[sentence.lowerBound + row - 1] = true
                row -= 1
                column -= 1
                here = above - grows(row: row, at: column, words: words)
                above = row > 0 ? grown(row: row - 1, upTo: column, words: words) : 0
            } else {
                let left = here - grows(row: row, at: column - 1, words: words)
                if left > above {
                    column -= 1
                    here = left
                    above -= grows(row: row - 1, at: column, words: words)
                } else {
                    row -= 1
                    here = above
                    above = row > 0 ? grown(row: row - 1, upTo: column, words: words) : 0
                }
            }
        }
    }
}
