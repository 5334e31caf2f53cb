public import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A checkpoint on disk whose every byte was compared with what was written.
public struct TrainingCheckpoint: Sendable {
    static let modelName = "model.safetensors"
    static let optimizerName = "optimizer.safetensors"
    static let stateName = "trainer_state.json"

    /// The directory.
    public let path: String
    /// The names of its files, without the manifest.
    public let files: [String]
    public let state: TrainerState

    /// Reads and verifies a checkpoint.
    ///
    /// - Throws: ``CheckpointError``; `damaged` names the file that is not what was written.
    public init(path: String) throws(CheckpointError) {
        let manifest = try CheckpointManifest(checkpoint: path)
        try manifest.verify(in: path)
        let file = path + "/" + Self.stateName
        var bytes: [UInt8] = []
        try CheckpointFiles.read(file) { bytes.append(contentsOf: $0) }
        do {
            state = try JSONDecoder().decode(TrainerState.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw .damaged(file, error.plainText)
        } catch {
            throw .damaged(file, "it is not JSON")
        }
        guard state.step == manifest.step else {
            throw .damaged(file, "it is of step \(state.step), and the manifest of step \(manifest.step)")
        }
        self.path = path
        files = manifest.files.keys.sorted()
    }

    /// The optimiser steps before it.
    public var step: Int { state.step }

    /// The model's weights as views of the file.
    ///
    /// - Throws: ``SafetensorsError``.
    public func model() throws(SafetensorsError) -> Checkpoint { try Checkpoint(directory: path) }

    /// The optimiser's moments as views of the file; nil where the checkpoint has none.
    ///
    /// - Throws: ``SafetensorsError``.
    public func optimizer() throws(SafetensorsError) -> OptimizerState? {
        guard files.contains(Self.optimizerName) else { return nil }
        let file = try SafetensorsFile(path: path + "/" + Self.optimizerName)
        var tensors: [String: Tensor] = [:]
        for name in file.entries.keys { tensors[name] = try file.tensor(name) }
        return OptimizerState(kind: file.metadata["optimizer"] ?? "", tensors: tensors)
    }
}
