extension TrainingOptions {
    /// - Throws: ``TrainingError/badOption(_:_:)`` for what no run can be made of.
    func check() throws(TrainingError) {
        func need(_ isGood: Bool, _ name: String, _ rule: String) throws(TrainingError) {
            if !isGood { throw .badOption(name, rule) }
        }
        try need(maxSteps ?? 1 > 0, "max_steps", "above 0")
        try need(numTrainEpochs > 0, "num_train_epochs", "above 0")
        try need(
            Float(learningRate).isFinite && learningRate >= 0, "learning_rate",
            "a number from 0 to 3.4e38")
        try need(weightDecay.isFinite && weightDecay >= 0, "weight_decay", "a number from 0 on")
        try need(warmupSteps >= 0, "warmup_steps", "0 or more")
        try need(
            warmupRatio == nil || warmupSteps == 0, "warmup_ratio", "given without warmup_steps")
        try need(0...1 ~= warmupRatio ?? 0, "warmup_ratio", "from 0 to 1")
        try need(
            0..<1 ~= labelSmoothingFactor, "label_smoothing_factor", "from 0 to below 1")
        try need(saveSeconds ?? 1 > 0, "the seconds between checkpoints", "above 0")
        try need(averagedCheckpoints ?? 1 > 0, "average_checkpoints", "above 0")
        try need(
            averagedCheckpoints == nil || loadBestModelAtEnd != true, "average_checkpoints",
            "given without load_best_model_at_end")
        try need(
            averagedCheckpoints == nil || (averagedCheckpoints ?? 1) <= (saveTotalLimit ?? .max), "average_checkpoints",
            "save_total_limit at most")
        // All batches of a step are in memory at once, for the number of their labels.
        try need(1...65_536 ~= gradientAccumulationSteps, "gradient_accumulation_steps", "from 1 to 65536")
        try need(dropout >= 0 && dropout < 1, "dropout", "from 0 to below 1")
        try need(maxGradNorm ?? 0 >= 0, "max_grad_norm", "0 or more")
        try need(saveSteps ?? 1 > 0, "save_steps", "above 0")
        try need(saveTotalLimit ?? 1 > 0, "save_total_limit", "above 0")
        try need(evalSteps ?? 1 > 0, "eval_steps", "above 0")
        try need(earlyStoppingPatience ?? 1 > 0, "early_stopping_patience", "above 0")
    }
}
