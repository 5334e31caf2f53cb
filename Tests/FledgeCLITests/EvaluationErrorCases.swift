import Foundation

extension ErrorCase {
    /// Command lines of `evaluate` that must fail.
    static let evaluation = [
        ErrorCase(64, "evaluate-nothing", "evaluate --metric rouge"),
        ErrorCase(64, "evaluate-no-metric", "evaluate --predictions DIR/summaries.jsonl"),
        ErrorCase(64, "evaluate-unknown-metric", "evaluate --metric rogue --predictions DIR/summaries.jsonl"),
        ErrorCase(
            64, "evaluate-flag-of-another", "evaluate --metric rouge --smooth-value 1 --predictions DIR/summaries.jsonl"
        ),
        ErrorCase(
            64, "evaluate-scheme-without-strict",
            "evaluate --metric seqeval --scheme IOB2 --predictions DIR/tags.jsonl"),
        ErrorCase(
            64, "evaluate-tags-and-texts", "evaluate --metric seqeval --metric rouge --predictions DIR/tags.jsonl"),
        ErrorCase(
            64, "evaluate-few-resamples", "evaluate --metric bleu --resamples 3 --predictions DIR/summaries.jsonl"),
        ErrorCase(64, "evaluate-one-file", "evaluate --metric rouge --compare DIR/summaries.jsonl"),
        ErrorCase(
            64, "evaluate-no-such-label",
            "evaluate --metric f1 --positive-label yes --predictions DIR/summaries.jsonl"),
        ErrorCase(66, "evaluate-no-file", "evaluate --metric rouge --predictions DIR/nothing.jsonl"),
        ErrorCase(65, "evaluate-blank", "evaluate --metric rouge --predictions DIR/blank.txt"),
        ErrorCase(65, "evaluate-no-reference", "evaluate --metric rouge --predictions DIR/no-reference.jsonl"),
        ErrorCase(65, "evaluate-is-not-json", "evaluate --metric rouge --predictions DIR/broken.jsonl"),
        ErrorCase(65, "evaluate-tag-count", "evaluate --metric seqeval --predictions DIR/tags.jsonl"),
        ErrorCase(
            65, "evaluate-other-questions",
            "evaluate --metric rouge --compare DIR/summaries.jsonl DIR/other-summaries.jsonl"),
    ]

    /// Command lines of `evaluate` with a model that must fail.
    static let modelEvaluation = [
        ErrorCase(64, "evaluate-model-without-data", "evaluate --metric rouge --model TINY --template summarize"),
        ErrorCase(64, "evaluate-data-without-model", "evaluate --metric rouge --data DIR/summaries.jsonl"),
        ErrorCase(
            64, "evaluate-tokens-without-model",
            "evaluate --metric rouge --predictions DIR/summaries.jsonl --max-new-tokens 3"),
        ErrorCase(
            64, "evaluate-model-and-files",
            "evaluate --metric rouge --model TINY --data DIR/summaries.jsonl --input-field prediction "
                + "--predictions DIR/summaries.jsonl"),
        ErrorCase(64, "evaluate-model-no-prompt", "evaluate --metric rouge --model TINY --data DIR/summaries.jsonl"),
        ErrorCase(
            64, "evaluate-model-no-metric", "evaluate --model TINY --data DIR/summaries.jsonl --template summarize"),
        ErrorCase(
            64, "evaluate-model-no-task", "evaluate --model TINY --data DIR/summaries.jsonl --task summarisation"),
        ErrorCase(
            64, "evaluate-shots-of-tags", "evaluate --model TINY --data DIR/summaries.jsonl --task ner --shots 2"),
        ErrorCase(
            64, "evaluate-metric-of-perplexity",
            "evaluate --model TINY --data DIR/summaries.jsonl --task perplexity --metric rouge"),
        ErrorCase(
            64, "evaluate-window-of-generation",
            "evaluate --model TINY --data DIR/summaries.jsonl --template summarize --metric rouge --window 8"),
        ErrorCase(
            64, "evaluate-tags-of-generation",
            "evaluate --model TINY --data DIR/summaries.jsonl --template summarize --metric seqeval"),
        ErrorCase(
            64, "evaluate-perplexity-without-template",
            "evaluate --model TINY --data DIR/summaries.jsonl --task perplexity --input-field prediction"),
        ErrorCase(
            65, "evaluate-model-no-column",
            "evaluate --metric rouge --model TINY --data DIR/summaries.jsonl --input-field prediction "
                + "--reference-field summary"),
        ErrorCase(
            64, "evaluate-classifier-of-text", "evaluate --model TINY --data DIR/summaries.jsonl --task classification"),
        ErrorCase(
            66, "evaluate-model-no-file",
            "evaluate --metric rouge --model TINY --data DIR/nothing.jsonl --input-field a"),
        ErrorCase(
            74, "evaluate-output-is-a-file",
            "evaluate --metric rouge --model TINY --data DIR/summaries.jsonl --input-field prediction "
                + "--reference-field reference --max-new-tokens 1 --output DIR/summaries.jsonl"),
    ]
}

extension BrokenModels {
    /// Predictions that something is wrong with.
    func addEvaluationFiles() throws {
        let good = #"{"prediction": "a cat", "reference": "the cat"}"#
        let files = [
            "summaries.jsonl": [good, good], "no-reference.jsonl": [good, "", #"{"prediction": "a dog"}"#],
            "broken.jsonl": [good, #"{"prediction": "#],
            "other-summaries.jsonl": [good, #"{"prediction": "a cat", "reference": "a dog"}"#],
            "tags.jsonl": [#"{"prediction": ["B-X", "O"], "reference": "B-X"}"#],
        ]
        for (name, lines) in files {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: directory.file(name))
        }
    }
}
