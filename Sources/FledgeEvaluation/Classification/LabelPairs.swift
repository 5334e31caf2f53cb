/// The right and the predicted classes of examples, as numbers in the order of the classes' names.
struct LabelPairs {
    /// The names, in the order of their scalars.
    let labels: [String]
    /// The right and the predicted class of every example of each system.
    let systems: [[(reference: Int, prediction: Int)]]

    /// - Throws: an ``EvaluationError`` for an example without exactly one reference.
    init(_ examples: [[EvaluationExample]], metric: String) throws(EvaluationError) {
        var table = WordTable()
        var numbered: [[(reference: Int, prediction: Int)]] = []
        for system in examples {
            var pairs: [(reference: Int, prediction: Int)] = []
            for (index, example) in system.enumerated() {
                guard let reference = example.references.first else { throw .noReference(example: index) }
                guard example.references.count == 1 else { throw .severalReferences(example: index, metric: metric) }
                pairs.append((Int(table.number(of: reference)), Int(table.number(of: example.prediction))))
            }
            numbered.append(pairs)
        }
        let names = (0..<table.count).map { table.word(Int32($0)) }
        let order = names.indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
        var places = [Int](repeating: 0, count: names.count)
        for (place, number) in order.enumerated() { places[number] = place }
        labels = order.map { names[$0] }
        systems = numbered.map { $0.map { (places[$0.reference], places[$0.prediction]) } }
    }

    /// For each class three columns: how often it was right and predicted, how often predicted, how often right.
    func tables() -> [StatisticTable] {
        systems.map { pairs in
            var table = StatisticTable()
            table.widen(to: 3 * labels.count)
            for pair in pairs {
                var entries = [(column: 3 * pair.prediction + 1, value: 1.0), (3 * pair.reference + 2, 1.0)]
                if pair.reference == pair.prediction { entries.append((3 * pair.reference, 1.0)) }
                table.append(entries)
            }
            return table
        }
    }

    /// For each example of the first system 1 if its class is right, else 0.
    func correct() -> [Double] {
        systems[0].map { $0.reference == $0.prediction ? 1 : 0 }
    }

    /// How often the classes were taken for one another by the first system.
    func confusion() -> ConfusionMatrix {
        let sorted = systems[0].sorted { ($0.reference, $0.prediction) < ($1.reference, $1.prediction) }
        var entries: [ConfusionMatrix.Entry] = []
        var start = 0
        while start < sorted.count {
            let pair = sorted[start]
            let end = sorted[start...].firstIndex { $0 != pair } ?? sorted.count
            entries.append(.init(reference: pair.reference, prediction: pair.prediction, count: end - start))
            start = end
        }
        return ConfusionMatrix(labels: labels, entries: entries)
    }
}
