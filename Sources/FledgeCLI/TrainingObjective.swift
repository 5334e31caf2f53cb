import Fledge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The objective that the command line asks for, with its tokenizer and its fields.
struct TrainingObjective {
    let name: ObjectiveName
    let text: TextFieldArguments
    let tokenizerDirectory: URL?

    private func tokenizer() throws -> any Tokenizer {
        guard let tokenizerDirectory else {
            throw UserError.usage("the data are texts, and there is no tokenizer; give --tokenizer")
        }
        return try AutoTokenizer.from(directory: tokenizerDirectory)
    }

    /// The names of the classes, where the objective has some.
    func labels(of dataSet: DataSet, problem: ClassLabels.Problem?) throws -> [String]? {
        switch name {
        case .classification where problem == .regression: ["LABEL_0"]
        case .classification: try LabelNames.all(of: text.labelField, in: dataSet)
        case .tokenClassification: try LabelNames.all(of: text.tagsField, in: dataSet)
        default: nil
        }
    }

    /// For texts.
    func make(labels: [String], problem: ClassLabels.Problem) throws -> any Objective {
        let tokenizer = try tokenizer()
        let field = RecordText(field: text.textField)
        let source = RecordText(field: text.sourceField, prefix: text.prefix)
        let target = RecordText(field: text.targetField)
        switch name {
        case .causalLM:
            guard let length = text.blockLength else {
                return try CausalLanguageModeling(tokenizer: tokenizer, text: field, maxLength: text.maxLength)
            }
            return try CausalLanguageModeling(
                tokenizer: tokenizer, text: field, blockLength: length,
                attention: text.wholeBlocks ? .wholeBlock : .withinDocuments)
        case .maskedLM:
            var objective = try MaskedLanguageModeling(
                tokenizer: tokenizer, text: field, blockLength: text.blockLength, maxLength: text.maxLength)
            objective.masksWholeWords = text.wholeWordMask
            objective.masking = text.staticMask ? .fixed : .dynamic
            objective.rate = text.maskRate
            return objective
        case .spanCorruption:
            return try SpanCorruption(tokenizer: tokenizer, text: field, inputsLength: text.blockLength ?? 512)
        case .denoising: return try Denoising(tokenizer: tokenizer, text: field, maxLength: text.maxLength)
        case .seq2Seq:
            var objective = SequenceToSequence(tokenizer: tokenizer, source: source, target: target)
            objective.maxSourceLength = text.maxLength
            objective.maxTargetLength = text.maxTargetLength
            return objective
        case .instruction:
            if let directory = tokenizerDirectory, let template = try? ChatTemplate(directory: directory) {
                return InstructionTuning(tokenizer: tokenizer, template: template, maxLength: text.maxLength)
            }
            return try InstructionTuning(
                tokenizer: tokenizer, prompt: source, answer: target, maxLength: text.maxLength)
        case .classification:
            let kind: SequenceClassification.Kind =
                switch problem {
                case .singleLabel: .single(names: labels)
                case .multiLabel: .multiple(names: labels)
                case .regression: .regression
                }
            return SequenceClassification(
                tokenizer: tokenizer, text: field, pair: text.textPairField.map { RecordText(field: $0) },
                label: text.labelField, kind: kind, maxLength: text.maxLength)
        case .tokenClassification:
            return TokenClassification(
                tokenizer: tokenizer, tokens: text.tokensField, tags: text.tagsField, names: labels,
                maxLength: text.maxLength)
        case .questionAnswering:
            return ExtractiveQuestionAnswering(tokenizer: tokenizer, maxLength: text.maxLength ?? 384)
        }
    }

    /// For token ids.
    func tokenised(for model: LearningModel) throws -> any Objective {
        struct Fields: Decodable {
            let vocabSize: Int?
            let numLabels: Int?
            let labels: [String: String]?
            let problem: ClassLabels.Problem?
            enum CodingKeys: String, CodingKey {
                case vocabSize = "vocab_size"
                case numLabels = "num_labels"
                case labels = "id2label"
                case problem = "problem_type"
            }
        }
        let fields = try JSONDecoder().decode(Fields.self, from: model.config)
        let classes = fields.labels?.count ?? fields.numLabels ?? 2
        let vocabulary = fields.vocabSize ?? .max
        return switch model.task {
        case .causalLM, .maskedLM: PretokenizedExamples(vocabularySize: vocabulary)
        case .seq2SeqLM: PretokenizedExamples(vocabularySize: vocabulary, kind: .target)
        case .tokenClassification: PretokenizedExamples(vocabularySize: vocabulary, kind: .tokenClasses(count: classes))
        case .sequenceClassification:
            PretokenizedExamples(
                vocabularySize: vocabulary,
                kind: ClassLabels(names: Array(repeating: "", count: classes), problem: fields.problem).problem
                    == .singleLabel ? .category(count: classes) : .numbers(count: classes))
        case .questionAnswering: throw UserError.usage("question answering learns from texts, not from token ids")
        }
    }
}
