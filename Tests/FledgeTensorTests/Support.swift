import CFledgeKernels
import FledgeTensor
import Foundation
import Testing

/// One instruction set that this machine has, on so many threads, with memory that its tensors come from.
struct Level: Sendable, CustomTestStringConvertible {
    let engine: Engine
    let workspace: Workspace

    /// Every instruction set with one thread and with two.
    static let all: [Level] = Engine.availableISAs.flatMap { isa in
        [1, 2].compactMap { threads in (try? Engine(threads: threads, isa: isa)).map(Level.init) }
    }

    /// Every instruction set once.
    static let single = all.filter { $0.engine.threads == 1 }

    init(_ engine: Engine) {
        self.engine = engine
        workspace = Workspace(engine: engine)
    }

    var testDescription: String { "\(engine.isa), \(engine.threads) thread(s)" }
    var kernels: fledge_kernels { engine.kernels.pointee }

    /// A tensor that this level computes with.
    func tensor(_ values: [Float], _ shape: Shape) -> Tensor {
        var tensor = Tensor(in: workspace, shape: shape)
        tensor.withMutableFloats { target in for index in values.indices { target[index] = values[index] } }
        return tensor
    }
}

/// Seeded numbers (SplitMix64), the same on every machine.
struct Noise {
    var state: UInt64

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(bits() % UInt64(bound)) }

    /// Between −1 and 1.
    mutating func float() -> Float { Float(bits() >> 40) * 0x1p-23 - 1 }

    mutating func floats(_ count: Int, times factor: Float = 1) -> [Float] { (0..<count).map { _ in float() * factor } }
}

/// The largest error in parts of what is allowed; NaN counts as infinitely wrong.
func worst(_ got: [Float], _ expected: [Double], allowed: (Int) -> Double) -> Double {
    guard got.count == expected.count else { return .infinity }
    var worst = 0.0
    for index in got.indices {
        let error = abs(Double(got[index]) - expected[index])
        if error == 0 { continue }
        worst = error.isNaN ? .infinity : max(worst, error / max(allowed(index), 1e-300))
    }
    return worst
}

/// Bit for bit the same, NaN included.
func identical(_ a: [Float], _ b: [Float]) -> Bool { a.map(\.bitPattern) == b.map(\.bitPattern) }

func bfloat16(_ value: Float) -> Float {
    let bits = value.bitPattern
    if value.isNaN { return value }
    return Float(bitPattern: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) & 0xffff_0000)
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

    func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// Tests/Fixtures, made by Tools/make_fixtures.py.
enum Fixtures {
    static let directory = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures").path
}
