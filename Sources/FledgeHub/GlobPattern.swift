/// A shell-like pattern as `huggingface_hub` reads it: `*` matches anything, slashes included, `?` one character,
/// `[a-z]` one of a set, `[!a-z]` one outside it; a pattern that ends with `/` means everything below.
package struct GlobPattern: Sendable, Hashable {
    private enum Element: Hashable {
        case literal(Character)
        case anyCharacter
        case anything
        case set(ranges: [ClosedRange<Character>], isNegated: Bool)

        func matches(_ character: Character) -> Bool {
            switch self {
            case .literal(let expected): character == expected
            case .anyCharacter, .anything: true
            case .set(let ranges, let isNegated): ranges.contains { $0.contains(character) } != isNegated
            }
        }
    }

    private let elements: [Element]

    package init(_ text: String) {
        var elements: [Element] = []
        var rest = Array(text.hasSuffix("/") ? text + "*" : text)[...]
        while let character = rest.popFirst() {
            switch character {
            case "*":
                if elements.last != .anything { elements.append(.anything) }
            case "?":
                elements.append(.anyCharacter)
            case "[":
                elements.append(Self.set(&rest) ?? .literal("["))
            default:
                elements.append(.literal(character))
            }
        }
        self.elements = elements
    }

    /// Whether the text has no special character, so that it names one file.
    static func isLiteral(_ text: String) -> Bool {
        !text.contains(where: { "*?[".contains($0) }) && !text.hasSuffix("/")
    }

    /// Whether the whole text matches.
    ///
    /// - Complexity: O(*n* · *m*) for a text of *n* characters and a pattern of *m*: only the last `*` is ever
    ///   reconsidered.
    package func matches(_ text: String) -> Bool {
        let text = Array(text)
        var position = 0
        var element = 0
        var resume: (position: Int, element: Int)?
        while position < text.count {
            if element < elements.count, elements[element] == .anything {
                resume = (position, element)
                element += 1
            } else if element < elements.count, elements[element].matches(text[position]) {
                position += 1
                element += 1
            } else if let last = resume {
                resume = (last.position + 1, last.element)
                position = last.position + 1
                element = last.element + 1
            } else {
                return false
            }
        }
        return elements[element...].allSatisfy { $0 == .anything }
    }

    /// Reads a set up to its `]`; `nil`, with nothing consumed, when it is not closed.
    private static func set(_ rest: inout ArraySlice<Character>) -> Element? {
        var body = rest
        let isNegated = body.first == "!"
        if isNegated { body.removeFirst() }
        var ranges: [ClosedRange<Character>] = []
        var isFirst = true
        while let character = body.popFirst() {
            if character == "]", !isFirst {
                rest = body
                return .set(ranges: ranges, isNegated: isNegated)
            }
            isFirst = false
            let next = body.dropFirst().first
            if body.first == "-", let end = next, end != "]" {
                body.removeFirst(2)
                if character <= end { ranges.append(character...end) }
            } else {
                ranges.append(character...character)
            }
        }
        return nil
    }
}
