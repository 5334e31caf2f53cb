/// How near embeddings are to each other.
public enum Similarity {
    /// The cosine of the angle between two vectors, from −1 to 1; 0 where one is all zeros.
    ///
    /// - Throws: ``TaskError/dimensionMismatch(_:_:)``.
    public static func cosine(_ a: [Float], _ b: [Float]) throws(TaskError) -> Float {
        guard a.count == b.count else { throw .dimensionMismatch(a.count, b.count) }
        return dot(normalized(a), normalized(b))
    }

    /// The cosines of all pairs.
    ///
    /// - Returns: for each of `rows` a number for each of `columns`.
    /// - Throws: ``TaskError/dimensionMismatch(_:_:)``.
    public static func cosines(_ rows: [[Float]], _ columns: [[Float]]) throws(TaskError) -> [[Float]] {
        if let width = (rows.first ?? columns.first)?.count,
            let other = (rows + columns).first(where: { $0.count != width })
        {
            throw .dimensionMismatch(width, other.count)
        }
        let others = columns.map { normalized($0) }
        return rows.map { row in
            let row = normalized(row)
            return others.map { dot(row, $0) }
        }
    }

    /// x / |x|
    static func normalized(_ vector: some Collection<Float>) -> [Float] {
        let length = max(vector.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
        return vector.map { $0 / length }
    }

    private static func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
