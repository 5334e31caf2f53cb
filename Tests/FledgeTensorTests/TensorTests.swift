import FledgeTensor
import Testing

@Suite struct TensorTests {
    @Test func `Transposed elements are those with exchanged indices, for every pair of dimensions`() {
        let shape = [2, 3, 1, 4]
        let tensor = counting(Shape(shape))
        for a in 0..<4 {
            for b in 0..<4 {
                let transposed = tensor.transposed(a, b)
                var expected: [Float] = []
                for index in Naive.indices(Array(transposed.shape)) {
                    var original = index
                    original.swapAt(a, b)
                    expected.append(Naive.element(tensor.scalars, shape, original))
                }
                #expect(transposed.scalars == expected)
                #expect(transposed.contiguous().isContiguous)
                #expect(transposed.contiguous().scalars == expected)
                #expect(transposed.reshaped([24]).scalars == expected)
            }
        }
    }

    @Test func `A slice has the elements of its range, in every dimension and for every range`() {
        let shape = [3, 4, 2]
        let tensor = counting(Shape(shape))
        for dimension in 0..<3 {
            for lower in 0...shape[dimension] {
                for upper in lower...shape[dimension] {
                    let slice = tensor.sliced(dimension, lower..<upper)
                    let expected = Naive.indices(shape).filter { (lower..<upper).contains($0[dimension]) }
                        .map { Naive.element(tensor.scalars, shape, $0) }
                    #expect(slice.scalars == expected)
                    #expect(slice.shape[dimension] == upper - lower)
                }
            }
        }
    }

    @Test func `An index takes the first dimension away, of views too`() {
        let tensor = counting([3, 2, 2])
        #expect(tensor[1].scalars == [4, 5, 6, 7] && tensor[1].shape == [2, 2])
        #expect(tensor.transposed(0, 2)[1].scalars == [1, 5, 9, 3, 7, 11])
        #expect(tensor.sliced(0, 1..<3)[1][0].scalars == [8, 9])
        #expect(tensor[2][1][0].scalars == [10] && tensor[2][1][0].shape == [])
    }

    @Test func `Views share memory and writing to one copies it first`() {
        let original = counting([2, 3])
        for view in [
            original, original.transposed(0, 1), original.sliced(1, 1..<3), original[1], original.reshaped([6]),
        ] {
            #expect(view.storage === original.storage)
            let before = view.scalars
            var copy = view
            copy.withMutableFloats { floats in for index in floats.indices { floats[index] += 100 } }
            #expect(copy.scalars == before.map { $0 + 100 })
            #expect(view.scalars == before)
            #expect(original.scalars == [0, 1, 2, 3, 4, 5])
        }
    }

    @Test func `A tensor that nobody shares is written in place`() {
        var tensor = counting([4])
        let address = tensor.pointer
        tensor.withMutableFloats { $0[2] = 9 }
        #expect(tensor.pointer == address)
        #expect(tensor.scalars == [0, 1, 9, 3])
    }

    @Test func `A repeated tensor is written as the elements that it shows`() {
        var tensor = Tensor([1, 2]).broadcast(to: [2, 2])
        tensor.withMutableFloats { $0[0] = 5 }
        #expect(tensor.scalars == [5, 2, 1, 2])
    }

    @Test func `Tensors with no elements have shapes all the same`() {
        for shape in [[0], [2, 0], [0, 3], [2, 0, 3]] as [Shape] {
            let empty = Tensor(zeros: shape)
            #expect(empty.scalars == [] && empty.elementCount == 0)
            #expect((empty + empty).shape == shape)
            #expect(empty.softmax().shape == shape && empty.applying(.gelu).shape == shape)
            #expect(empty.contiguous().reshaped([0, 7]).shape == [0, 7])
        }
        #expect(Tensor(zeros: [3, 0]).sliced(0, 1..<1).shape == [0, 0])
        #expect(Tensor(zeros: []).scalars == [0])
    }

    @Test(arguments: DType.allCases)
    func `Concatenation puts rows one after the other, whatever the type and the views`(dtype: DType) {
        let a = counting([3, 2]).converted(to: dtype)
        let joined = Tensor.concatenated([a, a.sliced(0, 1..<2), a.sliced(0, 0..<0), a.sliced(0, 0..<2)])
        #expect(joined.dtype == dtype && joined.shape == [6, 2])
        let expected = ([0, 1, 2, 3, 4, 5, 2, 3, 0, 1, 2, 3] as [Float]).map { dtype == .bool ? min($0, 1) : $0 }
        #expect(joined.converted(to: .float32).scalars == expected)
        let square = counting([2, 2]).converted(to: dtype)
        let turned = Tensor.concatenated([square.transposed(0, 1), square]).converted(to: .float32).scalars
        #expect(turned == ([0, 2, 1, 3, 0, 1, 2, 3] as [Float]).map { dtype == .bool ? min($0, 1) : $0 })
    }

    @Test(arguments: [DType.float32, .bfloat16, .float16, .int8])
    func `Gathered rows are the rows at the positions, of views and in a workspace too`(dtype: DType) {
        let table = counting([5, 19]).converted(to: dtype)
        let expected = { (rows: [Int]) in rows.flatMap { row in (0..<19).map { Float(row * 19 + $0) } } }
        #expect(table.gatheredRows([4, 0, 0, 2]).scalars == expected([4, 0, 0, 2]))
        #expect(table.gatheredRows([Int]()).shape == [0, 19])
        #expect(table.sliced(0, 2..<4).gatheredRows([1]).scalars == expected([3]))
        for level in Level.single {
            let gathered = table.gatheredRows([1, 3], in: level.workspace)
            #expect(gathered.scalars == expected([1, 3]))
            #expect(gathered.engine === level.engine)
        }
        let turned = table.transposed(0, 1).gatheredRows([18]).scalars
        #expect(turned == [18, 37, 56, 75, 94])
    }

    @Test func `Integers read back what was put in`() {
        #expect(Tensor([3, -1, .max, .min] as [Int], shape: [2, 2]).transposed(0, 1).integers == [3, .max, -1, .min])
        #expect(Tensor([7.0, -2]).converted(to: .int32).integers == [7, -2])
    }

    @Test func `A shape prints, compares and lays out as its lengths`() {
        let shape: Shape = [2, 3, 4]
        #expect(shape.description == "[2, 3, 4]" && Shape().description == "[]")
        #expect(shape == Shape(2, 3, 4) && shape != [2, 3] && Set([shape, Shape(2, 3, 4)]).count == 1)
        #expect(shape.contiguousStrides == [12, 4, 1] && shape.elementCount == 24 && Shape().elementCount == 1)
        #expect(shape[fromEnd: 0] == 4 && shape[fromEnd: 2] == 2)
        #expect(Shape(shape.dropFirst()) == [3, 4])
        #expect(Shape.broadcast([2, 1], [3]) == [2, 3] && Shape.broadcast([2], [3]) == nil)
        #expect(Shape.broadcast([0], [1]) == [0] && Shape.broadcast([0], [2]) == nil)
        #expect(Shape.broadcast([], [4, 5]) == [4, 5])
    }
}
