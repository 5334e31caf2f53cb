package import CFledgeKernels

/// The type of a tensor's elements, known at run time.
public enum DType: String, Sendable, Codable, CaseIterable, CustomStringConvertible {
    case float32, bfloat16, float16, int8, uint8, int32, int64, bool

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .float32, .int32: 4
        case .bfloat16, .float16: 2
        case .int8, .uint8, .bool: 1
        case .int64: 8
        }
    }

    /// Whether elements are floating-point numbers.
    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .bfloat16, .float16: true
        default: false
        }
    }

    public var description: String { rawValue }

    /// The kernels' name for the type, nil for those that no kernel computes with.
    package var kernelType: fledge_type? {
        switch self {
        case .float32: FLEDGE_FLOAT32
        case .bfloat16: FLEDGE_BFLOAT16
        case .float16: FLEDGE_FLOAT16
        case .int8: FLEDGE_INT8
        default: nil
        }
    }
}
