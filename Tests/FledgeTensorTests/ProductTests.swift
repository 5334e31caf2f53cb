import FledgeTensor
import Testing

@Suite struct ProductTests {
    static let rows = Array(1...13) + [24, 25]
    static let columns = [1, 15, 16, 31, 32, 33, 64, 65, 130]
    static let depths = Array(1...9) + [31, 64, 65]

    /// Every shape, each with two sets of options out of all in turn.
    private func withEveryCase(_ body: (ProductCase) -> Void) {
        var noise = Noise(state: 1)
        var turn = 0
        for rows in Self.rows {
            for columns in Self.columns {
                for depth in Self.depths {
                    for _ in 0..<2 {
                        // 56 sets and a step prime to it: neighbouring shapes meet unlike sets.
                        turn = (turn + 11) % ProductOptions.all.count
                        let options = ProductOptions.all[turn]
                        body(ProductCase(rows: rows, columns: columns, depth: depth, options: options, noise: &noise))
                    }
                }
            }
        }
    }

    @Test(arguments: Level.single, WeightType.allCases)
    func `A product of any shape is the double-precision one within rounding`(level: Level, type: WeightType) {
        var worstError = 0.0
        withEveryCase { product in
            let got = product.run(product.packed(type, level), level, rows: 0..<product.rows)
            let (values, allowed) = product.expected(type, level)
            let error = worst(got, values) { allowed[$0] }
            worstError = max(worstError, error)
            #expect(error <= 1, "\(product.rows) × \(product.columns) × \(product.depth), \(product.options)")
        }
        print("\(level.testDescription), \(type): \(worstError) of the allowed error")
    }

    @Test(arguments: Level.single, WeightType.allCases)
    func `Every combination of options holds on a shape with ragged edges`(level: Level, type: WeightType) {
        var noise = Noise(state: 2)
        for options in ProductOptions.all {
            for (rows, columns) in [(1, 33), (1, 170), (5, 17), (14, 49)] {
                let product = ProductCase(rows: rows, columns: columns, depth: 37, options: options, noise: &noise)
                let got = product.run(product.packed(type, level), level, rows: 0..<rows)
                let (values, allowed) = product.expected(type, level)
                #expect(worst(got, values) { allowed[$0] } <= 1, "\(rows) × \(columns), \(options)")
            }
        }
    }

    @Test(arguments: Level.single, WeightType.allCases)
    func `A row gives the same bits alone, in a batch, and on two threads`(level: Level, type: WeightType) throws {
        let pair = Level(try Engine(threads: 2, isa: level.engine.isa))
        var noise = Noise(state: 3)
        for options in ProductOptions.all {
            let product = ProductCase(rows: 27, columns: 257, depth: 67, options: options, noise: &noise)
            let weight = product.packed(type, level)
            let batch = product.run(weight, level, rows: 0..<27)
            #expect(identical(batch, product.run(product.packed(type, pair), pair, rows: 0..<27)), "\(options)")
            for row in [0, 11, 12, 26] {
                let alone = product.run(weight, level, rows: row..<row + 1)
                #expect(identical(alone, Array(batch[row * 257..<(row + 1) * 257])), "row \(row), \(options)")
            }
        }
    }

    @Test(arguments: Level.single, WeightType.allCases)
    func `A prompt-sized product is the same on one thread and two`(level: Level, type: WeightType) throws {
        let pair = Level(try Engine(threads: 2, isa: level.engine.isa))
        var noise = Noise(state: 4)
        let product = ProductCase(rows: 300, columns: 520, depth: 300, options: ProductOptions(), noise: &noise)
        let one = product.run(product.packed(type, level), level, rows: 0..<300)
        let two = product.run(product.packed(type, pair), pair, rows: 0..<300)
        #expect(identical(one, two))
        let (values, allowed) = product.expected(type, level)
        #expect(worst(one, values) { allowed[$0] } <= 1)
    }

    @Test(arguments: Level.single, WeightType.allCases)
    func `A weight stored in half precision packs to what its float32 form packs to`(level: Level, type: WeightType) {
        var noise = Noise(state: 5)
        let x = level.tensor(noise.floats(3 * 45), [3, 45])
        for dtype in [DType.bfloat16, .float16] {
            let stored = Tensor(noise.floats(70 * 45), shape: [70, 45]).converted(to: dtype)
            let half = PackedWeight([stored], type: type, engine: level.engine)
            let full = PackedWeight([stored.converted(to: .float32)], type: type, engine: level.engine)
            #expect(identical(x.product(half).scalars, x.product(full).scalars))
            #expect(identical(half.column(69), full.column(69)))
        }
    }

    @Test(arguments: Level.single, WeightType.allCases)
    func `Matrices packed one below the other give the products of each`(level: Level, type: WeightType) {
        var noise = Noise(state: 6)
        let x = level.tensor(noise.floats(13 * 20), [13, 20])
        for heights in [[20, 20, 20], [1, 31, 2], [40, 7], [3, 3, 3, 3]] {
            let parts = heights.map { Tensor(noise.floats($0 * 20), shape: [$0, 20]) }
            let joined = x.product(PackedWeight(parts, type: type, engine: level.engine))
            var column = 0
            for part in parts {
                let alone = x.product(PackedWeight([part], type: type, engine: level.engine)).scalars
                let slice = joined.sliced(1, column..<column + part.shape[0]).scalars
                #expect(identical(slice, alone), "\(heights)")
                column += part.shape[0]
            }
        }
    }

    @Test(arguments: WeightType.allCases)
    func `A column read back is the weight within its type's rounding`(type: WeightType) {
        var noise = Noise(state: 7)
        let values = noise.floats(40 * 13)
        let packed = PackedWeight([Tensor(values, shape: [40, 13])], type: type)
        for column in 0..<40 {
            let original = Array(values[column * 13..<(column + 1) * 13])
            let expected: [Float] =
                switch type {
                case .float32: original
                case .bfloat16: original.map(bfloat16)
                case .float16: ProductCase.throughFloat16(original)
                case .int8:
                    {
                        let (integers, scales) = ProductCase.quantised(original, depth: 13)
                        return integers.map { Float($0) * scales[0] }
                    }()
                }
            #expect(packed.column(column) == expected)
        }
    }

    @Test(arguments: Level.single, WeightType.allCases)
    func `NaN and infinity in a row stay in that row`(level: Level, type: WeightType) {
        var noise = Noise(state: 8)
        for bad in [Float.nan, .infinity, -.infinity] {
            for options in ProductOptions.all where options.hasBias || options.hasNorm || options.isGated {
                let product = ProductCase(rows: 14, columns: 35, depth: 41, options: options, noise: &noise)
                let weight = product.packed(type, level)
                for (row, position) in [(0, 0), (5, 40), (13, 17)] {
                    var x = product.x
                    x[row * 41 + position] = bad
                    let clean = level.tensor(product.x, [14, 41]).product(weight, activation: options.activation)
                    let dirty = level.tensor(x, [14, 41]).product(weight, activation: options.activation)
                    for other in 0..<14 where other != row {
                        #expect(identical(clean[other].scalars, dirty[other].scalars))
                    }
                    let reached = dirty[row].scalars
                    // ±infinity times a weight is an infinity where the type can hold one, and a gate may close on it.
                    if bad.isNaN || type == .int8 { #expect(reached.allSatisfy { $0.isNaN }, "\(bad) in row \(row)") }
                    if options.activation == .identity { #expect(reached.allSatisfy { !$0.isFinite }) }
                }
            }
        }
    }

    @Test(arguments: Level.single)
    func `A NaN in a weight reaches its own column only, int8 included`(level: Level) {
        var noise = Noise(state: 9)
        for type in WeightType.allCases {
            var values = noise.floats(35 * 9)
            values[33 * 9 + 4] = .nan
            let packed = PackedWeight([Tensor(values, shape: [35, 9])], type: type, engine: level.engine)
            let product = level.tensor(noise.floats(2 * 9), [2, 9]).product(packed).scalars
            for index in product.indices { #expect(product[index].isNaN == (index % 35 == 33), "\(type)") }
        }
    }

    @Test(arguments: Level.single, WeightType.allCases)
    func `Rows of zeros, subnormals and the largest floats neither trap nor turn into NaN`(
        level: Level, type: WeightType
    ) {
        let weight = PackedWeight(
            [Tensor([1, 0, 0, 0, 1, 0] as [Float], shape: [2, 3])], type: type, engine: level.engine)
        let product = level.tensor([0, 0, 0, 0x1p-139, 0, 0, 3e38, 0, 0, -3e38, 1, 3e38], [4, 3]).product(weight)
            .scalars
        #expect(product[0...1] == [0, 0])
        #expect(product[2] >= 0 && product[2] <= 0x1.8p-139)
        #expect(abs(product[4] / 3e38 - 1) < 5e-3)
        #expect(abs(product[6] / -3e38 - 1) < 5e-3)
    }

    @Test(arguments: Level.all)
    func `A product over no inputs is the bias, and over no rows is empty`(level: Level) {
        let nothing = PackedWeight([Tensor([Float](), shape: [3, 0])], type: .float32, engine: level.engine)
        let filler = level.tensor([9, 9, 9, 9, 9, 9], [6])
        _ = filler
        #expect(level.tensor([], [2, 0]).product(nothing, bias: Tensor([1, 2, 3])).scalars == [1, 2, 3, 1, 2, 3])
        let weight = PackedWeight([Tensor([1, 2] as [Float], shape: [1, 2])], type: .float32, engine: level.engine)
        #expect(level.tensor([], [0, 2]).product(weight).shape == [0, 1])
    }
}
