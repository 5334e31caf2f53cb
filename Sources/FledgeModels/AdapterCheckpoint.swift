public import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Low-rank adapters as PEFT saves them: `adapter_config.json` and `adapter_model.safetensors` (Hu et al. 2022).
public struct AdapterCheckpoint: Sendable {
    /// A layer's two matrices, views of the file.
    public struct Layer: Sendable {
        /// The layer by the model's own name, without `.weight`.
        public let name: String
        /// `[rank, inputs]`.
        public let a: Tensor
        /// `[outputs, rank]`.
        public let b: Tensor
        /// Whether the model's file holds the matrix as `[inputs, outputs]`.
        public let isAcross: Bool
    }

    public let config: AdapterConfig
    private let file: SafetensorsFile

    /// What the product of a layer's matrices is multiplied by: α / rank, or α / √rank.
    public var scale: Float {
        config.alpha / (config.usesRankStabilization ?? false ? Float(config.rank).squareRoot() : Float(config.rank))
    }

    /// Opens an adapter; no tensor is touched.
    ///
    /// - Throws: ``AdapterError``, ``SafetensorsError``.
    public init(directory: String) throws {
        config = try AdapterConfig(path: directory + "/adapter_config.json")
        file = try SafetensorsFile(path: directory + "/adapter_model.safetensors")
    }

    /// What PEFT writes before the names of a model.
    package static let beginning = "base_model.model."

    /// The adapters by the layers of a model.
    ///
    /// - Parameters:
    ///   - inputsFirst: ends of the names of matrices that the model's file holds as `[inputs, outputs]`.
    ///   - prefixes: beginnings of names that the model's file may have where the adapter's has none.
    ///   - shape: the shape of the model's tensor of a name; nil where there is none.
    /// - Returns: the layers in order of the adapter's names.
    /// - Throws: ``AdapterError`` for one that belongs to no layer, or to one of another size; ``SafetensorsError``.
    public func layers(
        inputsFirst: [String], prefixes: [String] = [], shape: (String) -> [Int]?
    ) throws -> [Layer] {
        var layers: [Layer] = []
        for key in file.entries.keys.sorted() where key.hasSuffix(".lora_A.weight") {
            let long = String(key.dropLast(".lora_A.weight".count))
            guard let (name, matrix) = find(long, prefixes, shape), matrix.count == 2 else {
                throw AdapterError(file.path, "“\(key)” is of no layer of this model")
            }
            let (a, b) = (try file.tensor(key), try file.tensor(long + ".lora_B.weight"))
            let isAcross = inputsFirst.contains { (name + ".weight").hasSuffix($0) }
            let (outputs, inputs) = (matrix[isAcross ? 1 : 0], matrix[isAcross ? 0 : 1])
            guard a.shape == Shape(config.rank, inputs), b.shape == Shape(outputs, config.rank),
                a.dtype.isFloatingPoint, b.dtype.isFloatingPoint
            else {
                throw AdapterError(
                    file.path, "“\(long)” has \(a.shape) and \(b.shape) for a matrix of \(outputs) by \(inputs)")
            }
            layers.append(Layer(name: name, a: a, b: b, isAcross: isAcross))
        }
        guard !layers.isEmpty else { throw AdapterError(file.path, "it holds no low-rank adapter") }
        return layers
    }

    /// Whole tensors that the adapter brings along, such as a new classifier's, by the model's names.
    ///
    /// - Throws: ``AdapterError`` for one that is of no tensor of the model; ``SafetensorsError``.
    public func replacements(
        prefixes: [String] = [], shape: (String) -> [Int]?
    ) throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for key in file.entries.keys.sorted() where !key.contains(".lora_") {
            let parts = key.split(separator: ".")
            guard let last = parts.last else { continue }
            let long = parts.dropLast().joined(separator: ".")
            guard let (name, _) = find(long, prefixes, shape, tensor: String(last)) else {
                throw AdapterError(file.path, "“\(key)” is of no layer of this model")
            }
            tensors[name + "." + last] = try file.tensor(key)
        }
        return tensors
    }

    /// The model's name of a layer: the adapter may have been made with the class that has a head, or without it.
    private func find(
        _ long: String, _ prefixes: [String], _ shape: (String) -> [Int]?, tensor: String = "weight"
    ) -> (String, [Int])? {
        let plain = long.hasPrefix(Self.beginning) ? String(long.dropFirst(Self.beginning.count)) : long
        var candidates = [plain] + prefixes.map { $0 + "." + plain }
        if let dot = plain.firstIndex(of: ".") { candidates.append(String(plain[plain.index(after: dot)...])) }
        for candidate in candidates {
            if let found = shape(candidate + "." + tensor) { return (candidate, found) }
        }
        return nil
    }

    /// Where the tensors are.
    public var path: String { file.path }
}

/// An adapter that cannot be used; the text says where and why.
public struct AdapterError: Error, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { "\(path): \(reason)" }
}
