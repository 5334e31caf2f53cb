import CFledgeKernels

extension Tensor {
    /// Sums along the last dimension, which disappears. O(elements).
    public func sumOfRows() -> Tensor {
        mapRows { kernels, row, width in kernels.sum(row, width) }
    }

    /// Means along the last dimension, which disappears. O(elements).
    public func meanOfRows() -> Tensor {
        mapRows { kernels, row, width in kernels.sum(row, width) / Float(width) }
    }

    /// The position of the largest element of each row; the first of equals, never a NaN. O(elements).
    public func argmaxOfRows() -> [Int] {
        let source = converted(to: .float32).contiguous()
        let width = shape[fromEnd: 0]
        let kernels = engine.kernels.pointee
        return (0..<(width == 0 ? 0 : elementCount / width)).map { kernels.argmax(source.floats + $0 * width, width) }
    }

    /// Softmax along the last dimension, computed in float32 with the row's largest element subtracted. O(elements).
    public func softmax() -> Tensor {
        let source = converted(to: .float32).contiguous()
        let result = Tensor(like: source, shape: shape)
        let width = shape[fromEnd: 0]
        let rows = width == 0 ? 0 : elementCount / width
        engine.kernels.pointee.softmax(source.floats, rows, width, result.floats)
        return result
    }

    private func mapRows(_ body: (fledge_kernels, UnsafePointer<Float>, Int) -> Float) -> Tensor {
        let source = converted(to: .float32).contiguous()
        let width = shape[fromEnd: 0]
        let result = Tensor(like: source, shape: Shape(shape.dropLast()))
        let kernels = engine.kernels.pointee
        for row in 0..<result.elementCount { result.floats[row] = body(kernels, source.floats + row * width, width) }
        return result
    }

    /// The tensors one after the other along the first dimension. O(elements).
    ///
    /// - Precondition: at least one tensor; equal shapes but for the first dimension; equal types.
    public static func concatenated(_ tensors: [Tensor]) -> Tensor {
        guard let first = tensors.first else { preconditionFailure("nothing to concatenate") }
        var shape = first.shape
        shape[0] = tensors.reduce(0) { $0 + $1.shape[0] }
        let result = Tensor(zeros: shape, dtype: first.dtype)
        var at = result.pointer
        for tensor in tensors {
            precondition(
                tensor.shape.dropFirst().elementsEqual(first.shape.dropFirst()) && tensor.dtype == first.dtype,
                "cannot concatenate \(first.shape) and \(tensor.shape)")
            let source = tensor.contiguous()
            let bytes = tensor.elementCount * tensor.dtype.byteCount
            at.copyMemory(from: source.pointer, byteCount: bytes)
            at += bytes
        }
        return result.recorded(from: tensors.map { $0 }) { gradient in
            var row = 0
            for tensor in tensors {
                tensor.node?.add(gradient.value.sliced(0, row..<row + tensor.shape[0]), isOwned: false)
                row += tensor.shape[0]
            }
        }
    }

    /// The rows of a matrix at the given positions, as float32: an embedding look-up.
    ///
    /// The result is `[positions, width]`, in the workspace's memory: this is how a computation enters its workspace.
    ///
    /// - Precondition: rank 2, a floating-point type, every position within the rows.
    public func gatheredRows(_ positions: some Collection<Int>, in workspace: Workspace? = nil) -> Tensor {
        let shape = Shape(positions.count, self.shape[1])
        return gatherRows(positions, into: workspace.map { Tensor(in: $0, shape: shape) } ?? Tensor(zeros: shape))
    }

    /// The same in the memory of the workspace that another tensor came from.
    public func gatheredRows(_ positions: some Collection<Int>, like other: Tensor) -> Tensor {
        gatherRows(positions, into: Tensor(like: other, shape: Shape(positions.count, shape[1])))
    }

    private func gatherRows(_ positions: some Collection<Int>, into result: Tensor) -> Tensor {
        precondition(rank == 2, "rows of a tensor of shape \(shape)")
        guard let type = dtype.kernelType else { preconditionFailure("rows of a \(dtype) matrix") }
        let width = shape[1]
        let source = isContiguous ? self : contiguous()
        let kernels = result.engine.kernels.pointee
        var row = 0
        for position in positions {
            precondition(position >= 0 && position < self.shape[0], "row \(position) of \(self.shape[0])")
            kernels.to_float(
                source.pointer + position * width * dtype.byteCount, type, width, result.floats + row * width)
            row += 1
        }
        guard let node else { return result }
        let places = Array(positions)
        let shape = shape
        return result.recorded(from: [node]) { gradient in
            let rows = gradient.value.contiguous()
            let sums = node.buffer(shape: shape, like: rows, zeroed: true).tensor
            for (row, place) in places.enumerated() {
                let target = sums.floats + place * width
                kernels.binary(FLEDGE_ADD, target, rows.floats + row * width, width, target)
            }
            withExtendedLifetime((rows, sums)) {}
        }
    }
}

extension Engine {
    /// The position of the largest number; the first of equals, 0 where there is none.
    package func argmax(of row: UnsafeMutableBufferPointer<Float>) -> Int {
        guard let base = row.baseAddress else { return 0 }
        return kernels.pointee.argmax(base, row.count)
    }
}
