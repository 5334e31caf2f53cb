/// The substrings of words that may become pieces.
///
/// They are those that are followed by different characters, or by the word's end, where they occur: others occur only
/// inside a longer one. Sorted suffixes have all occurrences of a substring beside each other (Kudo, "Subword
/// Regularization", 2018, section 3.2, which takes the most frequent substrings of an enhanced suffix array).
struct UnigramSeeds {
    /// A substring of two or more characters.
    struct Seed {
        /// Its occurrences in ``places``.
        var range: Range<Int>
        var length: Int
        /// How many characters of the corpus it covers.
        var score: Int
    }

    /// The places of the text in the order of what begins there.
    let places: [Int32]
    private(set) var seeds: [Seed] = []

    /// - Parameters:
    ///   - text: the words.
    ///   - longestPiece: how many characters a piece may have.
    ///   - limit: how many seeds there may be; those that cover most are kept.
    ///   - threads: how many threads sort.
    init(text: UnigramText, longestPiece: Int, limit: Int, threads: Int) {
        let depth = longestPiece + 1
        places = SuffixSorter.sort(
            text.characters, symbolCount: text.alphabet.count + 1, depth: depth, threads: threads)
        let reach = UnigramSeeds.reach(of: text, longestPiece: longestPiece)
        let sums = UnigramSeeds.weightSums(of: text, places: places)
        var open: [(length: Int, first: Int)] = [(0, 0)]
        var before = 0
        for index in places.indices {
            let common = index + 1 < places.count ? commonLength(index, in: text.characters, depth: depth) : 0
            // What begins here and goes to the word's end, if it occurs only here.
            let whole = suffixLength(index, in: text.characters, depth: depth)
            if whole > max(before, common), whole < depth {
                append(index..<index + 1, whole, reach: reach, sums: sums)
            }
            var first = index
            while let last = open.last, last.length > common {
                append(last.first..<index + 1, last.length, reach: reach, sums: sums)
                first = last.first
                open.removeLast()
            }
            if open.last.map({ $0.length < common }) ?? true { open.append((common, first)) }
            before = common
        }
        guard seeds.count > limit else { return }
        seeds.sort { $0.score == $1.score ? $0.range.lowerBound < $1.range.lowerBound : $0.score > $1.score }
        seeds.removeSubrange(limit...)
    }

    private mutating func append(_ range: Range<Int>, _ length: Int, reach: [UInt8], sums: [Int]) {
        guard length > 1, length <= Int(reach[Int(places[range.lowerBound])]) else { return }
        let frequency = sums[range.upperBound] - sums[range.lowerBound]
        guard frequency > 1 else { return }
        seeds.append(Seed(range: range, length: length, score: frequency * length))
    }

    /// How many characters two neighbours have in common.
    private func commonLength(_ index: Int, in text: [Int32], depth: Int) -> Int {
        let (one, other) = (Int(places[index]), Int(places[index + 1]))
        var length = 0
        while length < depth, text[one + length] == text[other + length], text[one + length] > 0 { length += 1 }
        return length
    }

    private func suffixLength(_ index: Int, in text: [Int32], depth: Int) -> Int {
        var length = 0
        while length < depth, text[Int(places[index]) + length] > 0 { length += 1 }
        return length
    }

    /// The sums of the words' counts over the sorted places.
    private static func weightSums(of text: UnigramText, places: [Int32]) -> [Int] {
        var weights = [Int](repeating: 0, count: text.characters.count)
        for (word, range) in text.words.enumerated() {
            for place in range { weights[place] = text.counts[word] }
        }
        var sums = [0]
        sums.reserveCapacity(places.count + 1)
        var sum = 0
        for place in places {
            sum += weights[Int(place)]
            sums.append(sum)
        }
        return sums
    }

    /// For each place how long a piece that begins there may be: pieces do not mix scripts, and `▁` only begins them.
    private static func reach(of text: UnigramText, longestPiece: Int) -> [UInt8] {
        let scripts: [UInt8] = text.alphabet.map { $0 == 0x2581 ? 255 : UInt8(truncatingIfNeeded: scriptTable[$0]) }
        var reach = [UInt8](repeating: 0, count: text.characters.count)
        for word in text.words {
            for start in word {
                var script: UInt8 = 0
                var length = 0
                while length < longestPiece, start + length < word.upperBound {
                    let character = text.characters[start + length]
                    guard character > 0 else { break }
                    let next = scripts[Int(character) - 1]
                    if next == 255 {
                        guard length == 0 else { break }
                    } else if next != 0 {
                        guard script == 0 || script == next else { break }
                        script = next
                    }
                    length += 1
                }
                reach[start] = UInt8(length)
            }
        }
        return reach
    }

    private static let scriptTable = ScalarTable(changes: SeedScriptTable.changes, bits: 8)
}
