import Fledge

/// Records that a command is given: files, directories, or data sets on the Hub.
enum DataInput {
    /// What the flags of such data say of them.
    static let places =
        "a file (.jsonl, .json, .csv, .tsv, .txt, .conll, each also .gz), a directory, or a data set on the Hub "
        + "(org/name, or hf://datasets/org/name@revision/split)"

    /// The data set, downloaded if need be with a progress bar.
    ///
    /// - Throws: ``DataError``, ``HubError``.
    static func dataSet(_ text: String) async throws -> DataSet {
        let terminal = TerminalProgress()
        defer { terminal.clear() }
        return try await DataReference(text).dataSet(configuration: .fromEnvironment()) { progress in
            terminal.draw(progress.bar)
        }
    }

    /// Several as one.
    ///
    /// - Throws: ``DataError``, ``HubError``.
    static func dataSet(_ texts: [String]) async throws -> DataSet {
        var files: [DataFile] = []
        for text in texts { files += try await dataSet(text).files }
        return DataSet(files: files)
    }
}
