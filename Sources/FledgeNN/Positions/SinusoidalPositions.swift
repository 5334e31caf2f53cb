public import FledgeTensor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Sines and cosines of falling frequency, added to the embeddings (Vaswani et al. 2017, section 3.5).
public struct SinusoidalPositions: PositionEncoding {
    /// Which channel holds what.
    public enum Order: Sendable {
        /// sin, cos, sin, cos, …: the paper's.
        case alternating
        /// All sines, then all cosines: Marian's and Pegasus's.
        case halves
    }

    public let width: Int
    public let order: Order

    public init(width: Int, order: Order = .alternating) {
        self.width = width
        self.order = order
    }

    /// The vector of one position: channel pair i turns by position / 10000^(2 i / width).
    public func vector(of position: Int) -> [Float] {
        var vector = [Float](repeating: 0, count: width)
        let sines = (width + 1) / 2
        for channel in 0..<width {
            let pair: Int
            let isSine: Bool
            switch order {
            case .alternating: (pair, isSine) = (channel / 2, channel % 2 == 0)
            case .halves: (pair, isSine) = (channel < sines ? channel : channel - sines, channel < sines)
            }
            let angle = Double(position) / pow(10_000, 2 * Double(pair) / Double(width))
            vector[channel] = Float(isSine ? sin(angle) : cos(angle))
        }
        return vector
    }

    public func embed(_ hidden: Tensor, positions: [Int]) -> Tensor {
        hidden + Tensor(positions.flatMap(vector), shape: Shape(positions.count, width))
    }
}
