import FledgeNN
import FledgeTensor
import Foundation
import Testing

/// Positions beside their papers' formulas; in models they are compared with transformers.
@Suite struct PositionTests {
    @Test func `Sinusoidal positions are sines and cosines of falling frequency`() {
        for (order, place) in [
            (SinusoidalPositions.Order.alternating, { (pair: Int) in (2 * pair, 2 * pair + 1) }),
            (.halves, { (pair: Int) in (pair, pair + 3) }),
        ] {
            let positions = SinusoidalPositions(width: 6, order: order)
            for position in [0, 1, 7, 500] {
                let vector = positions.vector(of: position)
                for pair in 0..<3 {
                    let angle = Double(position) / pow(10_000, Double(pair) / 3)
                    let (sine, cosine) = place(pair)
                    #expect(abs(Double(vector[sine]) - sin(angle)) < 1e-6)
                    #expect(abs(Double(vector[cosine]) - cos(angle)) < 1e-6)
                }
            }
            let hidden = Tensor(zeros: [2, 6]) + 1
            let embedded = positions.embed(hidden, positions: [0, 7]).scalars
            #expect(embedded == (positions.vector(of: 0) + positions.vector(of: 7)).map { $0 + 1 })
        }
    }

    @Test func `Slopes of linear biases are the paper's for powers of two and interleaved between them`() {
        #expect(ALiBi(heads: 8).slopes == (1...8).map { powf(0.5, Float($0)) })
        let three = ALiBi(heads: 3).slopes
        #expect(zip(three, [0.0625, 0.00390625, 0.25]).allSatisfy { abs($0 - $1) < 1e-7 })
        #expect(ALiBi(heads: 1).slopes == [1 / 256])
    }

    @Test func `A linear bias falls by its slope with every step of distance`() throws {
        let bias = try #require(ALiBi(heads: 2).bias(span: 4))
        #expect(bias.table.shape == [2, 7] && bias.span == 4)
        #expect(bias.table[0].scalars == (-3...3).map { Float($0) / 16 })
    }

    @Test func `Rotary frequencies are stretched as each scaling says`() {
        let plain = RotaryPositions(width: 8, base: 10_000, trainedLength: 64)
        let expected = (0..<4).map { Float(pow(10_000, -Double($0) / 4)) }
        #expect(zip(plain.frequencies(length: 500), expected).allSatisfy { abs($0 - $1) <= 1e-6 * $1 })
        let linear = RotaryPositions(width: 8, base: 10_000, scaling: .linear(factor: 4), trainedLength: 64)
        #expect(linear.frequencies(length: 9) == plain.frequencies(length: 9).map { $0 / 4 })
        let dynamic = RotaryPositions(width: 8, base: 10_000, scaling: .dynamic(factor: 2), trainedLength: 64)
        #expect(dynamic.frequencies(length: 64) == plain.frequencies(length: 64))
        // At twice the length the base is multiplied by 3^(8/6).
        let base = 10_000 * pow(3, 8.0 / 6)
        let stretched = (0..<4).map { Float(pow(base, -Double($0) / 4)) }
        #expect(zip(dynamic.frequencies(length: 128), stretched).allSatisfy { abs($0 - $1) <= 1e-5 * $1 })
    }
}
