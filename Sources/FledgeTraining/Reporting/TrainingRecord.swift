/// What is known of one step: a line of the log.
public struct TrainingRecord: Sendable, Equatable, Codable {
    /// The optimiser steps so far, this one included.
    public var step: Int
    public var epoch: Double?
    /// The mean loss of the step's batch, or of the steps since the record before.
    public var loss: Double?
    public var learningRate: Double?
    /// The gradients' length before they were clipped.
    public var gradNorm: Double?
    public var tokensPerSecond: Double?
    /// Whatever else was measured, such as `eval_loss`.
    public var metrics: [String: Double]

    public init(
        step: Int, epoch: Double? = nil, loss: Double? = nil, learningRate: Double? = nil, gradNorm: Double? = nil,
        tokensPerSecond: Double? = nil, metrics: [String: Double] = [:]
    ) {
        self.step = step
        self.epoch = epoch
        self.loss = loss
        self.learningRate = learningRate
        self.gradNorm = gradNorm
        self.tokensPerSecond = tokensPerSecond
        self.metrics = metrics
    }

    private struct Key: CodingKey {
        let stringValue: String
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        var intValue: Int? { nil }
        init?(intValue: Int) { nil }
    }

    /// The names of the fields that every run has.
    private static let fields: [(name: String, path: any WritableKeyPath<TrainingRecord, Double?> & Sendable)] = [
        ("epoch", \.epoch), ("loss", \.loss), ("learning_rate", \.learningRate), ("grad_norm", \.gradNorm),
        ("tokens_per_second", \.tokensPerSecond),
    ]

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(step: try container.decode(Int.self, forKey: Key("step")))
        for key in container.allKeys where key.stringValue != "step" {
            // null stands for NaN and the infinities, which JSON does not have.
            let value = try container.decodeNil(forKey: key) ? .nan : container.decode(Double.self, forKey: key)
            if let field = Self.fields.first(where: { $0.name == key.stringValue }) {
                self[keyPath: field.path] = value
            } else {
                metrics[key.stringValue] = value
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(step, forKey: Key("step"))
        for (name, value) in values {
            if value.isFinite {
                try container.encode(value, forKey: Key(name))
            } else {
                try container.encodeNil(forKey: Key(name))
            }
        }
    }

    /// Everything but the step by name, the fields of every run first, then metrics by name.
    public var values: [(name: String, value: Double)] {
        let common = Self.fields.compactMap { field in self[keyPath: field.path].map { (field.name, $0) } }
        let taken = Set(Self.fields.map(\.name) + ["step"])
        return common + metrics.filter { !taken.contains($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
