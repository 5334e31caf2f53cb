/// Finds a set of added tokens in a text: leftmost first, and of those the longest.
struct TokenMatcher: Sendable {
    private let trie: PieceTrie
    private let tokens: [AddedToken]
    /// For each byte whether a pattern begins with it.
    private let begins: [Bool]

    /// - Parameter patterns: what to look for; empty patterns are left out, and of equal ones the first counts.
    init(patterns: [(bytes: [UInt8], token: AddedToken)]) {
        var table = PieceTable(capacity: patterns.count)
        var begins = [Bool](repeating: false, count: 256)
        for pattern in patterns {
            table.append(pattern.bytes)
            if let first = pattern.bytes.first { begins[Int(first)] = true }
        }
        trie = PieceTrie.build(table).trie
        tokens = patterns.map(\.token)
        self.begins = begins
    }

    var isEmpty: Bool { tokens.isEmpty }

    /// Calls a closure with the parts of a text in order: matches with their token, and the rest without.
    func forEachPart(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, AddedToken?) -> Void) {
        var done = 0
        var index = 0
        while !isEmpty, let match = nextMatch(in: text, from: index) {
            index = match.range.upperBound
            let token = tokens[match.token]
            guard !token.isSingleWord || TokenMatcher.isAlone(match.range, in: text) else { continue }
            var start = match.range.lowerBound
            var end = match.range.upperBound
            // White space that the token before took in is not taken again.
            if token.stripsLeft { start = max(TokenMatcher.spaceStart(before: start, in: text), done) }
            if token.stripsRight { end = TokenMatcher.spaceEnd(after: end, in: text) }
            if start < done { start = done }
            if done < start { body(done..<start, nil) }
            body(start..<max(start, end), token)
            done = max(done, end)
        }
        if done < text.count { body(done..<text.count, nil) }
    }

    private func nextMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> (range: Range<Int>, token: Int)? {
        trie.nodes.withUnsafeBufferPointer { nodes in
            begins.withUnsafeBufferPointer { begins in
                for first in start..<max(start, text.count) where begins[Int(text[first])] {
                    var node = 0
                    var index = first
                    var found: (range: Range<Int>, token: Int)?
                    while index < text.count {
                        let child = Int(nodes[node].base) + Int(text[index])
                        guard nodes[child].parent == node else { break }
                        node = child
                        index += 1
                        if nodes[node].value >= 0 { found = (first..<index, Int(nodes[node].value)) }
                    }
                    if found != nil { return found }
                }
                return nil
            }
        }
    }

    private static func isAlone(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if range.upperBound < text.count, isWord(at: range.upperBound, in: text) { return false }
        return range.lowerBound == 0 || !isWord(at: characterStart(before: range.lowerBound, in: text), in: text)
    }

    private static func spaceStart(before end: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        var start = end
        while start > 0 {
            let previous = characterStart(before: start, in: text)
            guard Whitespace.length(at: previous, in: text) > 0 else { break }
            start = previous
        }
        return start
    }

    private static func spaceEnd(after start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        var end = start
        while end < text.count {
            let length = Whitespace.length(at: end, in: text)
            guard length > 0 else { break }
            end += length
        }
        return end
    }

    private static func characterStart(before index: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        var start = index - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }

    private static func isWord(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let scalar = UTF8Scan.scalar(at: index, length: UTF8Scan.length(text[index]), in: text)
        return CharacterProperties.of(scalar).contains(.word)
    }
}
