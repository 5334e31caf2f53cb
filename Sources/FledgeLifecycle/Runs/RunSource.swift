public import FledgeData

/// Which data a run is made with.
public struct RunSource: Codable, Sendable, Equatable {
    /// What the user calls them.
    public var name: String
    /// SHA-256 of the file, or of what `sha256sum` prints about several.
    public var hash: String

    /// Data whose hash is known.
    public init(name: String, hash: String) {
        self.name = name
        self.hash = hash
    }

    /// The files of a data set.
    ///
    /// - Parameters:
    ///   - name: what the user calls it.
    ///   - dataSet: the data set, of which the files count and not which records are taken.
    /// - Throws: ``RunError/unreadable(file:reason:)``.
    /// - Complexity: reads all files once.
    public init(name: String, dataSet: DataSet) throws(RunError) {
        self.init(name: name, hash: try ContentDigest.of(files: dataSet.files.map(\.path)))
    }
}
