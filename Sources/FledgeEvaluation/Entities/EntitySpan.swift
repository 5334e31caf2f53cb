/// An entity of a sentence.
struct EntitySpan: Equatable {
    let type: Int32
    /// Its first token.
    let start: Int
    /// The token behind its last one.
    let end: Int
}

extension EntitySpan {
    /// The entities of a sentence, in order, as the CoNLL script and seqeval's default see them: whatever may be the beginning of an
    /// entity is one.
    static func lenient(_ tags: [EntityTag], outside: EntityTag) -> [EntitySpan] {
        var spans: [EntitySpan] = []
        var start = 0
        var before = outside
        for (index, tag) in (tags + [outside]).enumerated() {
            let differs = before.type != tag.type
            if ends(before.letter, tag.letter) || isNamed(before) && differs {
                spans.append(EntitySpan(type: before.type, start: start, end: index))
            }
            if begins(before.letter, tag.letter) || isNamed(tag) && differs { start = index }
            before = tag
        }
        return spans
    }

    /// The entities of a sentence, in order, that are written as the scheme asks for.
    static func strict(_ tags: [EntityTag], transitions: TagTransitions, outside: EntityTag) -> [EntitySpan] {
        let extended = tags + [outside]
        var spans: [EntitySpan] = []
        var index = 0
        while index < extended.count {
            let before = index > 0 ? extended[index - 1] : outside
            let start = index
            index += 1
            guard transitions.opens(before, extended[start]) else { continue }
            while index < extended.count, transitions.goesOn(extended[index - 1], extended[index]) { index += 1 }
            if index < extended.count, transitions.closes(extended[index - 1], extended[index]) {
                spans.append(EntitySpan(type: extended[start].type, start: start, end: index))
            }
        }
        return spans
    }

    /// The entities that are in both of two lists. At most one entity ends at a token, and lists are in the order of the
    /// ends.
    static func common(_ left: [EntitySpan], _ right: [EntitySpan]) -> [EntitySpan] {
        var common: [EntitySpan] = []
        var rest = right[...]
        for span in left {
            rest = rest.drop { $0.end < span.end }
            if let first = rest.first, first == span { common.append(span) }
        }
        return common
    }

    private static func isNamed(_ tag: EntityTag) -> Bool { tag.letter != "O" && tag.letter != "." }

    private static func ends(_ before: Unicode.Scalar, _ after: Unicode.Scalar) -> Bool {
        switch before {
        case "E", "S": true
        case "B", "I": after == "B" || after == "S" || after == "O"
        default: false
        }
    }

    private static func begins(_ before: Unicode.Scalar, _ after: Unicode.Scalar) -> Bool {
        switch after {
        case "B", "S": true
        case "E", "I": before == "E" || before == "S" || before == "O"
        default: false
        }
    }
}
