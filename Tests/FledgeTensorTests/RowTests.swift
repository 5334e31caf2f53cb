import FledgeTensor
import Foundation
import Testing

@Suite struct RowTests {
    static let widths = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 65, 127, 512, 1000]

    @Test(arguments: Level.single)
    func `Softmax is the double-precision one and sums to one`(level: Level) {
        var noise = Noise(state: 31)
        for width in Self.widths {
            for factor in [0.1, 5, 90] as [Float] {
                let values = noise.floats(3 * width, times: factor)
                let got = level.tensor(values, [3, width]).softmax().scalars
                for row in 0..<3 {
                    let x = values[row * width..<(row + 1) * width].map(Double.init)
                    let largest = x.max() ?? 0
                    let powers = x.map { exp($0 - largest) }
                    let sum = powers.reduce(0, +)
                    let part = Array(got[row * width..<(row + 1) * width])
                    let expected = powers.map { $0 / sum }
                    // The exponent is rounded before it is raised.
                    let error = worst(part, expected) { (2e-6 + 6e-8 * (largest - x[$0])) * expected[$0] + 1e-37 }
                    #expect(error <= 1, "width \(width)")
                    #expect(abs(part.reduce(0.0) { $0 + Double($1) } - 1) < 2e-6)
                }
            }
        }
    }

    @Test(arguments: Level.single)
    func `Softmax of extremes is what the definition gives`(level: Level) {
        func softmax(_ values: [Float]) -> [Float] { level.tensor(values, [values.count]).softmax().scalars }
        #expect(softmax([3e38, -3e38, 3e38]) == [0.5, 0, 0.5])
        #expect(softmax([-.infinity, 2, -.infinity]) == [0, 1, 0])
        #expect(softmax([0, .nan, 1]).allSatisfy { $0.isNaN })
        #expect(softmax([-.infinity, -.infinity]).allSatisfy { $0.isNaN })
        let even = softmax([Float](repeating: -0x1p-133, count: 16))
        #expect(even == [Float](repeating: 1 / 16, count: 16))
    }

    @Test(arguments: Level.single)
    func `Norms are the double-precision ones`(level: Level) {
        var noise = Noise(state: 32)
        for width in Self.widths {
            for factor in [1e-3, 1, 1e4] as [Float] {
                let (x, weight, bias) = (
                    noise.floats(2 * width, times: factor), noise.floats(width), noise.floats(width)
                )
                let input = level.tensor(x, [2, width])
                let rms = Norm.rootMeanSquare(weight: Tensor(weight), epsilon: 1e-6)(input).scalars
                let layer = Norm.layer(weight: Tensor(weight), bias: Tensor(bias), epsilon: 1e-5)(input).scalars
                let plain = Norm.layer(weight: Tensor(weight), bias: nil, epsilon: 1e-5)(input).scalars
                for row in 0..<2 {
                    let range = row * width..<(row + 1) * width
                    let d = x[range].map(Double.init)
                    let count = Double(width)
                    let inverse = 1 / (d.reduce(0) { $0 + $1 * $1 } / count + 1e-6).squareRoot()
                    let expected = zip(d, weight).map { $0 * inverse * Double($1) }
                    #expect(worst(Array(rms[range]), expected) { 2e-6 * abs(expected[$0]) + 1e-9 } <= 1)
                    let mean = d.reduce(0, +) / count
                    let variance = d.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
                    let scale = 1 / (variance + 1e-5).squareRoot()
                    let normal = zip(d, weight).map { ($0 - mean) * scale * Double($1) }
                    // The mean's own rounding, a few units of the largest number, is scaled like everything else.
                    let allowed = 4e-6 + 1e-6 * Double(factor) * scale
                    #expect(worst(Array(plain[range]), normal) { _ in allowed } <= 1, "width \(width)")
                    let shifted = zip(normal, bias).map { $0 + Double($1) }
                    #expect(worst(Array(layer[range]), shifted) { _ in allowed } <= 1, "width \(width)")
                }
            }
        }
    }

    @Test(arguments: Level.single)
    func `A NaN makes its own row's norm NaN and leaves the others`(level: Level) {
        var noise = Noise(state: 33)
        var x = noise.floats(3 * 19)
        let weight = Tensor(noise.floats(19))
        let clean = level.tensor(x, [3, 19])
        x[19 + 7] = .nan
        let dirty = level.tensor(x, [3, 19])
        let rms = Norm.rootMeanSquare(weight: weight, epsilon: 0)
        let layer = Norm.layer(weight: weight, bias: nil, epsilon: 0)
        for (a, b) in [
            (rms(clean), rms(dirty)), (layer(clean), layer(dirty)), (clean.softmax(), dirty.softmax()),
        ] {
            #expect(identical(a[0].scalars, b[0].scalars) && identical(a[2].scalars, b[2].scalars))
            #expect(b[1].scalars.allSatisfy { $0.isNaN })
        }
    }

    @Test(arguments: Level.single)
    func `Sums and means of rows are the double-precision ones`(level: Level) {
        var noise = Noise(state: 34)
        for width in Self.widths {
            let values = noise.floats(2 * width)
            let tensor = level.tensor(values, [2, width])
            let sums = (0..<2).map { values[$0 * width..<($0 + 1) * width].reduce(0.0) { $0 + Double($1) } }
            #expect(worst(tensor.sumOfRows().scalars, sums) { _ in 1e-6 * Double(width) } <= 1)
            let means = sums.map { $0 / Double(width) }
            #expect(worst(tensor.meanOfRows().scalars, means) { _ in 1e-6 } <= 1)
            #expect(tensor.sumOfRows().shape == [2])
        }
        #expect(level.tensor([], [2, 0]).sumOfRows().scalars == [0, 0])
    }

    @Test(arguments: Level.single)
    func `Argmax is the first of the largest, never a NaN, and 0 where there is nothing`(level: Level) {
        var noise = Noise(state: 35)
        func argmax(_ values: [Float]) -> Int {
            var values = values
            return values.withUnsafeMutableBufferPointer { level.engine.argmax(of: $0) }
        }
        for width in Self.widths {
            var values = noise.floats(width)
            let place = noise.below(width)
            values[place] = 2
            #expect(argmax(values) == place)
            #expect(level.tensor(values + values, [2, width]).argmaxOfRows() == [place, place])
            let second = min(width - 1, place + 1 + noise.below(width))
            values[second] = 2
            #expect(argmax(values) == place)
            for index in values.indices where index != place && index != second { values[index] = .nan }
            #expect(argmax(values) == place)
        }
        #expect(argmax([]) == 0)
        #expect(argmax([.nan, .nan]) == 0)
        #expect(argmax([-.infinity, -.infinity]) == 0)
        #expect(argmax([.nan, -.infinity, .nan, -5]) == 3)
        #expect(argmax([0, .infinity, .nan, .infinity]) == 1)
        #expect(argmax([-0.0, 0.0]) == 0)
        #expect(level.tensor([], [3, 0]).argmaxOfRows() == [])
    }
}
