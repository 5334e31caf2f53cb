import FledgeTensor
import Foundation

/// What a product can be asked to do besides multiplying.
struct ProductOptions: CustomStringConvertible {
    var hasBias = false
    var activation = Activation.identity
    var hasResidual = false
    var isGated = false
    var hasNorm = false
    var scale: Float = 1

    /// Enough that every option meets every other.
    static let all: [ProductOptions] = {
        var options: [ProductOptions] = []
        let activations: [Activation] = [.identity, .relu, .gelu, .geluTanh, .silu, .tanh, .sigmoid]
        for number in 0..<56 {
            options.append(
                ProductOptions(
                    hasBias: number & 1 != 0 && number & 4 == 0, activation: activations[number % activations.count],
                    hasResidual: number & 2 != 0, isGated: number & 4 != 0, hasNorm: number & 8 != 0,
                    scale: number & 16 != 0 ? -0.375 : 1))
        }
        return options
    }()

    var description: String {
        "bias \(hasBias), \(activation), residual \(hasResidual), gated \(isGated), norm \(hasNorm), scale \(scale)"
    }
}

/// The operands of one product.
struct ProductCase {
    let rows: Int
    /// Of the result; a gated weight has twice as many rows.
    let columns: Int
    let depth: Int
    let options: ProductOptions
    let x: [Float]
    let weight: [Float]
    let bias: [Float]
    let residual: [Float]
    let norm: [Float]

    init(rows: Int, columns: Int, depth: Int, options: ProductOptions, noise: inout Noise) {
        (self.rows, self.columns, self.depth, self.options) = (rows, columns, depth, options)
        x = noise.floats(rows * depth, times: 2)
        weight = noise.floats(columns * depth * (options.isGated ? 2 : 1))
        bias = noise.floats(columns)
        residual = noise.floats(rows * columns)
        norm = noise.floats(depth).map { 1 + $0 / 2 }
    }

    static let epsilon: Float = 1e-6

    func inputNorm(_ level: Level) -> Norm {
        .rootMeanSquare(weight: level.tensor(norm, [depth]), epsilon: ProductCase.epsilon)
    }

    func packed(_ type: WeightType, _ level: Level) -> PackedWeight {
        let all = Tensor(weight, shape: [weight.count / depth, depth])
        let parts = options.isGated ? [all.sliced(0, 0..<columns), all.sliced(0, columns..<2 * columns)] : [all]
        return PackedWeight(parts, type: type, gated: options.isGated, engine: level.engine)
    }

    /// The product of the rows `range`.
    func run(_ packed: PackedWeight, _ level: Level, rows range: Range<Int>) -> [Float] {
        let input = level.tensor(Array(x[range.lowerBound * depth..<range.upperBound * depth]), [range.count, depth])
        let rest = Array(residual[range.lowerBound * columns..<range.upperBound * columns])
        return input.product(
            packed, norm: options.hasNorm ? inputNorm(level) : nil,
            bias: options.hasBias ? Tensor(bias) : nil, scale: options.scale, activation: options.activation,
            residual: options.hasResidual ? Tensor(rest, shape: [range.count, columns]) : nil
        ).scalars
    }

    /// The rows that are multiplied: normalised in the arithmetic of the level, whose norm is tested by itself.
    func input(_ level: Level) -> [Float] {
        guard options.hasNorm else { return x }
        return inputNorm(level)(level.tensor(x, [rows, depth])).scalars
    }

    /// The expected numbers in double precision, and how far each may be off.
    func expected(_ type: WeightType, _ level: Level) -> (values: [Double], allowed: [Double]) {
        let multiplied = ProductCase.multiply(input(level), weight, depth: depth, type: type)
        let outputs = weight.count / depth
        var values: [Double] = []
        var allowed: [Double] = []
        for row in 0..<rows {
            for column in 0..<columns {
                func sum(_ column: Int) -> (value: Double, error: Double) {
                    let (value, error) = multiplied[row * outputs + column]
                    let scale = Double(options.scale)
                    let bias = options.hasBias ? Double(self.bias[column]) : 0
                    return (value * scale + bias, error * abs(scale) + 2e-7 * abs(bias))
                }
                let main = sum(column)
                var value = Reference.activation(options.activation, main.value)
                var error = 1.2 * main.error + Reference.activationError(options.activation, main.value)
                if options.isGated {
                    let factor = sum(column + columns)
                    error = error * abs(factor.value) + abs(value) * factor.error
                    value *= factor.value
                }
                if options.hasResidual {
                    value += Double(residual[row * columns + column])
                    error += 2e-7 * abs(Double(residual[row * columns + column]))
                }
                values.append(value)
                allowed.append(error + 2e-7 * abs(value))
            }
        }
        return (values, allowed)
    }

    /// x · weightᵀ as the storage type rounds its operands, and the error that summing in float32 may make.
    static func multiply(
        _ x: [Float], _ weight: [Float], depth: Int, type: WeightType
    ) -> [(value: Double, error: Double)] {
        if type == .int8 { return multiplyQuantised(x, weight, depth: depth) }
        // float16 weights meet activations as they are.
        let a = x.map { Double(type == .bfloat16 ? bfloat16($0) : $0) }
        let b = (type == .float16 ? throughFloat16(weight) : weight).map {
            Double(type == .bfloat16 ? bfloat16($0) : $0)
        }
        var result: [(Double, Double)] = []
        for row in 0..<x.count / depth {
            for column in 0..<weight.count / depth {
                var (sum, magnitude) = (0.0, 0.0)
                for index in 0..<depth {
                    let product = a[row * depth + index] * b[column * depth + index]
                    sum += product
                    magnitude += abs(product)
                }
                result.append((sum, 1e-5 * magnitude))
            }
        }
        return result
    }

    /// The numbers rounded to float16, by the conversion that ConversionTests check.
    static func throughFloat16(_ values: [Float]) -> [Float] {
        Tensor(values).converted(to: .float16).converted(to: .float32).scalars
    }

    /// The documented scheme: each row of either operand is divided by its largest magnitude / 127 and rounded; sums
    /// are exact integers.
    private static func multiplyQuantised(
        _ x: [Float], _ weight: [Float], depth: Int
    ) -> [(value: Double, error: Double)] {
        let a = quantised(x, depth: depth)
        let b = quantised(weight, depth: depth)
        var result: [(Double, Double)] = []
        for row in 0..<a.scales.count {
            for column in 0..<b.scales.count {
                var sum = 0
                for index in 0..<depth { sum += a.integers[row * depth + index] * b.integers[column * depth + index] }
                let value = Double(sum) * Double(a.scales[row]) * Double(b.scales[column])
                result.append((value, 3e-7 * abs(value)))
            }
        }
        return result
    }

    static func quantised(_ x: [Float], depth: Int) -> (integers: [Int], scales: [Float]) {
        var (integers, scales): ([Int], [Float]) = ([], [])
        for row in 0..<x.count / depth {
            let numbers = x[row * depth..<(row + 1) * depth]
            let scale = (numbers.map(abs).max() ?? 0) / 127
            let inverse = scale > 0 ? 1 / scale : 0
            integers += numbers.map { Int(($0 * inverse).rounded(.toNearestOrEven)) }
            scales.append(scale)
        }
        return (integers, scales)
    }
}

/// Functions of one number in double precision, by libm.
enum Reference {
    static func activation(_ function: Activation, _ x: Double) -> Double {
        switch function {
        case .identity: x
        case .relu: x > 0 || x.isNaN ? x : 0
        case .gelu: 0.5 * x * erfc(-x / 2.0.squareRoot())
        // 0.5 (1 + tanh u) = 1 / (1 + e^(−2u)), which keeps its digits where tanh is close to −1
        case .geluTanh: x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .silu: x / (1 + exp(-x))
        case .tanh: tanh(x)
        case .exponential: exp(x)
        case .sigmoid: 1 / (1 + exp(-x))
        }
    }

    /// How far a kernel may be off: relative to the value, and absolute where the function is small by cancelling.
    static func activationError(_ function: Activation, _ x: Double) -> Double {
        let value = abs(activation(function, x))
        return switch function {
        case .identity, .relu: 0
        // The fitted Φ and logistic function are good to 2e-7 absolutely, times |x|; far below zero they are zero.
        case .gelu, .geluTanh: 3e-7 * value + 2e-7 * min(abs(x), 6) + 1e-45
        case .silu, .sigmoid: 6e-7 * value + 3e-37
        case .tanh: 2.5e-6 * value
        case .exponential: 3e-7 * value + 1.5e-45
        }
    }
}
