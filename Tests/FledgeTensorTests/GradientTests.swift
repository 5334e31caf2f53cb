import FledgeTensor
import Testing

/// Gradients of every differentiable operation beside central differences, over shapes and layouts.
@Suite struct GradientTests {
    /// Numbers from -1 to 1 that a seed decides.
    static func numbers(_ shape: Shape, _ seed: UInt64) -> Tensor {
        var generator = RandomGenerator(seed: seed)
        return Tensor((0..<shape.elementCount).map { _ in Float(generator.nextUnit() * 2 - 1) }, shape: shape)
    }

    /// Differentiates a weighted sum of `function`'s result with respect to all elements of all `inputs`, both ways.
    static func check(
        _ inputs: [Tensor], step: Float = 1e-2, tolerance: Float = 2e-2,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ function: ([Tensor]) -> Tensor
    ) {
        let weights = numbers(function(inputs).shape, 99)
        func value(_ tensors: [Tensor]) -> Double {
            zip(function(tensors).scalars, weights.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let parameters = inputs.enumerated().map { Parameter(name: "\($0)", value: $1) }
        (function(parameters.map(\.tensor)) * weights).backward()
        for (index, parameter) in parameters.enumerated() {
            let gradient = parameter.gradient?.scalars ?? Array(repeating: 0, count: parameter.value.elementCount)
            let base = inputs[index].scalars
            for place in base.indices {
                func moved(_ by: Float) -> [Tensor] {
                    var numbers = base
                    numbers[place] += by
                    var all = inputs
                    all[index] = Tensor(numbers, shape: inputs[index].shape)
                    return all
                }
                let wanted = Float((value(moved(step)) - value(moved(-step))) / Double(2 * step))
                let error = abs(gradient[place] - wanted)
                #expect(
                    error <= tolerance * max(0.3, abs(wanted)),
                    "input \(index), element \(place): \(gradient[place]) instead of \(wanted)",
                    sourceLocation: sourceLocation)
            }
        }
    }

    @Test func `Arithmetic, with what is broadcast summed`() {
        let shapes: [(Shape, Shape)] = [
            ([3, 5], [3, 5]), ([3, 5], [5]), ([3, 5], [1]), ([2, 3, 4], [3, 1]), ([1, 4], [3, 4]), ([5], [5]),
        ]
        for (a, b) in shapes {
            let inputs = [Self.numbers(a, 1), Self.numbers(b, 2) + 2.5]
            Self.check(inputs) { $0[0] + $0[1] }
            Self.check(inputs) { $0[0] - $0[1] }
            Self.check(inputs) { $0[0] * $0[1] }
            Self.check(inputs) { $0[0] / $0[1] }
            // A small step, since two numbers may be close to each other.
            Self.check(inputs, step: 1e-3) { $0[0].maximum($0[1] * 0.1) }
        }
        Self.check([Self.numbers([7], 3)]) { ($0[0] * 3 + 1) / 2 - 0.5 }
        // One tensor twice.
        Self.check([Self.numbers([7], 4)]) { $0[0] * $0[0] + $0[0] }
    }

    @Test(arguments: [
        Activation.relu, .gelu, .geluTanh, .silu, .tanh, .sigmoid, .exponential, .identity,
    ])
    func `Activations and gates`(function: Activation) {
        for width in [1, 8, 17, 33] {
            // Away from the corner of ReLU.
            let x = Self.numbers([2, 2 * width], UInt64(width)) * 3
            let apart = Tensor(x.scalars.map { abs($0) < 0.05 ? 0.2 : $0 }, shape: x.shape)
            Self.check([apart]) { $0[0].applying(function) }
            Self.check([apart]) { $0[0].gated(by: function) }
        }
    }

    @Test func `Views`() {
        let x = Self.numbers([4, 6], 5)
        Self.check([x]) { $0[0].reshaped([3, 8]) * 2 }
        Self.check([x]) { $0[0].transposed(0, 1).contiguous() * 2 }
        Self.check([x]) { $0[0].sliced(1, 2..<5) * 2 }
        Self.check([x]) { $0[0].sliced(0, 1..<3).sliced(1, 0..<2).contiguous().reshaped([4]) * 2 }
        Self.check([x]) { $0[0][2] * $0[0][1] }
        Self.check([x, Self.numbers([2, 6], 6)]) { Tensor.concatenated([$0[0], $0[1], $0[0]]) }
        Self.check([x]) { $0[0].gatheredRows([3, 0, 3, 1]) }
        Self.check([x, Self.numbers([4, 2], 7)]) { ($0[0] * 1).addingColumns($0[1], at: 3) }
    }

    @Test(arguments: [(1, 1, 1), (3, 5, 7), (13, 33, 40), (2, 64, 31)])
    func `Products with norm, bias, scale and residual`(rows: Int, inputs: Int, outputs: Int) {
        let x = Self.numbers([rows, inputs], 8) + 0.1
        let w = Self.numbers([outputs, inputs], 9)
        let across = Self.numbers([inputs, outputs], 10)
        let (bias, residual) = (Self.numbers([outputs], 11), Self.numbers([rows, outputs], 12))
        let (gain, shift) = (Self.numbers([inputs], 13) + 1.5, Self.numbers([inputs], 14))
        Self.check([x, w, bias, residual]) {
            $0[0].product(PackedWeight([$0[1]], type: .float32), bias: $0[2], scale: 0.7, residual: $0[3])
        }
        // As GPT-2's file has it, and two matrices that share their input.
        Self.check([x, across]) { $0[0].product(PackedWeight([$0[1].transposed(0, 1)], type: .float32)) }
        Self.check([x, w, Self.numbers([3, inputs], 15)]) {
            $0[0].product(PackedWeight([$0[1], $0[2]], type: .float32))
        }
        guard inputs > 1 else { return }
        Self.check([x, w, gain, shift]) {
            let norm = Norm.layer(weight: $0[2], bias: $0[3], epsilon: 1e-3)
            return $0[0].product(PackedWeight([$0[1]], type: .float32), norm: norm, residual: nil)
        }
        Self.check([x, gain]) { Norm.rootMeanSquare(weight: $0[1], epsilon: 1e-3)($0[0]) }
        // A row goes through the layer and around it.
        Self.check([x, Self.numbers([inputs, inputs], 16), gain]) {
            let norm = Norm.rootMeanSquare(weight: $0[2], epsilon: 1e-3)
            return $0[0].product(PackedWeight([$0[1]], type: .float32), norm: norm, residual: $0[0])
        }
    }

    @Test func `Losses`() {
        let (x, w, bias) = (Self.numbers([5, 6], 17), Self.numbers([9, 6], 18), Self.numbers([9], 19))
        let labels = [3, -100, 0, 8, 8]
        Self.check([x, w, bias]) {
            $0[0].crossEntropy(
                PackedWeight([$0[1]], type: .float32), bias: $0[2], scale: 0.8, labels: labels, factor: 0.5)
        }
        Self.check([Self.numbers([5, 9], 20)]) { $0[0].crossEntropyOfRows(labels: labels, factor: 0.5) }
    }

    @Test func `Rotations and dropout`() {
        let angles = Self.numbers([3, 2], 21)
        let cosines = Tensor(angles.scalars.map { ($0 * 0.5 + 0.5).squareRoot() }, shape: [3, 2])
        let sines = Tensor(angles.scalars.map { (0.5 - $0 * 0.5).squareRoot() }, shape: [3, 2])
        Self.check([Self.numbers([3, 10], 22)]) {
            ($0[0] * 1).rotatedHeads(columns: 0..<8, headWidth: 4, cosines: cosines, sines: sines)
        }
        Self.check([Self.numbers([40], 23)]) { $0[0].dropout(0.4, seed: 7) }
    }

    @Test func `Gradients add up over computations, and detached tensors have none`() {
        let parameter = Parameter(name: "x", value: Tensor([1, 2, 3]))
        (parameter.tensor * 2).backward()
        (parameter.tensor * 3).backward(factor: 10)
        #expect(parameter.gradient?.scalars == [32, 32, 32])
        parameter.clearGradient()
        (parameter.tensor.detached() * parameter.tensor).backward()
        #expect(parameter.gradient?.scalars == [1, 2, 3])
        parameter.isTrainable = false
        #expect(!(parameter.tensor * 2).requiresGradient)
    }

    @Test func `Dropout leaves out its share and keeps the mean`() {
        let ones = Tensor([Float](repeating: 1, count: 100_000))
        let dropped = ones.dropout(0.25, seed: 3).scalars
        let zeros = dropped.count { $0 == 0 }
        #expect(abs(Double(zeros) / 100_000 - 0.25) < 0.01)
        #expect(Set(dropped) == [0, 1 / 0.75])
        #expect(ones.dropout(0.25, seed: 3).scalars == dropped)
        #expect(ones.dropout(0.25, seed: 4).scalars != dropped)
    }
}
