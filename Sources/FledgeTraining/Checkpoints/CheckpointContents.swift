public import FledgeTensor

/// What a checkpoint is made of.
public struct CheckpointContents: Sendable {
    /// The model's weights by the checkpoint's names: `model.safetensors`.
    public var model: [String: Tensor]
    /// The optimiser's moments: `optimizer.safetensors`. Nil for a checkpoint from which training cannot go on.
    public var optimizer: OptimizerState?
    /// Where the run stands: `trainer_state.json`.
    public var state: TrainerState
    /// Files that are copied beside them, such as the tokenizer's.
    public var copiedFiles: [String]
    /// Files that are written beside them, such as `config.json`.
    public var writtenFiles: [String: [UInt8]]

    public init(
        model: [String: Tensor], optimizer: OptimizerState?, state: TrainerState, copiedFiles: [String] = [],
        writtenFiles: [String: [UInt8]] = [:]
    ) {
        self.model = model
        self.optimizer = optimizer
        self.state = state
        self.copiedFiles = copiedFiles
        self.writtenFiles = writtenFiles
    }
}
