/// Up to six lengths, kept inline so that making a tensor allocates nothing.
///
/// A shape is written as a literal, `[batch, length, width]`, and read by index; negative indices count from the end
/// through ``subscript(fromEnd:)``.
public struct Shape: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// The largest number of dimensions.
    public static let maximumRank = 6

    private var lengths: (Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0)
    private var rank: Int

    /// The shape of a scalar.
    public init() { rank = 0 }

    @inlinable public init(_ a: Int) {
        self.init()
        append(a)
    }

    @inlinable public init(_ a: Int, _ b: Int) {
        self.init()
        append(a)
        append(b)
    }

    @inlinable public init(_ a: Int, _ b: Int, _ c: Int) {
        self.init(a, b)
        append(c)
    }

    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// - Precondition: at most ``maximumRank`` lengths, none negative.
    public init(_ lengths: some Sequence<Int>) {
        self.init()
        for length in lengths { append(length) }
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { rank }

    public subscript(index: Int) -> Int {
        get {
            precondition(index >= 0 && index < rank, "index \(index) in a shape of rank \(rank)")
            return withUnsafeBytes(of: lengths) { $0.load(fromByteOffset: index * 8, as: Int.self) }
        }
        set {
            precondition(index >= 0 && index < rank, "index \(index) in a shape of rank \(rank)")
            withUnsafeMutableBytes(of: &lengths) { $0.storeBytes(of: newValue, toByteOffset: index * 8, as: Int.self) }
        }
    }

    /// The length of a dimension counted from the end: 0 is the last.
    public subscript(fromEnd index: Int) -> Int { self[rank - 1 - index] }

    /// Adds a last dimension.
    public mutating func append(_ length: Int) {
        precondition(rank < Shape.maximumRank, "a tensor has at most \(Shape.maximumRank) dimensions")
        rank += 1
        self[rank - 1] = length
    }

    /// The product of the lengths, 1 for a scalar.
    public var elementCount: Int {
        var product = 1
        for index in 0..<rank { product *= self[index] }
        return product
    }

    /// The strides, in elements, of a tensor of this shape laid out row after row.
    public var contiguousStrides: Shape {
        var strides = self
        var step = 1
        for index in stride(from: rank - 1, through: 0, by: -1) {
            strides[index] = step
            step *= self[index]
        }
        return strides
    }

    /// The shape that both operands stretch to: lengths are aligned at the end, and a length of 1 is repeated.
    ///
    /// - Returns: nil if two lengths differ and neither is 1.
    public static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
        let rank = Swift.max(a.count, b.count)
        var result = Shape()
        for index in 0..<rank {
            let x = index < rank - a.count ? 1 : a[index - (rank - a.count)]
            let y = index < rank - b.count ? 1 : b[index - (rank - b.count)]
            guard x == y || x == 1 || y == 1 else { return nil }
            result.append(x == 1 ? y : x)
        }
        return result
    }

    public static func == (a: Shape, b: Shape) -> Bool { a.elementsEqual(b) }

    public func hash(into hasher: inout Hasher) { for length in self { hasher.combine(length) } }

    public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}
