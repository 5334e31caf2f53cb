import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a checkpoint's directory must hold: the file `manifest.json`, which is written last.
struct CheckpointManifest: Codable, Equatable {
    static let fileName = "manifest.json"
    static let formatName = "fledge-checkpoint"
    static let currentVersion = 1

    /// One file.
    struct File: Codable, Equatable {
        let bytes: Int
        /// ``XXHash64/text``.
        let xxh64: String
    }

    var format = formatName
    var version = currentVersion
    var step: Int
    var files: [String: File]

    /// Reads the manifest of a checkpoint.
    ///
    /// - Throws: ``CheckpointError``.
    init(checkpoint path: String) throws(CheckpointError) {
        guard CheckpointFiles.isDirectory(path) else { throw .notFound(path) }
        let file = path + "/" + Self.fileName
        guard CheckpointFiles.exists(file) else { throw .damaged(path, "it has no \(Self.fileName)") }
        var bytes: [UInt8] = []
        try CheckpointFiles.read(file) { (piece) throws(CheckpointError) in
            bytes.append(contentsOf: piece)
            guard bytes.count <= 16 << 20 else { throw .damaged(file, "it is longer than 16 MiB") }
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw .damaged(file, error.plainText)
        } catch {
            throw .damaged(file, "it is not JSON")
        }
        guard format == Self.formatName, version == Self.currentVersion else {
            throw .damaged(file, "it is “\(format)” of version \(version), not \(Self.formatName) 1")
        }
        guard files[TrainingCheckpoint.modelName] != nil, files[TrainingCheckpoint.stateName] != nil else {
            throw .damaged(file, "it lacks \(TrainingCheckpoint.modelName) or \(TrainingCheckpoint.stateName)")
        }
        if let name = files.keys.first(where: { !Self.isPlain($0) }) { throw .damaged(file, "it names “\(name)”") }
    }

    init(step: Int, files: [String: File]) {
        self.step = step
        self.files = files
    }

    /// Whether the name is one of a file in the directory itself.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.contains("/") && !name.contains("\0") && name != "." && name != ".."
    }

    /// Compares the sizes of all files with those written; nothing is read.
    func checkSizes(in path: String) throws(CheckpointError) {
        for (name, file) in files.sorted(by: { $0.key < $1.key }) {
            let full = path + "/" + name
            guard let size = CheckpointFiles.size(full) else { throw .damaged(full, "it is missing") }
            guard size == file.bytes else { throw .damaged(full, "it has \(size) bytes of \(file.bytes)") }
        }
    }

    /// Compares every byte, by checksum.
    func verify(in path: String) throws(CheckpointError) {
        try checkSizes(in: path)
        for (name, file) in files.sorted(by: { $0.key < $1.key }) {
            let full = path + "/" + name
            var hash = XXHash64()
            try CheckpointFiles.read(full) { hash.update($0) }
            guard hash.text == file.xxh64 else {
                throw .damaged(full, "its checksum is \(hash.text) and was \(file.xxh64) when it was written")
            }
        }
    }
}
