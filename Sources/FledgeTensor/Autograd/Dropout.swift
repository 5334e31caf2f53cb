/// Numbers left out at random while training (Srivastava et al. 2014).
public struct Dropout: Sendable {
    /// Of a number being left out; below 1.
    public let probability: Float
    /// Which are left out is a function of this and of a number's place.
    public let seed: UInt64

    public init(probability: Float, seed: UInt64) {
        self.probability = probability
        self.seed = seed
    }

    /// The same with other numbers left out: one for each use in a layer.
    public func stream(_ index: UInt64) -> Dropout {
        Dropout(probability: probability, seed: seed &+ index &* 0x9E37_79B9_7F4A_7C15)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { x.dropout(probability, seed: seed) }
}
