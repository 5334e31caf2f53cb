import CFledgeKernels
import FledgeTensor
import Testing

@Suite struct ElementwiseTests {
    static let activations: [Activation] = [
        .identity, .relu, .gelu, .geluTanh, .silu, .tanh, .exponential, .sigmoid,
    ]

    private func apply(_ function: Activation, _ values: [Float], _ level: Level) -> [Float] {
        level.tensor(values, [values.count]).applying(function).scalars
    }

    @Test(arguments: Level.single, activations)
    func `An activation is libm's within its documented error`(level: Level, function: Activation) {
        var noise = Noise(state: 21)
        var values = noise.floats(20_000, times: 8) + noise.floats(20_000, times: 100) + noise.floats(5000, times: 0.06)
        for exponent in stride(from: -149, through: 127, by: 1) {
            let power = Float(sign: .plus, exponent: exponent, significand: 1)
            values += [power, -power, power * 1.37, -power * 1.37]
        }
        values += [
            0, -0.0, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.72283, 88.72284, -87.4, -103.9, -110,
        ]
        let got = apply(function, values, level)
        for (x, y) in zip(values, got) {
            let expected = Reference.activation(function, Double(x))
            if abs(expected) > Double(Float.greatestFiniteMagnitude) {
                #expect(y == (expected > 0 ? .infinity : -.infinity), "\(function) of \(x)")
                continue
            }
            let error = abs(Double(y) - expected)
            #expect(
                error <= Reference.activationError(function, Double(x)), "\(function) of \(x) is \(y), not \(expected)")
        }
    }

    @Test(arguments: Level.single)
    func `Activations of infinities and NaN are those of the reference`(level: Level) {
        let input: [Float] = [.infinity, -.infinity, .nan]
        // PyTorch too takes −∞ · 0 for NaN in the last factor of gelu and silu.
        let expected: [(Activation, [Float])] = [
            (.identity, [.infinity, -.infinity, .nan]), (.relu, [.infinity, 0, .nan]), (.tanh, [1, -1, .nan]),
            (.exponential, [.infinity, 0, .nan]), (.sigmoid, [1, 0, .nan]), (.gelu, [.infinity, .nan, .nan]),
            (.geluTanh, [.infinity, .nan, .nan]), (.silu, [.infinity, .nan, .nan]),
        ]
        for (function, values) in expected {
            for (got, value) in zip(apply(function, input, level), values) {
                #expect(got == value || (got.isNaN && value.isNaN), "\(function)")
            }
        }
    }

    @Test(arguments: Level.single, activations)
    func `An activation gives the same bits at every place of a row`(level: Level, function: Activation) {
        for count in 1...67 {
            let row = apply(function, [Float](repeating: 0.7, count: count), level)
            #expect(row.allSatisfy { $0 == row[0] })
        }
    }

    @Test(arguments: Level.single)
    func `Arithmetic of two tensors and of a tensor and a number is that of floats`(level: Level) {
        var noise = Noise(state: 22)
        for count in [0, 1, 3, 4, 7, 8, 15, 16, 17, 33, 100] {
            let (a, b) = (noise.floats(count), noise.floats(count))
            let (x, y) = (level.tensor(a, [count]), level.tensor(b, [count]))
            let cases: [(Tensor, (Float, Float) -> Float)] = [(x + y, +), (x - y, -), (x * y, *), (x / y, /)]
            for (result, function) in cases { #expect(identical(result.scalars, zip(a, b).map(function))) }
            let scalar: [(Tensor, (Float, Float) -> Float)] = [
                (x + 0.3, +), (x - 0.3, -), (x * 0.3, *), (x / 0.3, /),
            ]
            for (result, function) in scalar { #expect(identical(result.scalars, a.map { function($0, 0.3) })) }
            #expect(x.maximum(y).scalars == zip(a, b).map { max($0, $1) })
        }
    }

    @Test(arguments: Level.single)
    func `The maximum of a NaN and anything is NaN`(level: Level) {
        for count in [1, 16, 37] {
            let nan = level.tensor([Float](repeating: .nan, count: count), [count])
            let one = level.tensor([Float](repeating: 1, count: count), [count])
            #expect(nan.maximum(one).scalars.allSatisfy { $0.isNaN })
            #expect(one.maximum(nan).scalars.allSatisfy { $0.isNaN })
        }
    }
}
