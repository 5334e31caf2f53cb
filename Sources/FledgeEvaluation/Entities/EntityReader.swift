/// Reads entities out of the tags of sentences.
struct EntityReader {
    private let scheme: TaggingScheme?
    private let transitions: TagTransitions?

    /// - Throws: an ``EvaluationError`` if a scheme is to be found out and is none.
    init(mode: EntityScores.Mode, systems: [[EvaluationExample]]) throws(EvaluationError) {
        switch mode {
        case .lenient: scheme = nil
        case .strict(let given?): scheme = given
        case .strict(nil):
            var letters: Set<Character> = []
            for example in systems.first ?? [] {
                for tag in example.referenceTags {
                    if let first = tag.unicodeScalars.first { letters.insert(Character(first)) }
                }
            }
            guard let found = TaggingScheme.detected(from: letters) else {
                throw .badOption(
                    name: "scheme", problem: "the right tags begin with \(letters.map(String.init).sorted())",
                    remedy: "Give the scheme, or evaluate leniently.")
            }
            scheme = found
        }
        transitions = scheme?.transitions
    }

    /// How tags are read.
    var signature: String { scheme.map { "strict|scheme:\($0.rawValue)" } ?? "lenient" }

    /// The entities of a sentence.
    ///
    /// - Throws: an ``EvaluationError`` for an empty tag, and, if the mode is strict, for one that the scheme has not.
    func spans(of tags: [String], example: Int, types: inout WordTable) throws(EvaluationError) -> Set<EntitySpan> {
        let outside = EntityTag.outside(&types)
        var read: [EntityTag] = []
        for text in tags {
            guard let tag = EntityTag(text, strict: scheme != nil, types: &types) else {
                throw .badTag(example: example, tag: text, problem: "is empty; tags outside of entities are O")
            }
            if let scheme, !scheme.letters.contains(tag.letter) {
                throw .badTag(
                    example: example, tag: text,
                    problem: "does not begin with one of the letters of \(scheme.rawValue), \(scheme.letters)")
            }
            read.append(tag)
        }
        guard let transitions else { return EntitySpan.lenient(read, outside: outside) }
        return EntitySpan.strict(read, transitions: transitions, outside: outside)
    }
}

/// Counts of entities, a sentence a row.
struct EntitySentences {
    /// The types of entities, in the order of their names' scalars.
    let types: [String]
    /// Right tokens and all tokens; then for each type entities right and predicted, predicted, right.
    let tables: [StatisticTable]
    /// The counts of the first system's sentences, whatever the type.
    let firstCounts: [(matches: Double, predicted: Double, right: Double)]

    init(_ systems: [[EvaluationExample]], reader: EntityReader) throws(EvaluationError) {
        var names = WordTable()
        var spans: [[(predicted: Set<EntitySpan>, right: Set<EntitySpan>)]] = []
        for system in systems {
            var sentences: [(predicted: Set<EntitySpan>, right: Set<EntitySpan>)] = []
            for (index, example) in system.enumerated() {
                let counts = (example.predictedTags.count, example.referenceTags.count)
                guard counts.0 == counts.1 else {
                    throw .tagCount(example: index, predicted: counts.0, reference: counts.1)
                }
                sentences.append(
                    (
                        try reader.spans(of: example.predictedTags, example: index, types: &names),
                        try reader.spans(of: example.referenceTags, example: index, types: &names)
                    ))
            }
            spans.append(sentences)
        }
        var used = Set<Int32>()
        for sentence in spans.joined() {
            for span in sentence.predicted.union(sentence.right) { used.insert(span.type) }
        }
        let ordered = used.map { (number: $0, name: names.word($0)) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        types = ordered.map(\.name)
        firstCounts = spans[0].map { sentence in
            let matches = sentence.predicted.intersection(sentence.right).count
            return (Double(matches), Double(sentence.predicted.count), Double(sentence.right.count))
        }
        let places = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1.number, $0) })
        let width = 2 + 3 * ordered.count
        tables = zip(systems, spans).map { examples, sentences in
            var table = StatisticTable()
            table.widen(to: width)
            for (example, sentence) in zip(examples, sentences) {
                table.append(EntitySentences.entries(of: example, sentence.predicted, sentence.right, places: places))
            }
            return table
        }
    }

    private static func entries(
        of example: EvaluationExample, _ predicted: Set<EntitySpan>, _ right: Set<EntitySpan>, places: [Int32: Int]
    ) -> [(column: Int, value: Double)] {
        let correct = zip(example.predictedTags, example.referenceTags).count { $0.utf8.elementsEqual($1.utf8) }
        var entries = [(column: 0, value: Double(correct)), (1, Double(example.referenceTags.count))]
        for span in predicted {
            guard let place = places[span.type] else { continue }
            entries.append((2 + 3 * place + 1, 1))
            if right.contains(span) { entries.append((2 + 3 * place, 1)) }
        }
        for span in right {
            guard let place = places[span.type] else { continue }
            entries.append((2 + 3 * place + 2, 1))
        }
        return entries
    }
}
