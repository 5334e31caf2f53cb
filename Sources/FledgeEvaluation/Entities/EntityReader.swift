/// Reads entities out of the tags of sentences.
struct EntityReader {
    private let scheme: TaggingScheme?
    private let transitions: TagTransitions?
    /// Tags that were taken apart already, by the numbers of their texts.
    private var texts = WordTable()
    private var tags: [EntityTag] = []

    /// - Throws: an ``EvaluationError`` if a scheme is to be found out and is none.
    init(mode: EntityScores.Mode, systems: [[EvaluationExample]]) throws(EvaluationError) {
        switch mode {
        case .lenient: scheme = nil
        case .strict(let given?): scheme = given
        case .strict(nil):
            var letters: Set<Unicode.Scalar> = []
            for example in systems.first ?? [] {
                for tag in example.referenceTags {
                    if let first = tag.unicodeScalars.first { letters.insert(first) }
                }
            }
            guard let found = TaggingScheme.detected(from: letters) else {
                throw .badOption(
                    name: "scheme", problem: "the right tags begin with \(letters.map { String($0) }.sorted())",
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
    mutating func spans(
        of tags: [String], example: Int, types: inout WordTable
    ) throws(EvaluationError) -> [EntitySpan] {
        let outside = EntityTag.outside(&types)
        var read: [EntityTag] = []
        for text in tags {
            let number = Int(texts.number(of: text))
            if number == self.tags.count { self.tags.append(try tag(text, example: example, types: &types)) }
            read.append(self.tags[number])
        }
        guard let transitions else { return EntitySpan.lenient(read, outside: outside) }
        return EntitySpan.strict(read, transitions: transitions, outside: outside)
    }

    private func tag(
        _ text: String, example: Int, types: inout WordTable
    ) throws(EvaluationError) -> EntityTag {
        guard let tag = EntityTag(text, strict: scheme != nil, types: &types) else {
            throw .badTag(example: example, tag: text, problem: "is empty; tags outside of entities are O")
        }
        if let scheme, !scheme.letters.unicodeScalars.contains(tag.letter) {
            throw .badTag(
                example: example, tag: text,
                problem: "does not begin with one of the letters of \(scheme.rawValue), \(scheme.letters)")
        }
        return tag
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
        var reader = reader
        var names = WordTable()
        var spans: [[(predicted: [EntitySpan], right: [EntitySpan])]] = []
        for system in systems {
            var sentences: [(predicted: [EntitySpan], right: [EntitySpan])] = []
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
        for sentence in spans.joined() { used.formUnion((sentence.predicted + sentence.right).map(\.type)) }
        let ordered = used.map { (number: $0, name: names.word($0)) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        types = ordered.map(\.name)
        firstCounts = spans[0].map { sentence in
            let matches = EntitySpan.common(sentence.predicted, sentence.right).count
            return (Double(matches), Double(sentence.predicted.count), Double(sentence.right.count))
        }
        let places = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1.number, $0) })
        let width = 2 + 3 * ordered.count
        tables = zip(systems, spans).map { examples, sentences in
            var table = StatisticTable()
            table.widen(to: width)
            for (example, sentence) in zip(examples, sentences) {
                table.append(
                    EntitySentences.entries(
                        of: example, sentence.predicted, sentence.right, places: places))
            }
            return table
        }
    }

    private static func entries(
        of example: EvaluationExample, _ predicted: [EntitySpan], _ right: [EntitySpan], places: [Int32: Int]
    ) -> [(column: Int, value: Double)] {
        let correct = zip(example.predictedTags, example.referenceTags).count { $0.utf8.elementsEqual($1.utf8) }
        var entries = [(column: 0, value: Double(correct)), (1, Double(example.referenceTags.count))]
        for (offset, spans) in [EntitySpan.common(predicted, right), predicted, right].enumerated() {
            for span in spans {
                if let place = places[span.type] { entries.append((2 + 3 * place + offset, 1)) }
            }
        }
        return entries
    }
}
