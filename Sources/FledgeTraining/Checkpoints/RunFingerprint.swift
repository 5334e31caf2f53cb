import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a run must have in common with the one that it goes on from, so that its batches are those that would have
/// followed: its data, its objective, its seed and how batches are made.
public struct RunFingerprint: Sendable, Equatable, Codable {
    /// Values by what they are called in messages.
    public var settings: [String: String]

    public init(_ settings: [String: String] = [:]) { self.settings = settings }

    /// Notes files by their sizes and hashes, whatever they are called.
    ///
    /// - Complexity: all files are read once.
    /// - Throws: ``CheckpointError/unreadable(_:_:)``.
    public mutating func note(_ name: String, files: [String]) throws(CheckpointError) {
        var texts: [String] = []
        for file in files {
            var hash = XXHash64()
            var count = 0
            try CheckpointFiles.read(file) { bytes in
                hash.update(bytes)
                count += bytes.count
            }
            texts.append("\(count) bytes with the hash \(hash.text)")
        }
        settings[name] = texts.joined(separator: ", ")
    }

    /// Notes how batches are made.
    public mutating func note(_ options: BatchOptions, accumulation: Int) {
        settings["the batch size"] =
            switch options.size {
            case .examples(let count): "\(count) examples"
            case .tokens(let count): "\(count) tokens"
            }
        settings["the order"] = options.shuffles ? "shuffled" : "as in the files"
        settings["gradient accumulation"] = "\(accumulation)"
    }

    /// One sentence for each value that differs from another run's, in order of their names.
    func differences(from other: RunFingerprint) -> [String] {
        Set(settings.keys).union(other.settings.keys).sorted().compactMap { name in
            let (mine, theirs) = (settings[name] ?? "none", other.settings[name] ?? "none")
            return mine == theirs ? nil : "\(name) was \(theirs), and is \(mine) now"
        }
    }
}
