import Foundation
import Testing

/// Recipes: command lines that are files.
struct RecipeTests {
    private let flags = """
        data: [ids.jsonl, more.jsonl]
        eval_data: ids.jsonl
        config: config.json
        output: out
        objective: causal-lm
        batch_size: 4
        batch_tokens: 90
        gradient_accumulation_steps: 2
        max_steps: 6
        num_train_epochs: 3
        learning_rate: 1e-3
        lr_scheduler_type: cosine
        lr_scheduler_kwargs: {num_cycles: 0.5}
        warmup_steps: 2
        warmup_ratio: null
        adam_beta1: 0.8
        adam_beta2: 0.99
        adam_epsilon: 1e-6
        label_smoothing_factor: 0.1
        weight_decay: 0.1
        max_grad_norm: 0.5
        optim: adamw
        dropout: 0.1
        dtype: float32
        seed: 7
        threads: 1
        no_shuffle: true
        save_steps: 2
        save_total_limit: 2
        eval_steps: 3
        early_stopping_patience: 5
        metric_for_best_model: loss
        load_best_model_at_end: true
        no_load_best_model_at_end: false
        average_checkpoints: null
        resume: false
        resume_anyway: false
        log_file: log.jsonl
        tensorboard: events
        text_field: text
        text_pair_field: null
        source_field: source
        target_field: target
        prefix: "-x"
        label_field: label
        problem_type: null
        tokens_field: tokens
        tags_field: tags
        block_length: 32
        whole_blocks: true
        mask_rate: 0.2
        whole_word_mask: false
        static_mask: true
        max_length: 30
        max_target_length: 20
        lora_rank: 2
        lora_alpha: 4
        lora_dropout: 0.1
        lora_target_modules: c_attn
        adapter: ~
        lora_merge: true
        freeze: [wpe, wte]
        json: true

        """

    private func files(_ recipe: String) throws -> TrainingFiles {
        let files = try TrainingFiles()
        try Data("{\"input_ids\": [9, 8, 7]}\n".utf8).write(to: files.directory.file("more.jsonl"))
        try Data(recipe.utf8).write(to: files.directory.file("recipe.yaml"))
        return files
    }

    private func run(_ arguments: String, in files: TrainingFiles) throws -> Fledge.Result {
        let process = try files.process(arguments)
        process.currentDirectoryURL = files.directory.url
        return try Fledge.finish(process)
    }

    @Test func `Every flag can stand in a recipe`() throws {
        let files = try files(flags)
        let result = try run("--recipe recipe.yaml", in: files)
        #expect(result.status == 0, "\(result.error)")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(report["steps"] as? Int == 6)
        #expect(report["eval_loss"] is Double)
        let names = ["checkpoint-4", "checkpoint-6", "config.json", "loss.svg", "model.safetensors"]
        #expect(try files.names("out") == names)
        #expect(try files.curve("log.jsonl").count == 6 + 2)
        #expect(try files.names("events").count == 1)
        // The help knows no flag that the recipe above does not have.
        let help = try Fledge.run("pretrain", "--help").output
        let known = Set(
            help.split(separator: "\n").compactMap { line -> String? in
                let words = line.split(separator: " ")
                guard line.hasPrefix("  --"), let flag = words.first else { return nil }
                return flag.dropFirst(2).replacingOccurrences(of: "-", with: "_")
            })
        let written = Set(flags.split(separator: "\n").map { String($0.prefix { $0 != ":" }) })
        #expect(known.subtracting(written) == ["model", "tokenizer"], "left out: a model replaces a configuration")
    }

    @Test func `What is written beside a recipe wins`() throws {
        let files = try files(
            "config: config.json\ndata: nothing.jsonl\noutput: out\nmax_steps: 6\nlog_file: log.jsonl\n")
        for recipe in ["--recipe recipe.yaml", "--recipe=recipe.yaml"] {
            let result = try run("\(recipe) --max-steps=2 --data ids.jsonl", in: files)
            #expect(result.status == 0, "\(result.error)")
            #expect(try files.curve("log.jsonl").count == 2)
        }
        #expect(try run("--max-steps 3 --data ids.jsonl --recipe recipe.yaml", in: files).status == 0)
        #expect(try files.curve("log.jsonl").count == 3)
    }
}
