/// An entity of a sentence.
struct EntitySpan: Hashable {
    let type: Int32
    /// Its first token.
    let start: Int
    /// The token behind its last one.
    let end: Int
}

extension EntitySpan {
    /// The entities of a sentence as the CoNLL script and seqeval's default see them: whatever may be the beginning of an
    /// entity is one.
    static func lenient(_ tags: [EntityTag], outside: EntityTag) -> Set<EntitySpan> {
        var spans: Set<EntitySpan> = []
        var start = 0
        var before = outside
        for (index, tag) in (tags + [outside]).enumerated() {
            let differs = before.type != tag.type
            if ends(before.letter, tag.letter) || isNamed(before) && differs {
                spans.insert(EntitySpan(type: before.type, start: start, end: index))
            }
            if begins(before.letter, tag.letter) || isNamed(tag) && differs { start = index }
            before = tag
        }
        return spans
    }

    /// The entities of a sentence that are written as the scheme asks for.
    static func strict(_ tags: [EntityTag], transitions: TagTransitions, outside: EntityTag) -> Set<EntitySpan> {
        let extended = tags + [outside]
        var spans: Set<EntitySpan> = []
        var index = 0
        while index < extended.count {
            let before = index > 0 ? extended[index - 1] : outside
            let start = index
            index += 1
            guard transitions.opens(before, extended[start]) else { continue }
            while index < extended.count, transitions.goesOn(extended[index - 1], extended[index]) { index += 1 }
            if index < extended.count, transitions.closes(extended[index - 1], extended[index]) {
                spans.insert(EntitySpan(type: extended[start].type, start: start, end: index))
            }
        }
        return spans
    }

    private static func isNamed(_ tag: EntityTag) -> Bool { tag.letter != "O" && tag.letter != "." }

    private static func ends(_ before: Character, _ after: Character) -> Bool {
        switch before {
        case "E", "S": true
        case "B", "I": after == "B" || after == "S" || after == "O"
        default: false
        }
    }

    private static func begins(_ before: Character, _ after: Character) -> Bool {
        switch after {
        case "B", "S": true
        case "E", "I": before == "E" || before == "S" || before == "O"
        default: false
        }
    }
}
