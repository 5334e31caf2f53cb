public import FledgeNN
public import FledgeTensor

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A model's directory on its way to becoming a model: its configuration and its weights.
public struct ModelSource {
    public let directory: URL
    /// The bytes of `config.json`.
    public let config: Data
    public let weights: WeightLoader

    /// - Parameters:
    ///   - directory: where the model is, for errors and for files beside the weights.
    ///   - config: the bytes of `config.json`.
    ///   - configPath: where the configuration is, for errors; nil for the directory's `config.json`.
    ///   - weights: hands out the weights.
    public init(directory: URL, config: Data, configPath: String? = nil, weights: WeightLoader) {
        self.directory = directory
        self.config = config
        self.configPath = configPath ?? directory.appending(path: "config.json").path
        self.weights = weights
    }

    public var type: WeightType { weights.type }
    public var engine: Engine { weights.engine }
    public var root: WeightScope { weights.root }

    /// Where the configuration is, for errors.
    public let configPath: String

    /// The configuration as a family's own type.
    ///
    /// - Throws: ``ModelError/badConfig(_:_:)``.
    public func decode<Config: ModelConfiguration>(_ type: Config.Type) throws(ModelError) -> Config {
        let config = try ModelConfig.decode(type, config, path: configPath)
        if let complaint = config.complaint { throw .badConfig(configPath, complaint) }
        return config
    }

    /// The labels of a classifier.
    ///
    /// - Throws: ``ModelError/badConfig(_:_:)``.
    public func labels() throws(ModelError) -> ClassLabels {
        let fields = try ModelConfig.decode(LabelFields.self, config, path: configPath)
        if let names = fields.idToLabel, !names.isEmpty {
            let labels = (0..<names.count).compactMap { names[String($0)] }
            guard labels.count == names.count else {
                throw .badConfig(configPath, "id2label does not name the ids from 0 on without gaps")
            }
            return ClassLabels(names: labels, problem: fields.problemType)
        }
        let count = fields.numLabels ?? fields.oldNumLabels ?? 2
        guard (1...1_000_000).contains(count) else { throw .badConfig(configPath, "num_labels is \(count)") }
        return ClassLabels(names: (0..<count).map { "LABEL_\($0)" }, problem: fields.problemType)
    }

    private struct LabelFields: Decodable {
        let idToLabel: [String: String]?
        let numLabels: Int?
        let oldNumLabels: Int?
        let problemType: ClassLabels.Problem?
        enum CodingKeys: String, CodingKey {
            case idToLabel = "id2label"
            case numLabels = "num_labels"
            case oldNumLabels = "_num_labels"
            case problemType = "problem_type"
        }
    }

    /// Where a matrix is, in its own place or in another that it is tied to: a file may hold any one of them.
    func tied(_ place: WeightScope, _ others: [WeightScope]) -> WeightScope {
        ([place] + others).first { $0.contains("weight") } ?? place
    }

    /// Reports what did not fit, now that every layer has asked for its weights.
    ///
    /// - Parameters:
    ///   - heads: beginnings of the names of heads that a file of this family may have and this model has not.
    ///   - buffers: ends of the names of what is no weight at all.
    /// - Throws: ``WeightError``.
    public func finish(ignoring heads: [String], buffers: [String] = []) throws(WeightError) {
        weights.ignore { name in
            heads.contains { name.hasPrefix($0) } || buffers.contains { name.hasSuffix($0) }
        }
        try weights.finish()
    }
}

/// A family's `config.json`.
public protocol ModelConfiguration: Codable, Sendable {
    /// What is wrong with the numbers, nil if nothing is: they are foreign input, and sizes are made of them.
    var complaint: String? { get }
}

/// Checks that configurations share.
enum ConfigCheck {
    /// The first of the numbers that lies outside its range.
    static func outside(_ limits: [(String, Int, ClosedRange<Int>)]) -> String? {
        for (name, value, range) in limits where !range.contains(value) {
            return "\(name) is \(value), outside \(range.lowerBound)…\(range.upperBound)"
        }
        return nil
    }

    static func epsilon(_ name: String, _ value: Float) -> String? {
        value >= 0 && value < 1 ? nil : "\(name) is \(value); it must be from 0 to 1"
    }

    static func activation(_ field: String, _ name: String) -> String? {
        Activation(checkpointName: name) == nil ? "\(field) “\(name)” is not an activation that Fledge knows" : nil
    }

    static func divides(_ name: String, _ part: Int, _ whole: String, _ value: Int) -> String? {
        part > 0 && value % part == 0 ? nil : "\(whole) (\(value)) is not a multiple of \(name) (\(part))"
    }
}

extension Activation {
    /// The activation that a configuration names; nil for one that is not known.
    public init?(checkpointName name: String) {
        switch name {
        case "relu": self = .relu
        case "gelu", "gelu_python": self = .gelu
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh": self = .geluTanh
        case "silu", "swish": self = .silu
        case "tanh": self = .tanh
        case "sigmoid": self = .sigmoid
        case "linear": self = .identity
        default: return nil
        }
    }
}

extension KeyedDecodingContainer {
    /// The field, or a default where it is absent or null.
    func value<Value: Decodable>(_ key: Key, default fallback: Value) throws -> Value {
        try decodeIfPresent(Value.self, forKey: key) ?? fallback
    }
}
