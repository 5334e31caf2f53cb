public import FledgeTensor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Rotary positions (Su et al. 2021): pairs of channels of every query and key are turned by an angle that grows with
/// the position, so that scores depend on distances.
public struct RotaryPositions: PositionEncoding {
    /// How the angles are stretched for contexts longer than the model was first trained with.
    public enum Scaling: Sendable, Equatable {
        case none
        /// All angles divided by a factor (position interpolation, Chen et al. 2023).
        case linear(factor: Float)
        /// The base grows with the length of the sequence once that exceeds what the model was trained with.
        case dynamic(factor: Float)
        /// Long waves divided by the factor, short ones kept, those between blended (Llama 3.1).
        case llama3(factor: Float, lowFrequencyFactor: Float, highFrequencyFactor: Float, originalLength: Int)
    }

    /// Channels of a head that are turned; even.
    public let width: Int
    public let base: Float
    public let scaling: Scaling
    /// The length that the model was trained with.
    public let trainedLength: Int
    private let frequencies: [Float]

    public init(width: Int, base: Float, scaling: Scaling = .none, trainedLength: Int) {
        self.width = width
        self.base = base
        self.scaling = scaling
        self.trainedLength = trainedLength
        frequencies = RotaryPositions.scaled(RotaryPositions.frequencies(width: width, base: base), by: scaling)
    }

    /// base^(-2 i / width).
    private static func frequencies(width: Int, base: Float) -> [Float] {
        (0..<width / 2).map { 1 / powf(base, Float(2 * $0) / Float(width)) }
    }

    private static func scaled(_ frequencies: [Float], by scaling: Scaling) -> [Float] {
        switch scaling {
        case .none, .dynamic: return frequencies
        case .linear(let factor): return frequencies.map { $0 / factor }
        case .llama3(let factor, let low, let high, let length):
            let (longest, shortest) = (Float(length) / low, Float(length) / high)
            return frequencies.map { frequency in
                let wave = 2 * Float.pi / frequency
                if wave < shortest { return frequency }
                if wave > longest { return frequency / factor }
                let share = (Float(length) / wave - low) / (high - low)
                return (1 - share) * frequency / factor + share * frequency
            }
        }
    }

    /// Angle a position, for each pair of channels, in a sequence of a length.
    public func frequencies(length: Int) -> [Float] {
        guard case .dynamic(let factor) = scaling, length > trainedLength, width > 2 else { return frequencies }
        let stretch = Double(factor) * Double(length) / Double(trainedLength) - (Double(factor) - 1)
        let stretched = Double(base) * pow(stretch, Double(width) / Double(width - 2))
        return RotaryPositions.frequencies(width: width, base: Float(stretched))
    }

    /// Angles are float32 products, as the reference takes them.
    public func rotation(positions: [Int], lengths: [Int], workspace: Workspace) -> Rotation? {
        let half = width / 2
        let shape = Shape(positions.count, half)
        let (cosines, sines) = (Tensor(in: workspace, shape: shape), Tensor(in: workspace, shape: shape))
        var (length, current) = (0, frequencies)
        for (row, position) in positions.enumerated() {
            if case .dynamic = scaling, lengths[row] != length {
                length = lengths[row]
                current = frequencies(length: length)
            }
            for pair in 0..<half {
                let angle = Double(Float(position) * current[pair])
                cosines.floats[row * half + pair] = Float(cos(angle))
                sines.floats[row * half + pair] = Float(sin(angle))
            }
        }
        return Rotation(cosines: cosines, sines: sines)
    }
}
