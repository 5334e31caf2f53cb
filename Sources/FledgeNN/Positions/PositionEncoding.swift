public import FledgeTensor

/// How a model knows where a token stands. Each kind acts in one of three places: on the embeddings, on queries and
/// keys, or on the scores of attention.
public protocol PositionEncoding: Sendable {
    /// Positions that there are numbers for; nil where any position has some.
    var limit: Int? { get }

    /// The embeddings `[rows, width]` with what stands for each row's position added.
    func embed(_ hidden: Tensor, positions: [Int]) -> Tensor

    /// The angles by which the rows' queries and keys are turned. `lengths` says for each row how long its sequence is
    /// or will be with all that is read at once: some scalings depend on it.
    func rotation(positions: [Int], lengths: [Int], workspace: Workspace) -> Rotation?

    /// What is added to the scores, for distances below `span`.
    func bias(span: Int) -> DistanceBias?
}

extension PositionEncoding {
    public var limit: Int? { nil }
    public func embed(_ hidden: Tensor, positions: [Int]) -> Tensor { hidden }
    public func rotation(positions: [Int], lengths: [Int], workspace: Workspace) -> Rotation? { nil }
    public func bias(span: Int) -> DistanceBias? { nil }
}

/// No positions at all.
public struct NoPositions: PositionEncoding {
    public init() {}
}

/// Angles for some rows: cosines and sines, each `[rows, channels / 2]`.
public struct Rotation: Sendable {
    public let cosines: Tensor
    public let sines: Tensor
}
