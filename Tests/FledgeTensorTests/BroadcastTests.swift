import FledgeTensor
import Testing

@Suite struct BroadcastTests {
    @Test(arguments: Level.single)
    func `Arithmetic broadcasts every pair of shapes up to rank three as element by element`(level: Level) {
        var noise = Noise(state: 61)
        let shapes = Naive.shapes(rank: 3, lengths: [1, 2, 5])
        for a in shapes {
            for b in shapes {
                guard let shape = Shape.broadcast(Shape(a), Shape(b)) else { continue }
                let (x, y) = (noise.floats(Naive.count(a)), noise.floats(Naive.count(b)))
                let result = level.tensor(x, Shape(a)) - level.tensor(y, Shape(b))
                let expected = Naive.indices(Array(shape)).map { Naive.element(x, a, $0) - Naive.element(y, b, $0) }
                #expect(result.shape == shape && result.scalars == expected, "\(a) - \(b)")
            }
        }
    }

    @Test(arguments: Level.single)
    func `Arithmetic of transposed and sliced operands is that of their copies`(level: Level) {
        var noise = Noise(state: 62)
        let matrix = level.tensor(noise.floats(6 * 7), [6, 7])
        let views = [
            matrix.transposed(0, 1), matrix.transposed(0, 1).sliced(0, 2..<5), matrix.sliced(1, 1..<7),
            matrix.sliced(0, 1..<2), matrix.sliced(1, 3..<4), matrix[3],
        ]
        for a in views {
            for b in views where Shape.broadcast(a.shape, b.shape) != nil {
                #expect((a * b).scalars == (a.contiguous() * b.contiguous()).scalars, "\(a.shape) · \(b.shape)")
                #expect((b.maximum(a)).scalars == (b.contiguous().maximum(a.contiguous())).scalars)
            }
        }
    }

    @Test func `Broadcasting copies nothing and contiguous() does`() {
        let row = Tensor([1, 2, 3])
        let repeated = row.broadcast(to: [2, 2, 3])
        #expect(repeated.storage === row.storage && !repeated.isContiguous)
        #expect(repeated.contiguous().scalars == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
        #expect(Tensor([4]).broadcast(to: [0]).scalars == [])
    }

    @Test(arguments: Level.single)
    func `Matrix products broadcast their leading dimensions`(level: Level) {
        var noise = Noise(state: 63)
        let batches: [([Int], [Int])] = [
            ([], []), ([3], []), ([], [3]), ([3], [3]), ([2, 1], [3]), ([2, 3], [2, 3]), ([1], [4]), ([0], [1]),
        ]
        for (first, second) in batches {
            for (n, k, m) in [(1, 1, 1), (2, 3, 4), (13, 33, 5), (1, 7, 40), (3, 0, 2), (0, 3, 2), (2, 3, 0)] {
                let (a, b) = (first + [n, k], second + [k, m])
                let (x, y) = (noise.floats(Naive.count(a)), noise.floats(Naive.count(b)))
                let product = level.tensor(x, Shape(a)).matmul(level.tensor(y, Shape(b)))
                guard let batch = Shape.broadcast(Shape(first), Shape(second)) else { continue }
                let expected = Naive.indices(Array(batch) + [n, m]).map { index in
                    (0..<k).reduce(0.0) { sum, inner in
                        let left = Naive.element(x, a, index.dropLast() + [inner])
                        let right = Naive.element(y, b, index.dropLast(2) + [inner, index[index.count - 1]])
                        return sum + Double(left) * Double(right)
                    }
                }
                #expect(Array(product.shape) == Array(batch) + [n, m])
                #expect(worst(product.scalars, expected) { _ in 1e-5 * Double(k + 1) } <= 1, "\(a) · \(b)")
            }
        }
    }

    @Test func `Matrix products of transposed operands are those of their copies`() {
        var noise = Noise(state: 64)
        let (a, b) = (Tensor(noise.floats(20), shape: [5, 4]), Tensor(noise.floats(15), shape: [3, 5]))
        let product = a.transposed(0, 1).matmul(b.transposed(0, 1))
        #expect(product.scalars == a.transposed(0, 1).contiguous().matmul(b.transposed(0, 1).contiguous()).scalars)
        #expect(product.shape == [4, 3])
    }
}
