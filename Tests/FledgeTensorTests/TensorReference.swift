import FledgeTensor

/// Arithmetic on nested indices, one element at a time.
enum Naive {
    /// Every index of a shape, row after row.
    static func indices(_ shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { indices, length in indices.flatMap { index in (0..<length).map { index + [$0] } } }
    }

    /// The element of a contiguous array of `shape` at an index, broadcast.
    static func element(_ values: [Float], _ shape: [Int], _ index: [Int]) -> Float {
        var at = 0
        let skipped = index.count - shape.count
        for (dimension, length) in shape.enumerated() {
            at = at * length + (length == 1 ? 0 : index[skipped + dimension])
        }
        return values[at]
    }

    static func count(_ shape: [Int]) -> Int { shape.reduce(1, *) }

    /// Every shape of at most `rank` dimensions with these lengths.
    static func shapes(rank: Int, lengths: [Int]) -> [[Int]] {
        (0...rank).flatMap { indices(Array(repeating: lengths.count, count: $0)).map { $0.map { lengths[$0] } } }
    }
}

/// 0, 1, 2, … in a shape.
func counting(_ shape: Shape) -> Tensor { Tensor((0..<shape.elementCount).map(Float.init), shape: shape) }
