import Foundation

extension ErrorCase {
    /// A run over token ids that would be good, but for what comes behind it.
    private static let run = "pretrain --config DIR/gpt2.json --data DIR/ids.jsonl --max-steps 2 --output DIR/o"

    private static func data(_ name: String) -> String {
        "pretrain --config DIR/gpt2.json --data DIR/\(name) --max-steps 2 --output DIR/o"
    }

    private static func config(_ name: String) -> String {
        "pretrain --config DIR/\(name) --data DIR/ids.jsonl --max-steps 2 --output DIR/o"
    }

    static let runs = numbers + adapters + records + beginnings + recipes

    private static let numbers = [
        ErrorCase(64, "run-negative-batch", "\(run) --batch-size=-1"),
        ErrorCase(64, "run-no-batch", "\(run) --batch-size 0"),
        ErrorCase(64, "run-no-batch-tokens", "\(run) --batch-tokens 0"),
        ErrorCase(64, "run-no-steps", "\(run) --max-steps 0"),
        ErrorCase(64, "run-negative-warmup", "\(run) --warmup-steps=-1"),
        ErrorCase(64, "run-no-save-steps", "\(run) --save-steps 0"),
        ErrorCase(64, "run-no-checkpoints", "\(run) --save-total-limit 0"),
        ErrorCase(64, "run-no-patience", "\(run) --early-stopping-patience 0"),
        ErrorCase(64, "run-too-much-accumulation", "\(run) --gradient-accumulation-steps 9223372036854775807"),
        ErrorCase(
            64, "run-too-many-epochs",
            "pretrain --config DIR/gpt2.json --data DIR/ids.jsonl --output DIR/o --batch-size 1 "
                + "--num-train-epochs 9223372036854775807"),
        ErrorCase(64, "run-learning-rate-nan", "\(run) --learning-rate nan"),
        ErrorCase(64, "run-learning-rate-too-large", "\(run) --learning-rate 1e300"),
        ErrorCase(64, "run-dropout-one", "\(run) --dropout 1"),
        ErrorCase(64, "run-float16", "\(run) --dtype float16"),
        ErrorCase(64, "run-other-optimiser", "\(run) --optim lion"),
        ErrorCase(64, "run-schedule-without-minimum", "\(run) --lr-scheduler-type cosine_with_min_lr"),
        ErrorCase(64, "run-schedule-option-unknown", "\(run) --lr-scheduler-kwargs {\"what\":1}"),
        ErrorCase(64, "run-schedule-option-of-another", "\(run) --lr-scheduler-kwargs {\"power\":2}"),
        ErrorCase(64, "run-two-warmups", "\(run) --warmup-steps 1 --warmup-ratio 0.1"),
        ErrorCase(64, "run-constants-of-another-optimiser", "\(run) --optim sgd --adam-beta1 0.8"),
        ErrorCase(64, "run-beta-one", "\(run) --adam-beta2 1"),
        ErrorCase(64, "run-smoothing-one", "\(run) --label-smoothing-factor 1"),
        ErrorCase(64, "run-nothing-to-measure", "\(run) --load-best-model-at-end"),
        ErrorCase(64, "run-unknown-metric", "\(run) --eval-data DIR/ids.jsonl --metric-for-best-model bleu"),
        ErrorCase(
            64, "run-metric-of-another-task", "\(run) --eval-data DIR/ids.jsonl --metric-for-best-model accuracy"),
        ErrorCase(64, "run-resume-anyway-alone", "\(run) --resume-anyway"),
        ErrorCase(64, "run-problem-of-another-objective", "\(run) --problem-type regression"),
        ErrorCase(64, "run-no-threads", "\(run) --threads 0"),
        ErrorCase(64, "run-no-block", "\(run) --block-length 0"),
        ErrorCase(64, "run-no-length", "\(run) --max-length=-1"),
        ErrorCase(64, "run-mask-rate-nan", "\(run) --mask-rate nan"),
    ]

    private static let adapters = [
        ErrorCase(64, "run-rank-zero", "\(run) --lora-rank 0"),
        ErrorCase(64, "run-rank-too-large", "\(run) --lora-rank 9223372036854775807 --lora-target-modules c_attn"),
        ErrorCase(64, "run-adapter-dropout-one", "\(run) --lora-rank 2 --lora-target-modules c_attn --lora-dropout 1"),
        ErrorCase(64, "run-alpha-nan", "\(run) --lora-rank 2 --lora-target-modules c_attn --lora-alpha nan"),
        ErrorCase(64, "run-no-target-module", "\(run) --lora-rank 2 --lora-target-modules nothing"),
        ErrorCase(65, "run-no-adapter", "\(run) --adapter DIR/empty"),
        ErrorCase(64, "run-whole-model-int8", "\(run) --dtype int8"),
        ErrorCase(65, "generate-no-adapter", "generate --model TINY --adapter DIR/empty --input-ids 5,1"),
    ]

    private static let records = [
        ErrorCase(65, "run-id-outside-vocabulary", data("outside.jsonl")),
        ErrorCase(65, "run-labels-of-another-length", data("labels.jsonl")),
        ErrorCase(65, "run-sequence-too-long", data("long.jsonl")),
        ErrorCase(65, "run-empty-file", data("nothing-in-it.jsonl")),
        ErrorCase(65, "run-blank-lines", data("blank.jsonl")),
        ErrorCase(66, "run-no-data", data("nothing.jsonl")),
        ErrorCase(66, "run-no-evaluation-data", "\(run) --eval-data DIR/nothing.jsonl"),
        ErrorCase(64, "run-texts-without-tokenizer", data("a.jsonl")),
        ErrorCase(64, "run-answers-from-ids", "\(run) --objective question-answering"),
        ErrorCase(64, "run-head-of-another-family", "\(run) --objective seq2seq"),
    ]

    private static let beginnings = [
        ErrorCase(65, "run-config-is-not-json", config("broken-config/config.json")),
        ErrorCase(66, "run-no-config", config("nothing.json")),
        ErrorCase(65, "run-width-too-large", config("wide.json")),
        ErrorCase(64, "run-model-and-config", "\(run) --model TINY"),
        ErrorCase(64, "run-neither-model-nor-config", "pretrain --data DIR/ids.jsonl --output DIR/o"),
        ErrorCase(64, "finetune-no-model", "finetune --data DIR/ids.jsonl --output DIR/o"),
        ErrorCase(65, "run-truncated-weights", "finetune --model DIR/truncated --data DIR/ids.jsonl --output DIR/o"),
        ErrorCase(74, "run-no-log", "\(run) --log-file DIR/nothing/log.jsonl"),
        ErrorCase(74, "run-output-is-a-file", "\(run) --output DIR/latin1.txt"),
    ]

    private static let recipes = [
        ErrorCase(65, "recipe-is-not-yaml", "pretrain --recipe DIR/broken.yaml"),
        ErrorCase(65, "recipe-is-a-list", "pretrain --recipe DIR/list.yaml"),
        ErrorCase(64, "recipe-unknown-flag", "\(run) --recipe DIR/unknown.yaml"),
        ErrorCase(65, "recipe-of-objects", "pretrain --recipe DIR/objects.yaml"),
        ErrorCase(66, "recipe-is-nowhere", "pretrain --recipe DIR/nothing.yaml"),
        ErrorCase(64, "recipe-without-value", "pretrain --recipe"),
    ]
}

extension BrokenModels {
    /// What can be wrong with what a run learns from.
    func addTrainingFiles() throws {
        let wide = TrainingFiles.config.replacingOccurrences(
            of: "\"n_embd\": 32", with: "\"n_embd\": 4611686018427387904")
        let long = (0..<33).map(String.init).joined(separator: ", ")
        let files = [
            "gpt2.json": TrainingFiles.config, "wide.json": wide,
            "ids.jsonl": TrainingFiles.lines.joined(separator: "\n"),
            "outside.jsonl": #"{"input_ids": [1, 2, 64]}"#,
            "labels.jsonl": #"{"input_ids": [1, 2, 3], "labels": [1, 2]}"#,
            "long.jsonl": "{\"input_ids\": [\(long)]}", "nothing-in-it.jsonl": "",
            "broken.yaml": "max_steps: [1, 2\n  x: {", "list.yaml": "- max_steps\n",
            "unknown.yaml": "no_such_flag: 3\n", "objects.yaml": "max_steps: {a: 1}\n",
        ]
        for (name, text) in files { try Data(text.utf8).write(to: directory.file(name)) }
    }
}
