#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The weights of a model directory: `model.safetensors`, or the shards that `model.safetensors.index.json` names.
public struct Checkpoint: Sendable {
    /// The directory.
    public let path: String
    private let files: [SafetensorsFile]
    private let fileOfTensor: [String: Int]

    /// Opens every file and reads the headers; no tensor is touched.
    ///
    /// - Throws: ``SafetensorsError``.
    public init(directory path: String) throws(SafetensorsError) {
        self.path = path
        let single = path + "/model.safetensors"
        let index = single + ".index.json"
        if !FileManager.default.fileExists(atPath: single), FileManager.default.fileExists(atPath: index) {
            (files, fileOfTensor) = try Checkpoint.shards(index: index, directory: path)
            return
        }
        let file = try SafetensorsFile(path: single)
        files = [file]
        fileOfTensor = file.entries.mapValues { _ in 0 }
    }

    private struct Index: Decodable {
        let weightMap: [String: String]
        enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
    }

    private static func shards(
        index path: String, directory: String
    ) throws(SafetensorsError) -> ([SafetensorsFile], [String: Int]) {
        let index: Index
        do {
            index = try JSONDecoder().decode(Index.self, from: Data(contentsOf: URL(filePath: path)))
        } catch let error as DecodingError {
            throw .malformed(path, error.plainText)
        } catch {
            throw .unreadable(path, "not readable as JSON")
        }
        var files: [SafetensorsFile] = []
        var numbers: [String: Int] = [:]
        var fileOfTensor: [String: Int] = [:]
        for (tensor, name) in index.weightMap.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            guard !name.isEmpty, !name.contains("/"), !name.contains("\0"), name != ".." else {
                throw .malformed(path, "“\(name)” is not the name of a file beside it")
            }
            if numbers[name] == nil {
                do {
                    files.append(try SafetensorsFile(path: directory + "/" + name))
                } catch .notFound(let shard) {
                    throw .malformed(path, "it names the shard \(name), and there is no \(shard)")
                }
                numbers[name] = files.count - 1
            }
            guard let number = numbers[name], files[number].entries[tensor] != nil else {
                throw .malformed(path, "it says that \(name) holds “\(tensor)”, and it does not")
            }
            fileOfTensor[tensor] = number
        }
        return (files, fileOfTensor)
    }

    /// The names of all tensors.
    public var names: [String] { fileOfTensor.keys.sorted() }

    /// Type, shape and place of a tensor.
    public func entry(_ name: String) -> SafetensorsFile.Entry? {
        fileOfTensor[name].flatMap { files[$0].entries[name] }
    }

    /// A tensor as a view of its mapped file.
    ///
    /// - Throws: ``SafetensorsError``.
    public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
        guard let number = fileOfTensor[name] else { throw .missingTensor(path, name) }
        return try files[number].tensor(name)
    }

    /// The sum of all tensors' elements.
    public var parameterCount: Int { names.reduce(0) { $0 + (entry($1)?.elementCount ?? 0) } }
}

extension Tensor {
    /// For a view of a mapped file: lets the system drop its pages; they stay in the file cache.
    package func dropPages() { storage.dropPages() }
}
