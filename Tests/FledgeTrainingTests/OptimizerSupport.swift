import FledgeTensor
import FledgeTraining
import Foundation
import Testing

extension Fixture {
    /// Files beside the tests; each says what made it.
    static let ownDirectory = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static func decode<Value: Decodable>(
        _ type: Value.Type, _ name: String, keys: JSONDecoder.KeyDecodingStrategy = .useDefaultKeys
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = keys
        return try decoder.decode(type, from: Data(contentsOf: ownDirectory.appendingPathComponent(name)))
    }
}

/// Named parameters with room for gradients, as a model has them.
final class Parameters {
    let names: [String]
    let shapes: [String: Shape]
    private(set) var values: [String: UnsafeMutableBufferPointer<Float>] = [:]
    private(set) var gradients: [String: UnsafeMutableBufferPointer<Float>] = [:]

    init(_ shapes: [String: Shape]) {
        self.shapes = shapes
        names = shapes.keys.sorted()
        for (name, shape) in shapes {
            values[name] = .allocate(capacity: shape.elementCount)
            values[name]?.initialize(repeating: 0)
            gradients[name] = .allocate(capacity: shape.elementCount)
            gradients[name]?.initialize(repeating: 0)
        }
    }

    deinit { for buffer in [values, gradients].flatMap(\.values) { buffer.deallocate() } }

    func set(_ numbers: [String: [Float]]) {
        for (name, list) in numbers { _ = values[name]?.update(fromContentsOf: list) }
    }

    func setGradients(_ numbers: [String: [Float]]) {
        for (name, list) in numbers { _ = gradients[name]?.update(fromContentsOf: list) }
    }

    func scalars(_ name: String) -> [Float] { values[name].map(Array.init) ?? [] }

    func updates(_ settings: ParameterSettings = ParameterSettings()) -> [ParameterUpdate] {
        names.compactMap { name in
            guard let value = values[name], let gradient = gradients[name], let shape = shapes[name] else { return nil }
            return ParameterUpdate(
                name: name, shape: shape, value: value, gradient: UnsafeBufferPointer(gradient), settings: settings)
        }
    }
}

/// Seeded numbers from -1 to 1.
struct Noise {
    private var generator: RandomGenerator

    init(_ seed: UInt64) { generator = RandomGenerator(seed: seed) }

    mutating func floats(_ count: Int, times factor: Float = 1) -> [Float] {
        (0..<count).map { _ in Float(generator.nextUnit() * 2 - 1) * factor }
    }
}

/// A directory that goes when the test is over.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("fledge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The largest difference, relative to the larger of `floor` and what is expected.
func worst(_ got: [Float], _ expected: [Float], floor: Float) -> Float {
    guard got.count == expected.count else { return .infinity }
    var worst: Float = 0
    for (a, b) in zip(got, expected) {
        let error = abs(a - b) / max(floor, abs(b))
        worst = error.isNaN ? .infinity : max(worst, error)
    }
    return worst
}

/// Bit for bit the same, NaN included.
func identical(_ a: [Float], _ b: [Float]) -> Bool { a.map(\.bitPattern) == b.map(\.bitPattern) }
