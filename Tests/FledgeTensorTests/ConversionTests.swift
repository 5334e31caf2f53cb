import CFledgeKernels
import FledgeTensor
import Testing

@Suite struct ConversionTests {
    /// Every bit pattern of a 16-bit type.
    private func everyHalf(_ dtype: DType) -> Tensor {
        let tensor = Tensor(zeros: [65_536], dtype: dtype)
        for bits in 0..<65_536 {
            tensor.pointer.storeBytes(of: UInt16(bits), toByteOffset: bits * 2, as: UInt16.self)
        }
        return tensor
    }

    private func toFloat(_ halves: Tensor, _ level: Level) -> [Float] {
        guard let type = halves.dtype.kernelType else { return [] }
        var result = [Float](repeating: 0, count: halves.elementCount)
        result.withUnsafeMutableBufferPointer {
            level.kernels.to_float(halves.pointer, type, halves.elementCount, $0.baseAddress)
        }
        return result
    }

    private func fromFloat(_ values: [Float], _ type: fledge_type, _ level: Level) -> [UInt16] {
        var result = [UInt16](repeating: 0, count: values.count)
        result.withUnsafeMutableBytes { level.kernels.from_float(values, type, values.count, $0.baseAddress) }
        return result
    }

    @Test(arguments: Level.single)
    func `Every bfloat16 becomes the float of the same upper bits, and comes back`(level: Level) {
        let floats = toFloat(everyHalf(.bfloat16), level)
        for bits in 0..<65_536 { #expect(floats[bits].bitPattern == UInt32(bits) << 16) }
        let back = fromFloat(floats, FLEDGE_BFLOAT16, level)
        for bits in 0..<65_536 {
            // A signalling NaN becomes the quiet one with the same payload.
            let expected = floats[bits].isNaN ? UInt16(bits) | 0x40 : UInt16(bits)
            #expect(back[bits] == expected)
        }
    }

    #if arch(arm64) || os(Linux)
        @Test(arguments: Level.single)
        func `Every float16 becomes the float that Float16 says, and comes back`(level: Level) {
            let floats = toFloat(everyHalf(.float16), level)
            let back = fromFloat(floats, FLEDGE_FLOAT16, level)
            for bits in 0..<65_536 {
                let half = Float16(bitPattern: UInt16(bits))
                if half.isNaN {
                    #expect(floats[bits].isNaN && Float16(bitPattern: back[bits]).isNaN)
                } else {
                    #expect(floats[bits].bitPattern == Float(half).bitPattern)
                    #expect(back[bits] == UInt16(bits))
                }
            }
        }

        @Test(arguments: Level.single)
        func `Floats round to the float16 that Float16 rounds to, at and beside every tie`(level: Level) {
            var values: [Float] = []
            for bits in UInt16(0)..<0x7c00 {
                let (low, high) = (Float(Float16(bitPattern: bits)), Float(Float16(bitPattern: bits + 1)))
                // Between the largest number and infinity lies 65520.
                let middle = high.isInfinite ? 65_520 : (low + high) / 2
                for value in [middle, middle.nextDown, middle.nextUp] { values += [value, -value] }
            }
            values += [.infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e-30]
            let halves = fromFloat(values, FLEDGE_FLOAT16, level)
            for index in values.indices { #expect(halves[index] == Float16(values[index]).bitPattern) }
        }
    #endif

    @Test(arguments: Level.single)
    func `Floats round to the nearest bfloat16, ties to even`(level: Level) {
        var values: [Float] = []
        for bits in stride(from: UInt32(0), through: 0x7f7f, by: 1) {
            for low in [0x7fff, 0x8000, 0x8001] as [UInt32] {
                values.append(Float(bitPattern: bits << 16 | low))
                values.append(-Float(bitPattern: bits << 16 | low))
            }
        }
        values += [.infinity, -.infinity, .greatestFiniteMagnitude]
        let halves = fromFloat(values, FLEDGE_BFLOAT16, level)
        for index in values.indices {
            let expected = bfloat16(values[index])
            #expect(UInt32(halves[index]) << 16 == expected.bitPattern)
            // The helper is arithmetic on bits too: hold it to the definition.
            guard expected.isFinite else { continue }
            let error = abs(Double(expected) - Double(values[index]))
            for other in [halves[index] &+ 1, halves[index] &- 1] {
                let neighbour = Float(bitPattern: UInt32(other) << 16)
                guard neighbour.isFinite else { continue }
                let distance = abs(Double(neighbour) - Double(values[index]))
                #expect(error < distance || (error == distance && halves[index] & 1 == 0))
            }
        }
    }

    @Test(arguments: Level.single)
    func `A NaN stays one in either 16-bit type, alone and among numbers`(level: Level) {
        for type in [FLEDGE_BFLOAT16, FLEDGE_FLOAT16] {
            for position in 0..<33 {
                var values = [Float](repeating: 1, count: 33)
                values[position] = Float(bitPattern: 0x7f80_0001)
                let halves = fromFloat(values, type, level)
                let exponent: UInt16 = type == FLEDGE_BFLOAT16 ? 0x7f80 : 0x7c00
                for index in 0..<33 { #expect((halves[index] & 0x7fff > exponent) == (index == position)) }
            }
        }
    }

    @Test func `Floats become integers toward zero and within the type's range`() {
        let values = Tensor([1.9, -1.9, 300, -300, .nan, .infinity, -.infinity, 0])
        #expect(values.converted(to: .int64).integers == [1, -1, 300, -300, 0, .max, .min, 0])
        #expect(values.converted(to: .int32).integers == [1, -1, 300, -300, 0, 2_147_483_647, -2_147_483_648, 0])
        #expect(values.converted(to: .int8).scalars == [1, -1, 127, -128, 0, 127, -128, 0])
        #expect(values.converted(to: .uint8).converted(to: .int32).integers == [1, 0, 255, 0, 0, 255, 0, 0])
        #expect(values.converted(to: .bool).scalars == [1, 1, 1, 1, 0, 1, 1, 0])
    }

    @Test func `Every pair of types converts small integers exactly`() {
        let values = Tensor([0, 1, 1, 0])
        for first in DType.allCases {
            for second in DType.allCases {
                let converted = values.converted(to: first).converted(to: second)
                #expect(converted.dtype == second)
                #expect(converted.scalars == [0, 1, 1, 0], "\(first) to \(second)")
            }
        }
    }
}
