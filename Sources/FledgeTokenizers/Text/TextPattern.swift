/// What a `Replace` looks for: a literal text, or one of the simple regular expressions that tokenizer files use.
enum TextPattern: Sendable, Equatable {
    case literal([UInt8])
    /// One character, repeated at least and, if there is a limit, at most so often.
    case repeated(character: [UInt8], minimum: Int, maximum: Int?)

    /// The longest pattern, and the largest number of repetitions, which bound the time that searching takes.
    private static let longest = 1000

    /// Reads `{"String": "…"}` or `{"Regex": "…"}`.
    static func read(_ field: JSONField) throws(TokenizerError) -> TextPattern {
        if !field["String"].isNullOrMissing {
            let text = try field["String"].utf8()
            guard text.count <= longest else { throw field.damaged("it is longer than \(longest) bytes") }
            return .literal(text)
        }
        let expression = try field["Regex"].string()
        guard expression.utf8.count <= longest, let pattern = parse(expression) else {
            throw field.unsupported("regular expression", expression)
        }
        return pattern
    }

    /// Understands a plain text, and one character followed by `+`, `{n}`, `{n,}` or `{n,m}`.
    static func parse(_ expression: String) -> TextPattern? {
        var scalars = Array(expression.unicodeScalars)
        let special = "\\^$.|?*+()[]{}".unicodeScalars
        var literal: [Unicode.Scalar] = []
        while let first = scalars.first {
            if first == "\\", scalars.count > 1, special.contains(scalars[1]) {
                literal.append(scalars[1])
                scalars.removeFirst(2)
            } else if special.contains(first) {
                break
            } else {
                literal.append(first)
                scalars.removeFirst()
            }
        }
        let text = literal.flatMap { Array(String($0).utf8) }
        if scalars.isEmpty { return text.isEmpty ? nil : .literal(text) }
        guard literal.count == 1, let bounds = parseQuantifier(scalars) else { return nil }
        return .repeated(character: text, minimum: bounds.minimum, maximum: bounds.maximum)
    }

    private static func parseQuantifier(_ scalars: [Unicode.Scalar]) -> (minimum: Int, maximum: Int?)? {
        if scalars == ["+"] { return (1, nil) }
        guard scalars.first == "{", scalars.last == "}", scalars.count > 2 else { return nil }
        var inside = String.UnicodeScalarView()
        inside.append(contentsOf: scalars[1..<(scalars.count - 1)])
        let parts = String(inside).split(separator: ",", omittingEmptySubsequences: false)
        guard let minimum = Int(parts[0]), minimum > 0, minimum <= longest else { return nil }
        switch parts.count {
        case 1: return (minimum, minimum)
        case 2 where parts[1].isEmpty: return (minimum, nil)
        case 2:
            guard let maximum = Int(parts[1]), maximum >= minimum else { return nil }
            return (minimum, maximum)
        default: return nil
        }
    }

    /// How many times longer replacing can make a text.
    func largestGrowth(replacedBy content: [UInt8]) -> Int {
        let shortest: Int
        switch self {
        case .literal(let text): shortest = text.count
        case .repeated(let character, let minimum, _): shortest = character.count * minimum
        }
        return shortest == 0 ? 1 : (content.count + shortest - 1) / shortest
    }

    /// The matches from left to right, none overlapping.
    func matches(in bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index < bytes.count {
            if let end = matchEnd(at: index, in: bytes) {
                found.append(index..<end)
                index = end
            } else {
                index += 1
            }
        }
        return found
    }

    private func matchEnd(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        switch self {
        case .literal(let text):
            return !text.isEmpty && TextPattern.isAt(index, text, in: bytes) ? index + text.count : nil
        case .repeated(let character, let minimum, let maximum):
            var end = index
            var count = 0
            while count < maximum ?? .max, TextPattern.isAt(end, character, in: bytes) {
                end += character.count
                count += 1
            }
            return count >= minimum ? end : nil
        }
    }

    private static func isAt(_ index: Int, _ text: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= bytes.count - index else { return false }
        for offset in text.indices where bytes[index + offset] != text[offset] { return false }
        return true
    }
}
