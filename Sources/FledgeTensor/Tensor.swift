import CFledgeKernels

/// An array of numbers with a shape: an eager, copy-on-write, `Sendable` value.
///
/// Views (``reshaped(_:)``, ``transposed(_:_:)``, ``sliced(_:_:)``, ``broadcast(to:)``) share memory and cost nothing;
/// writing through ``withMutableFloats(_:)`` copies first when the memory is shared. Arithmetic is in float32.
///
/// Gradients flow back through the operations of tensors that come from a ``Parameter``; see ``backward(factor:)``.
public struct Tensor: Sendable {
    package var storage: Storage
    /// The position of the first element, in elements.
    package var offset: Int
    public private(set) var shape: Shape
    /// Elements to step over for one step in each dimension.
    public private(set) var strides: Shape
    public let dtype: DType
    /// Where gradients flow back to, if they do.
    package var node: GradientNode?

    package init(storage: Storage, offset: Int = 0, shape: Shape, strides: Shape? = nil, dtype: DType) {
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.strides = strides ?? shape.contiguousStrides
        self.dtype = dtype
    }

    /// A float32 tensor with arbitrary contents, from the workspace that `other` came from.
    package init(like other: Tensor, shape: Shape) {
        let bytes = shape.elementCount * 4
        self.init(
            storage: other.storage.workspace?.storage(byteCount: bytes) ?? Storage(byteCount: bytes),
            shape: shape, dtype: .float32)
    }

    /// A float32 tensor with arbitrary contents in a workspace's memory.
    package init(in workspace: Workspace, shape: Shape) {
        self.init(storage: workspace.core.storage(byteCount: shape.elementCount * 4), shape: shape, dtype: .float32)
    }

    /// Zeros.
    public init(zeros shape: Shape, dtype: DType = .float32) {
        self.init(storage: Storage(byteCount: shape.elementCount * dtype.byteCount), shape: shape, dtype: dtype)
    }

    /// The given numbers, row after row.
    ///
    /// - Precondition: as many numbers as `shape` has elements.
    public init(_ values: [Float], shape: Shape) {
        precondition(values.count == shape.elementCount, "\(values.count) numbers for shape \(shape)")
        self.init(zeros: shape)
        values.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { storage.pointer.copyMemory(from: base, byteCount: bytes.count) }
        }
    }

    /// A one-dimensional tensor of the given numbers.
    public init(_ values: [Float]) { self.init(values, shape: Shape(values.count)) }

    /// The given integers, row after row, as int64.
    public init(_ values: [Int], shape: Shape) {
        precondition(values.count == shape.elementCount, "\(values.count) numbers for shape \(shape)")
        self.init(zeros: shape, dtype: .int64)
        values.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { storage.pointer.copyMemory(from: base, byteCount: bytes.count) }
        }
    }

    /// The engine that computes with this tensor.
    public var engine: Engine { storage.workspace?.engine ?? .shared }

    public var rank: Int { shape.count }
    public var elementCount: Int { shape.elementCount }

    /// Whether elements lie row after row without gaps.
    public var isContiguous: Bool {
        var step = 1
        for index in stride(from: shape.count - 1, through: 0, by: -1) {
            if shape[index] != 1 && strides[index] != step { return false }
            step *= shape[index]
        }
        return true
    }

    /// Whether this is a matrix whose columns, not its rows, lie one after the other without gaps.
    var isTransposedMatrix: Bool { rank == 2 && strides[0] == 1 && strides[1] >= shape[0] && !isContiguous }

    // MARK: Views. All are O(1) and share memory.

    /// The same elements in another shape. A tensor with gaps is copied first.
    ///
    /// - Precondition: the same number of elements.
    public func reshaped(_ shape: Shape) -> Tensor {
        precondition(shape.elementCount == elementCount, "cannot reshape \(self.shape) to \(shape)")
        let source = isContiguous ? self : contiguous()
        let result = Tensor(storage: source.storage, offset: source.offset, shape: shape, dtype: dtype)
        return recordedView(result, sharesMemory: true) { gradient, original in
            gradient.contiguous().reshaped(original.shape)
        }
    }

    /// Two dimensions exchanged.
    public func transposed(_ a: Int, _ b: Int) -> Tensor {
        var result = detached()
        (result.shape[a], result.shape[b]) = (shape[b], shape[a])
        (result.strides[a], result.strides[b]) = (strides[b], strides[a])
        return recordedView(result, transposed: rank == 2) { gradient, _ in gradient.transposed(a, b).contiguous() }
    }

    /// The elements of `range` in one dimension.
    ///
    /// - Precondition: the range lies within the dimension.
    public func sliced(_ dimension: Int, _ range: Range<Int>) -> Tensor {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= shape[dimension],
            "slice \(range) of a dimension of length \(shape[dimension])")
        var result = detached()
        result.offset += range.lowerBound * strides[dimension]
        result.shape[dimension] = range.count
        return recordedView(result) { gradient, original in
            let whole = original.zerosLike()
            whole.sliced(dimension, range).write(gradient)
            return whole
        }
    }

    /// One index of the first dimension, which disappears.
    public subscript(index: Int) -> Tensor {
        precondition(index >= 0 && index < shape[0], "index \(index) of a dimension of length \(shape[0])")
        if node != nil { return sliced(0, index..<index + 1).reshaped(Shape(shape.dropFirst())) }
        return Tensor(
            storage: storage, offset: offset + index * strides[0], shape: Shape(shape.dropFirst()),
            strides: Shape(strides.dropFirst()), dtype: dtype)
    }

    /// Repeated along dimensions of length 1 (stride 0), new dimensions in front.
    ///
    /// - Precondition: `shape` is what broadcasting allows.
    public func broadcast(to shape: Shape) -> Tensor {
        precondition(Shape.broadcast(self.shape, shape) == shape, "cannot broadcast \(self.shape) to \(shape)")
        var steps = Shape()
        let added = shape.count - self.shape.count
        for index in 0..<shape.count {
            let isRepeated = index < added || (self.shape[index - added] == 1 && shape[index] != 1)
            steps.append(isRepeated ? 0 : strides[index - added])
        }
        return Tensor(storage: storage, offset: offset, shape: shape, strides: steps, dtype: dtype)
    }

    /// The same tensor with elements row after row; itself where it already is so. O(elements) otherwise.
    public func contiguous() -> Tensor {
        if isContiguous { return self }
        let bytes = elementCount * dtype.byteCount
        let result = Tensor(
            storage: storage.workspace?.storage(byteCount: bytes) ?? Storage(byteCount: bytes), shape: shape,
            dtype: dtype)
        let size = dtype.byteCount
        var at = 0
        forEachRow { start, step, count in
            let source = storage.pointer + start * size
            let target = result.storage.pointer + at * size
            if step == 1 {
                target.copyMemory(from: source, byteCount: count * size)
            } else {
                for index in 0..<count {
                    (target + index * size).copyMemory(from: source + index * step * size, byteCount: size)
                }
            }
            at += count
        }
        return recordedView(result, sharesMemory: true) { gradient, _ in gradient }
    }

    /// Calls `body` with the first position, the step and the count of every innermost row, in order.
    package func forEachRow(_ body: (_ start: Int, _ step: Int, _ count: Int) -> Void) {
        guard elementCount > 0 else { return }
        guard rank > 0 else { return body(offset, 1, 1) }
        let inner = shape[rank - 1]
        let innerStep = strides[rank - 1]
        var index = Shape(repeatElement(0, count: rank - 1))
        var position = offset
        while true {
            body(position, innerStep, inner)
            var dimension = rank - 2
            while dimension >= 0 {
                index[dimension] += 1
                position += strides[dimension]
                if index[dimension] < shape[dimension] { break }
                position -= strides[dimension] * shape[dimension]
                index[dimension] = 0
                dimension -= 1
            }
            if dimension < 0 { return }
        }
    }

    // MARK: Reading and writing

    /// The first element's address.
    package var pointer: UnsafeMutableRawPointer { storage.pointer + offset * dtype.byteCount }

    /// The first element's address as a float.
    ///
    /// - Precondition: float32.
    package var floats: UnsafeMutablePointer<Float> {
        precondition(dtype == .float32, "float32 expected, got \(dtype)")
        return (storage.pointer + offset * 4).assumingMemoryBound(to: Float.self)
    }

    /// Lends the elements of a contiguous float32 tensor.
    public func withFloats<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let source = converted(to: .float32).contiguous()
        defer { withExtendedLifetime(source.storage) {} }
        return try body(UnsafeBufferPointer(start: source.floats, count: elementCount))
    }

    /// Lends the elements for writing; copies first if the memory is shared or has gaps.
    ///
    /// - Precondition: float32.
    public mutating func withMutableFloats<Result, Failure: Error>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if !isContiguous || !storage.isWritable || !isKnownUniquelyReferenced(&storage) {
            let copy = Tensor(like: self, shape: shape)
            let source = contiguous()
            copy.storage.pointer.copyMemory(from: source.pointer, byteCount: elementCount * 4)
            self = copy
        }
        return try body(UnsafeMutableBufferPointer(start: floats, count: elementCount))
    }

    /// All elements as floats, row after row.
    public var scalars: [Float] { withFloats { Array($0) } }

    /// All elements of an integer tensor, row after row.
    ///
    /// - Precondition: int64 or int32.
    public var integers: [Int] {
        let source = contiguous()
        switch dtype {
        case .int64:
            return (0..<elementCount).map { source.pointer.loadUnaligned(fromByteOffset: $0 * 8, as: Int.self) }
        case .int32:
            return (0..<elementCount).map {
                Int(source.pointer.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self))
            }
        default: preconditionFailure("integers of a \(dtype) tensor")
        }
    }
}
