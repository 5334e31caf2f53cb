import Foundation

/// A command line that must fail, and how.
struct ErrorCase: Sendable, CustomStringConvertible {
    /// The snapshot's name.
    let name: String
    let status: Int32
    /// `TINY`, `NO_TOKENIZER`, `MASKED` and `DIR` stand for directories.
    let arguments: String
    var environment: [String: String] = [:]

    var description: String { name }

    init(_ status: Int32, _ name: String, _ arguments: String, environment: [String: String] = [:]) {
        (self.status, self.name, self.arguments, self.environment) = (status, name, arguments, environment)
    }

    static let all: [ErrorCase] =
        models + prompts + templates + settings + training + runs + evaluation + modelEvaluation + lab + explanations
        + others

    static let explanations = [
        ErrorCase(64, "explain-no-prompt", "explain --model TINY"),
        ErrorCase(64, "explain-no-such-layer", "explain --model TINY --prompt hi --attention-layers 0,7"),
        ErrorCase(
            64, "explain-layers-of-nothing", "explain --model TINY --prompt hi --attention-layers 0 --no-attention"),
        ErrorCase(64, "explain-several", "explain --model TINY --prompt hi --do-sample --num-return-sequences 2"),
        ErrorCase(64, "explain-a-mask-with-temperature", "explain --model MASKED --prompt hi --temperature 2"),
        ErrorCase(64, "explain-a-mask-of-ids", "explain --model MASKED --input-ids 5"),
        ErrorCase(74, "explain-no-directory", "explain --model TINY --prompt hi --html DIR/nothing/page.html"),
        ErrorCase(74, "explain-page-is-a-directory", "explain --model TINY --prompt hi --html DIR/empty"),
    ]

    static let models = [
        ErrorCase(64, "no-model", "generate --prompt hi"),
        ErrorCase(64, "no-model-info", "info"),
        ErrorCase(66, "wrong-path", "generate --prompt hi --model DIR/nothing"),
        ErrorCase(66, "model-is-a-file", "generate --prompt hi --model DIR/latin1.txt"),
        ErrorCase(66, "no-config", "generate --prompt hi --model DIR/empty"),
        ErrorCase(65, "config-is-not-json", "generate --prompt hi --model DIR/broken-config"),
        ErrorCase(65, "unsupported-model-type", "generate --prompt hi --model DIR/unsupported"),
        ErrorCase(66, "no-tokenizer", "generate --prompt hi --model NO_TOKENIZER"),
        ErrorCase(65, "damaged-tokenizer", "generate --prompt hi --model DIR/damaged-tokenizer"),
        ErrorCase(65, "damaged-tokenizer-for-ids", "generate --input-ids 5,1 --model DIR/damaged-tokenizer"),
        ErrorCase(65, "truncated-weights", "generate --prompt hi --model DIR/truncated"),
        ErrorCase(66, "no-weights", "generate --prompt hi --model DIR/no-weights"),
        ErrorCase(65, "bad-generation-config", "generate --prompt hi --model DIR/bad-generation-config"),
        ErrorCase(
            69, "offline", "generate --prompt hi --model google/flan-t5-small", environment: ["HF_HOME": "DIR/hf"]),
        ErrorCase(64, "no-such-id", "generate --prompt hi --model a/b/c"),
    ]

    static let prompts = [
        ErrorCase(64, "no-prompt", "generate --model TINY"),
        ErrorCase(64, "two-prompts", "generate --model TINY --prompt hi --input-ids 1"),
        ErrorCase(64, "prompt-too-long", "generate --model DIR/short-context --input-ids 3,4,5,6,7,8,9,10,1"),
        ErrorCase(64, "bad-ids", "generate --model TINY --input-ids 1,x,3"),
        ErrorCase(64, "empty-id", "generate --model TINY --input-ids 1,,3"),
        ErrorCase(64, "id-outside-vocabulary", "generate --model TINY --input-ids 5,640"),
        ErrorCase(64, "negative-id", "generate --model TINY --input-ids=-1"),
        ErrorCase(66, "no-prompt-file", "generate --model TINY --prompt-file DIR/nothing.txt"),
        ErrorCase(66, "prompt-file-is-a-directory", "generate --model TINY --prompt-file DIR/empty"),
        ErrorCase(65, "prompt-file-is-not-utf8", "generate --model TINY --prompt-file DIR/latin1.txt"),
    ]

    static let templates = [
        ErrorCase(64, "prompt-nothing", "prompt"),
        ErrorCase(64, "prompt-unknown-template", "prompt --template sumarize --field text=x"),
        ErrorCase(65, "prompt-broken-template", "prompt --template DIR/broken.jinja --field text=x"),
        ErrorCase(65, "prompt-no-field", "prompt --template summarize --field words=x"),
        ErrorCase(64, "prompt-no-record", "prompt --template summarize"),
        ErrorCase(64, "prompt-field-without-name", "prompt --template summarize --field x"),
        ErrorCase(66, "prompt-no-data", "prompt --template summarize --data DIR/nothing.jsonl"),
        ErrorCase(64, "prompt-no-such-record", "prompt --template summarize --data DIR/two.jsonl --index 2"),
        ErrorCase(65, "prompt-parquet", "prompt --template summarize --data DIR/a.parquet"),
        ErrorCase(64, "prompt-no-data-set", "prompt --template summarize --data hf://datasets/a/b/c/d"),
        ErrorCase(
            69, "prompt-offline", "prompt --template summarize --data org/name", environment: ["HF_HUB_CACHE": "DIR/hf"]
        ),
        ErrorCase(64, "prompt-idle-select", "prompt --template summarize --data DIR/two.jsonl --select random"),
        ErrorCase(
            64, "prompt-nearest-alone", "prompt --template summarize --data DIR/two.jsonl --shots 1 --select nearest"),
        ErrorCase(64, "prompt-idle-seed", "prompt --template summarize --data DIR/two.jsonl --seed 1"),
        ErrorCase(64, "prompt-idle-budget", "prompt --template summarize --data DIR/two.jsonl --max-new-tokens 5"),
        ErrorCase(
            64, "prompt-no-room", "prompt --template summarize --data DIR/two.jsonl --model TINY --context-length 3"),
        ErrorCase(64, "template-and-prompt", "generate --model TINY --template summarize --field text=x --prompt hi"),
        ErrorCase(64, "template-truncated", "generate --model TINY --template summarize --field text=x --truncate"),
    ]

    static let settings = [
        ErrorCase(64, "bad-dtype", "generate --model TINY --prompt hi --dtype float8"),
        ErrorCase(64, "no-threads", "generate --model TINY --prompt hi --threads 0"),
        ErrorCase(64, "too-many-threads", "generate --model TINY --prompt hi --threads 1025"),
        ErrorCase(64, "threads-is-no-number", "generate --model TINY --prompt hi --threads all"),
        ErrorCase(64, "bad-isa", "generate --model TINY --prompt hi", environment: ["FLEDGE_ISA": "nonsense"]),
        ErrorCase(64, "bad-environment-threads", "bench --model TINY", environment: ["FLEDGE_THREADS": "x"]),
        ErrorCase(64, "temperature-without-sampling", "generate --model TINY --prompt hi --temperature 0.5"),
        ErrorCase(64, "top-k-without-sampling", "generate --model TINY --prompt hi --top-k 5"),
        ErrorCase(64, "top-p-without-sampling", "generate --model TINY --prompt hi --top-p 0.5"),
        ErrorCase(64, "seed-without-sampling", "generate --model TINY --prompt hi --seed 5"),
        ErrorCase(64, "temperature-zero", "generate --model TINY --prompt hi --do-sample --temperature 0"),
        ErrorCase(64, "top-p-two", "generate --model TINY --prompt hi --do-sample --top-p 2"),
        ErrorCase(64, "no-new-tokens", "generate --model TINY --prompt hi --max-new-tokens 0"),
        ErrorCase(64, "too-many-new-tokens", "generate --model TINY --prompt hi --max-new-tokens 1000001"),
        ErrorCase(64, "minimum-above-maximum", "generate --model TINY --prompt hi --min-new-tokens 200"),
        ErrorCase(64, "repetition-penalty-zero", "generate --model TINY --prompt hi --repetition-penalty 0"),
        ErrorCase(64, "empty-stop", "generate --model TINY --prompt hi --stop="),
        ErrorCase(64, "context-length-zero", "generate --model TINY --prompt hi --context-length 0"),
        ErrorCase(64, "stream-and-json", "generate --model TINY --prompt hi --stream --json"),
        ErrorCase(64, "stream-of-a-batch", "generate --model TINY --prompt hi --prompt ho --stream"),
        ErrorCase(64, "stop-without-tokenizer", "generate --model NO_TOKENIZER --input-ids 5,1 --stop x"),
        ErrorCase(64, "stream-without-tokenizer", "generate --model NO_TOKENIZER --input-ids 5,1 --stream"),
    ]

    static let training = [
        ErrorCase(
            64, "train-other-style", "train-tokenizer --type bpe --style t5 --vocab-size 300 --data a --output t"),
        ErrorCase(
            64, "train-bytes-as-sentencepiece",
            "train-tokenizer --type bpe --vocab-size 300 --data a --output t --sentencepiece"),
        ErrorCase(
            64, "train-idle-frequency",
            "train-tokenizer --type unigram --vocab-size 300 --data a --output t --min-frequency 3"),
        ErrorCase(
            64, "train-idle-field", "train-tokenizer --type bpe --vocab-size 300 --data a.txt --output t --field x"),
        ErrorCase(
            64, "train-small-vocabulary",
            "train-tokenizer --type bpe --vocab-size 256 --data TINY/config.json --output DIR/t"),
        ErrorCase(
            64, "train-no-vocabulary",
            "train-tokenizer --type bpe --vocab-size 0 --data TINY/config.json --output DIR/t"),
        ErrorCase(
            66, "train-no-file", "train-tokenizer --type bpe --vocab-size 300 --data DIR/nothing.txt --output DIR/t"),
        ErrorCase(66, "train-directory", "train-tokenizer --type bpe --vocab-size 300 --data DIR/empty --output DIR/t"),
        ErrorCase(
            65, "train-not-utf8", "train-tokenizer --type bpe --vocab-size 300 --data DIR/latin1.txt --output DIR/t"),
        ErrorCase(
            65, "train-empty", "train-tokenizer --type unigram --vocab-size 300 --data DIR/blank.txt --output DIR/t"),
        ErrorCase(
            65, "train-no-such-field",
            "train-tokenizer --type bpe --vocab-size 300 --data DIR/a.jsonl --field body --output DIR/t"),
        ErrorCase(
            74, "train-no-output-directory",
            "train-tokenizer --type bpe --vocab-size 300 --data TINY/config.json --output DIR/nothing/t"),
        ErrorCase(
            74, "train-output-is-a-file",
            "train-tokenizer --type bpe --vocab-size 300 --data TINY/config.json --output DIR/latin1.txt"),
    ]

    static let others = [
        ErrorCase(64, "unknown-command", "translate"),
        ErrorCase(64, "unknown-flag", "generate --model TINY --prompt hi --beams 4"),
        ErrorCase(64, "nothing-to-tokenize", "tokenize --model TINY"),
        ErrorCase(64, "two-texts", "tokenize --model TINY --text hi --decode 1"),
        ErrorCase(64, "lines-to-decode", "tokenize --model TINY --decode 1 --lines"),
        ErrorCase(64, "lines-as-one-object", "tokenize --model TINY --text hi --lines --json"),
        ErrorCase(64, "decode-outside-vocabulary", "tokenize --model TINY --decode 1,99999"),
        ErrorCase(64, "no-output", "forward --model TINY --input-ids 1"),
        ErrorCase(74, "no-output-directory", "forward --model TINY --input-ids 1 --output DIR/nothing/out.safetensors"),
        ErrorCase(74, "output-is-a-directory", "forward --model TINY --input-ids 1 --output DIR/empty"),
        ErrorCase(64, "forward-outside-vocabulary", "forward --model TINY --input-ids 640 --output DIR/never"),
        ErrorCase(64, "bench-nothing", "bench --model TINY --new-tokens 0"),
        ErrorCase(64, "bench-too-many-lengths", "bench --model TINY --prompt-tokens 1,2"),
        ErrorCase(64, "bench-no-length", "bench --model TINY --prompt-tokens 0"),
        ErrorCase(66, "bench-tokenizer-no-file", "bench-tokenizer --model TINY --file DIR/nothing.txt"),
        ErrorCase(69, "download-offline", "hub download google/flan-t5-small", environment: ["HF_HOME": "DIR/hf"]),
        ErrorCase(64, "download-a-directory", "hub download TINY"),
        ErrorCase(64, "update-and-force", "hub download google/flan-t5-small --update --force"),
        ErrorCase(
            64, "update-offline", "hub download google/flan-t5-small --update", environment: ["HF_HOME": "DIR/hf"]),
    ]
}

/// A directory with everything that can be wrong with a model.
struct BrokenModels {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try Data([0x4C, 0xE4, 0x72, 0x6D]).write(to: directory.file("latin1.txt"))
        try Data(" \n\n".utf8).write(to: directory.file("blank.txt"))
        try Data("{\"text\": \"hello\"}\n".utf8).write(to: directory.file("a.jsonl"))
        try Data("{\"text\": \"one\"}\n{\"text\": \"two\"}\n".utf8).write(to: directory.file("two.jsonl"))
        try Data("PAR1".utf8).write(to: directory.file("a.parquet"))
        try Data("{# inputs: text #}\n{# qurey #}\n{{ text }}\n".utf8).write(to: directory.file("broken.jinja"))
        try addTrainingFiles()
        try addEvaluationFiles()
        try addLabFiles()
        try copy("empty", without: try FileManager.default.contentsOfDirectory(atPath: Fledge.tiny))
        try copy("broken-config", replacing: ["config.json": "{\"model_type\": "])
        try copy("unsupported", replacing: ["config.json": #"{"model_type": "gpt_neox"}"#])
        try copy("damaged-tokenizer", replacing: ["tokenizer.json": "{\"version\": "])
        try copy("bad-generation-config", replacing: ["generation_config.json": #"{"max_new_tokens": "many"}"#])
        try copy("no-weights", without: ["model.safetensors"])
        try copy("truncated")
        let weights = directory.file("truncated/model.safetensors")
        try Data(contentsOf: weights).dropLast(4).write(to: weights)
        try copy("short-context")
        let config = directory.file("short-context/config.json")
        let text = try String(contentsOf: config, encoding: .utf8)
        try Data(text.replacingOccurrences(of: "\"vocab_size\"", with: "\"n_positions\": 8, \"vocab_size\"").utf8)
            .write(to: config)
    }

    /// A copy of the tiny model with some files different.
    private func copy(_ name: String, replacing: [String: String] = [:], without: [String] = []) throws {
        let target = directory.file(name)
        try FileManager.default.copyItem(at: URL(filePath: Fledge.tiny), to: target)
        for file in without { try FileManager.default.removeItem(at: target.appending(path: file)) }
        for (file, text) in replacing { try Data(text.utf8).write(to: target.appending(path: file)) }
    }
}
