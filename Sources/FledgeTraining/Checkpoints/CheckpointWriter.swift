import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Fills a directory with a checkpoint's files, each on the disk before the next, and the manifest last.
struct CheckpointWriter {
    let path: String
    private var files: [String: CheckpointManifest.File] = [:]

    /// Creates the directory.
    init(path: String) throws(CheckpointError) {
        self.path = path
        try CheckpointFiles.createDirectory(path)
    }

    /// Writes tensors from the memory that they lie in.
    mutating func add(
        _ tensors: [String: Tensor], metadata: [String: String], as name: String
    ) throws(CheckpointError) {
        let file = try open(name)
        try SafetensorsStream(tensors, metadata: metadata).forEachPiece { (bytes) throws(CheckpointError) in
            try file.write(bytes)
        }
        files[name] = try file.finish()
    }

    /// Writes a value as JSON with sorted keys.
    mutating func add(_ value: some Encodable, as name: String) throws(CheckpointError) {
        let data: Data
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            data = try encoder.encode(value)
        } catch {
            throw .unwritable(path + "/" + name, "a number in it is NaN or infinite")
        }
        try add(bytes: Array(data) + [0x0a], as: name)
    }

    mutating func add(bytes: [UInt8], as name: String) throws(CheckpointError) {
        let file = try open(name)
        let outcome = bytes.withUnsafeBytes { bytes in
            Result { () throws(CheckpointError) in try file.write(bytes) }
        }
        try outcome.get()
        files[name] = try file.finish()
    }

    /// Copies a file under its own name.
    mutating func add(copyOf source: String) throws(CheckpointError) {
        let name = String(
            source[source.lastIndex(of: "/").map(source.index(after:)).map { $0... } ?? source.startIndex...])
        let file = try open(name)
        try CheckpointFiles.read(source) { (bytes) throws(CheckpointError) in try file.write(bytes) }
        files[name] = try file.finish()
    }

    /// Writes the manifest; returns when the whole directory is on the disk.
    mutating func finish(step: Int) throws(CheckpointError) {
        let manifest = CheckpointManifest(step: step, files: files)
        files[CheckpointManifest.fileName] = nil
        let file = try CheckpointFile(path: path + "/" + CheckpointManifest.fileName)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        guard let data = try? encoder.encode(manifest) else {
            preconditionFailure("a manifest of integers and strings cannot be encoded")
        }
        let outcome = data.withUnsafeBytes { bytes in
            Result { () throws(CheckpointError) in try file.write(bytes) }
        }
        try outcome.get()
        _ = try file.finish()
        try CheckpointFiles.synchronizeDirectory(path)
    }

    private func open(_ name: String) throws(CheckpointError) -> CheckpointFile {
        guard CheckpointManifest.isPlain(name), files[name] == nil, name != CheckpointManifest.fileName else {
            throw .badName(name)
        }
        return try CheckpointFile(path: path + "/" + name)
    }
}

/// One file of a checkpoint while it is written.
private final class CheckpointFile {
    private let sink: FileSink
    private var hash = XXHash64()
    private var count = 0

    init(path: String) throws(CheckpointError) {
        do {
            sink = try FileSink(path: path)
        } catch {
            throw CheckpointFiles.error(writing: path, code: error.code)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        count += bytes.count
        var rest = bytes
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(CheckpointFiles.pieceBytes))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            hash.update(piece)
            do {
                try sink.write(piece)
            } catch {
                throw CheckpointFiles.error(writing: sink.path, code: error.code)
            }
        }
    }

    func finish() throws(CheckpointError) -> CheckpointManifest.File {
        do {
            try sink.synchronize()
        } catch {
            throw CheckpointFiles.error(writing: sink.path, code: error.code)
        }
        return CheckpointManifest.File(bytes: count, xxh64: hash.text)
    }
}
