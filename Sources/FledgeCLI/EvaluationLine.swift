import Fledge

/// A line of a file of predictions.
struct EvaluationLine {
    private let file: String
    private let record: Record

    init(file: String, record: Record) {
        self.file = file
        self.record = record
    }

    /// The line, counted from 1.
    var number: Int { record.place?.line ?? 0 }

    /// A text and its references. Whole numbers and truth values count as the names of classes.
    func textExample(needsReferences: Bool) throws(UserError) -> EvaluationExample {
        let prediction = try text(try value("prediction"), of: "prediction")
        if let reference = record["reference"] {
            guard record["references"] == nil else { throw bad("has “reference” and “references”; leave one out") }
            return EvaluationExample(prediction: prediction, reference: try text(reference, of: "reference"))
        }
        guard let references = record["references"] else {
            if needsReferences { throw bad("has no “reference” and no “references”; add one") }
            return EvaluationExample(prediction: prediction, references: [])
        }
        guard case .array(let list) = references else { throw bad("“references” is no list; call one “reference”") }
        var texts: [String] = []
        for item in list { texts.append(try text(item, of: "references")) }
        return EvaluationExample(prediction: prediction, references: texts)
    }

    /// The predicted and the right tags of a sentence.
    func taggedExample() throws(UserError) -> EvaluationExample {
        // Runs write a list of references, of which tags have one.
        if record["reference"] == nil, case .array(let list)? = record["references"], list.count == 1 {
            return EvaluationExample(
                predictedTags: try tags(of: "prediction"), referenceTags: try tags(list[0], of: "references"))
        }
        return EvaluationExample(predictedTags: try tags(of: "prediction"), referenceTags: try tags(of: "reference"))
    }

    private func value(_ name: String) throws(UserError) -> Value {
        guard let value = record[name] else { throw bad("has no “\(name)”; add it") }
        return value
    }

    private func text(_ value: Value, of name: String) throws(UserError) -> String {
        switch value {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .bool(let value): return String(value)
        default: throw bad("“\(name)” is not a text; put it in quotes")
        }
    }

    /// A list of tags, or a text with spaces between them.
    private func tags(of name: String) throws(UserError) -> [String] { try tags(try value(name), of: name) }

    private func tags(_ value: Value, of name: String) throws(UserError) -> [String] {
        switch value {
        case .string(let text): return text.split(separator: " ").map(String.init)
        case .array(let list):
            var tags: [String] = []
            for item in list {
                guard case .string(let tag) = item else { throw bad("“\(name)” has a tag that is not a text") }
                tags.append(tag)
            }
            return tags
        default: throw bad("“\(name)” is no list of tags; give one tag for each token")
        }
    }

    private func bad(_ problem: String) -> UserError { .badData("\(file): line \(number): \(problem)") }
}
