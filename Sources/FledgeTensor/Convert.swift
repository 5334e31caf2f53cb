import CFledgeKernels

extension Tensor {
    /// The elements as another type; itself where that is what they are. O(elements), contiguous.
    ///
    /// Floating-point numbers become integers by rounding toward zero, and lose precision to nearest even.
    public func converted(to target: DType) -> Tensor {
        if target == dtype { return self }
        let source = contiguous()
        if let from = dtype.kernelType, dtype != .float32, target == .float32 {
            let result = Tensor(like: self, shape: shape)
            engine.kernels.pointee.to_float(source.pointer, from, elementCount, result.floats)
            return result
        }
        if dtype == .float32, let to = target.kernelType, target != .int8 {
            let result = Tensor(zeros: shape, dtype: target)
            engine.kernels.pointee.from_float(source.floats, to, elementCount, result.pointer)
            return result
        }
        if dtype.isFloatingPoint && dtype != .float32 { return converted(to: .float32).converted(to: target) }
        if target.isFloatingPoint && target != .float32 { return converted(to: .float32).converted(to: target) }
        let result = Tensor(zeros: shape, dtype: target)
        for index in 0..<elementCount { source.element(index).store(to: result.pointer, at: index, as: target) }
        return result
    }

    /// Element `index` of a contiguous integer, boolean or float32 tensor.
    private func element(_ index: Int) -> Scalar {
        switch dtype {
        case .float32: .real(pointer.loadUnaligned(fromByteOffset: index * 4, as: Float.self))
        case .int64: .integer(pointer.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))
        case .int32: .integer(Int64(pointer.loadUnaligned(fromByteOffset: index * 4, as: Int32.self)))
        case .int8: .integer(Int64(pointer.load(fromByteOffset: index, as: Int8.self)))
        default: .integer(Int64(pointer.load(fromByteOffset: index, as: UInt8.self)))
        }
    }
}

/// One number between two element types.
private enum Scalar {
    case real(Float)
    case integer(Int64)

    private var asInteger: Int64 {
        switch self {
        case .integer(let value): value
        case .real(let value): value.isNaN ? 0 : value >= 0x1p63 ? .max : value < -0x1p63 ? .min : Int64(value)
        }
    }

    func store(to pointer: UnsafeMutableRawPointer, at index: Int, as dtype: DType) {
        switch dtype {
        case .float32:
            let value: Float
            switch self {
            case .real(let real): value = real
            case .integer(let integer): value = Float(integer)
            }
            pointer.storeBytes(of: value, toByteOffset: index * 4, as: Float.self)
        case .int64: pointer.storeBytes(of: asInteger, toByteOffset: index * 8, as: Int64.self)
        case .int32: pointer.storeBytes(of: Int32(clamping: asInteger), toByteOffset: index * 4, as: Int32.self)
        case .int8: pointer.storeBytes(of: Int8(clamping: asInteger), toByteOffset: index, as: Int8.self)
        case .bool: pointer.storeBytes(of: asInteger == 0 ? 0 : 1, toByteOffset: index, as: UInt8.self)
        default: pointer.storeBytes(of: UInt8(clamping: asInteger), toByteOffset: index, as: UInt8.self)
        }
    }
}
