import CFledgeKernels

extension Tensor {
    /// A view of this tensor: `place` puts the view's gradient where its elements came from, in memory of its own unless
    /// `sharesMemory`.
    func recordedView(
        _ view: Tensor, transposed: Bool = false, sharesMemory: Bool = false,
        _ place: @escaping (_ gradient: Tensor, _ original: Tensor) -> Tensor
    ) -> Tensor {
        guard let node else { return view }
        let original = detached()
        return view.recorded(from: [node], transposed: transposed ? node : nil) { gradient in
            node.add(place(gradient.value, original), isOwned: gradient.isOwned || !sharesMemory)
        }
    }

    /// Zeros of this tensor's shape, in fresh memory.
    package func zerosLike() -> Tensor {
        Tensor(like: self, shape: shape).zeroInPlace()
    }

    /// A gradient with broadcast dimensions summed, in the shape that was broadcast.
    func reduced(to target: Shape) -> Tensor {
        if shape == target { return self }
        let width = target.last ?? 1
        // The usual case: one row, or one number, for all rows.
        if target.elementCount == width, shape.last == width || width == 1 {
            let source = contiguous()
            let result = Tensor(like: self, shape: target).zeroInPlace()
            if width == 1 {
                result.floats[0] = engine.kernels.pointee.sum(source.floats, elementCount)
            } else {
                var matrix = fledge_matrix(
                    data: source.floats, rows: elementCount / width, columns: width, stride: width)
                precondition(fledge_add_columns(engine.kernels, engine.pool, &matrix, result.floats), "out of memory")
            }
            withExtendedLifetime(source) {}
            return result
        }
        let result = Tensor(like: self, shape: target).zeroInPlace()
        let spread = result.broadcast(to: shape)
        var places: [Int] = []
        places.reserveCapacity(elementCount)
        spread.forEachRow { start, step, count in for index in 0..<count { places.append(start + index * step) } }
        let source = contiguous()
        let base = result.storage.pointer.assumingMemoryBound(to: Float.self)
        for (index, place) in places.enumerated() { base[place] += source.floats[index] }
        withExtendedLifetime((source, result)) {}
        return result
    }

    /// Zeros wherever this contiguous tensor's memory is; itself.
    func zeroInPlace() -> Tensor {
        UnsafeMutableRawPointer(floats).initializeMemory(as: UInt8.self, repeating: 0, count: elementCount * 4)
        return self
    }

    /// Writes a contiguous tensor's elements into this view's places.
    func write(_ source: Tensor) {
        let values = source.contiguous()
        let base = storage.pointer.assumingMemoryBound(to: Float.self)
        var at = 0
        forEachRow { start, step, count in
            for index in 0..<count { base[start + index * step] = values.floats[at + index] }
            at += count
        }
        withExtendedLifetime((self, values)) {}
    }
}

extension Tensor {
    /// The tensor `[rows, columns]` with another, `[rows, fewer]`, added to its columns from `column` on; in the same
    /// memory, so that what the tensor was before must not be looked at any more.
    package func addingColumns(_ other: Tensor, at column: Int) -> Tensor {
        let (rows, columns, width) = (shape[0], shape[1], other.shape[1])
        precondition(
            isContiguous && other.shape[0] == rows && column + width <= columns, "\(other.shape) into \(shape)")
        let source = other.contiguous()
        let kernels = engine.kernels.pointee
        for row in 0..<rows {
            let target = floats + row * columns + column
            kernels.binary(FLEDGE_ADD, target, source.floats + row * width, width, target)
        }
        withExtendedLifetime((self, source)) {}
        return detached().recorded(from: [self, other]) { gradient in
            if other.node != nil {
                let part = gradient.value.sliced(1, column..<column + width).contiguous()
                other.node?.add(part, isOwned: width < columns)
            }
            node?.add(gradient.value, isOwned: gradient.isOwned)
        }
    }
}
