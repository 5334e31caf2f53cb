import FledgeModels

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whether a directory holds the kind of model that a task needs.
enum TaskModel {
    /// Looks at the class that a checkpoint was saved from, before its weights are read: a wrong kind of model is a
    /// better message than a list of weights that are missing. Classes of unknown names are left to the loader.
    ///
    /// - Throws: ``ModelError``, ``TaskError/wrongKind(config:architecture:task:needed:)``.
    static func check(_ directory: URL, is kind: ModelKind, for task: String, such needed: String) throws {
        let config = try ModelConfig.read(directory: directory).0
        guard let architecture = config.architectures?.first, isKnown(architecture) else { return }
        guard ModelKind(config) != kind else { return }
        throw TaskError.wrongKind(
            config: directory.appending(path: "config.json").path, architecture: architecture, task: task,
            needed: needed)
    }

    private static func isKnown(_ architecture: String) -> Bool {
        ["Classification", "Answering", "LM", "PreTraining", "Generation", "Model"].contains {
            architecture.hasSuffix($0)
        }
    }
}
