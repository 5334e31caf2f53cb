import FledgeTokenizers

/// A token, or a word, with the probabilities of its labels, on its way to an entity.
struct LabelledToken {
    var word: String
    /// Of each label; empty once one is chosen.
    var probabilities: [Float]
    var label = 0
    var score: Float = 0
    var index: Int
    /// In Unicode scalars.
    var scalars: Range<Int>
    var bytes: Range<Int>
    /// Whether it continues the word of the token before it.
    var isSubword: Bool
}

/// Makes entities of a sequence's tokens as transformers' token classification pipeline does.
struct EntityAggregator {
    let aggregation: EntityAggregation
    let labels: [String]
    let tokenizer: any Tokenizer

    func entities(of tokens: [LabelledToken]) -> [Entity] {
        switch aggregation {
        case .none:
            return tokens.map(chosen).map { token in
                Entity(
                    label: labels[token.label], score: token.score, index: token.index, word: token.word,
                    start: token.scalars.lowerBound, end: token.scalars.upperBound, byteRange: token.bytes)
            }
        case .simple: return groups(of: tokens.map(chosen))
        case .first, .average, .max: return groups(of: words(of: tokens))
        }
    }

    private func chosen(_ token: LabelledToken) -> LabelledToken {
        var token = token
        token.label = Probabilities.largest(token.probabilities)
        token.score = token.probabilities[token.label]
        return token
    }

    /// Puts the tokens of each word together.
    private func words(of tokens: [LabelledToken]) -> [LabelledToken] {
        var words: [[LabelledToken]] = []
        for token in tokens {
            if token.isSubword, !words.isEmpty {
                words[words.count - 1].append(token)
            } else {
                words.append([token])
            }
        }
        return words.map(word)
    }

    private func word(of tokens: [LabelledToken]) -> LabelledToken {
        var word = joined(tokens)
        switch aggregation {
        case .max:
            let certainties = tokens.map { $0.probabilities.max() ?? 0 }
            word.probabilities = tokens[Probabilities.largest(certainties)].probabilities
        case .average:
            word.probabilities = labels.indices.map { label in
                EntityAggregator.mean(tokens.map { $0.probabilities[label] })
            }
        case .none, .simple, .first: break
        }
        return chosen(word)
    }

    /// Puts neighbours together that have the same tag, unless the second begins an entity (`B-`).
    private func groups(of tokens: [LabelledToken]) -> [Entity] {
        var groups: [[LabelledToken]] = []
        for token in tokens {
            let tag = EntityAggregator.tag(labels[token.label])
            if let last = groups.last?.last, !tag.begins, tag.name == EntityAggregator.tag(labels[last.label]).name {
                groups[groups.count - 1].append(token)
            } else {
                groups.append([token])
            }
        }
        return groups.map(group)
    }

    private func group(of tokens: [LabelledToken]) -> Entity {
        let whole = joined(tokens)
        let label = labels[tokens[0].label]
        let name = label.firstIndex(of: "-").map { String(label[label.index(after: $0)...]) } ?? label
        return Entity(
            label: name, score: EntityAggregator.mean(tokens.map(\.score)), index: nil, word: whole.word,
            start: whole.scalars.lowerBound, end: whole.scalars.upperBound, byteRange: whole.bytes)
    }

    /// The first token, widened to the end of the last one.
    private func joined(_ tokens: [LabelledToken]) -> LabelledToken {
        var whole = tokens[0]
        let last = tokens[tokens.count - 1]
        whole.word = tokenizer.convertTokensToString(tokens.map(\.word))
        whole.scalars = whole.scalars.lowerBound..<max(whole.scalars.lowerBound, last.scalars.upperBound)
        whole.bytes = whole.bytes.lowerBound..<max(whole.bytes.lowerBound, last.bytes.upperBound)
        return whole
    }

    /// A label without BIO's prefix, and whether that says that an entity begins.
    private static func tag(_ label: String) -> (begins: Bool, name: Substring) {
        if label.hasPrefix("B-") { return (true, label.dropFirst(2)) }
        return (false, label.hasPrefix("I-") ? label.dropFirst(2) : label[...])
    }

    private static func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(values.count) }

    /// Of entities that overlap because windows do, the longest, of equally long ones the most certain.
    ///
    /// Transformers lists a first entity without width, as a lone space can be, twice; here it is there once.
    static func withoutOverlap(_ entities: [Entity]) -> [Entity] {
        let order = entities.indices.sorted { (entities[$0].start, $0) < (entities[$1].start, $1) }
        var result: [Entity] = []
        for entity in order.map({ entities[$0] }) {
            guard let last = result.last, last.start <= entity.start, entity.start < last.end else {
                result.append(entity)
                continue
            }
            let (length, lastLength) = (entity.end - entity.start, last.end - last.start)
            if length > lastLength || (length == lastLength && entity.score > last.score) {
                result[result.count - 1] = entity
            }
        }
        return result
    }
}
