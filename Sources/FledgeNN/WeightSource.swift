public import FledgeTensor

/// Where the weights of a model come from: a checkpoint's files, or parameters in memory that are being learned.
public protocol WeightSource {
    /// What errors call it.
    var path: String { get }
    /// The names of all tensors.
    var names: [String] { get }
    func contains(_ name: String) -> Bool
    /// Whether a name begins with the path and a dot.
    func containsAnything(under path: String) -> Bool
    /// The shape of a tensor that a layer wants, of however many dimensions; nil where there is none of the name.
    func shape(of name: String, wanted: Shape) -> [Int]?
    /// - Throws: ``SafetensorsError``.
    func tensor(_ name: String) throws(SafetensorsError) -> Tensor
    /// The packed weight of matrices, one below the other, that this source keeps between one model and the next because
    /// nobody learns them; nil for all others. `pack` makes it.
    func packed(_ matrices: [Tensor], type: WeightType, pack: () -> PackedWeight) -> PackedWeight?
}

extension WeightSource {
    public func packed(_ matrices: [Tensor], type: WeightType, pack: () -> PackedWeight) -> PackedWeight? { nil }
}

extension WeightSource {
    public func containsAnything(under path: String) -> Bool { names.contains { $0.hasPrefix(path + ".") } }
}

extension Checkpoint: WeightSource {
    public func contains(_ name: String) -> Bool { entry(name) != nil }
    public func shape(of name: String, wanted: Shape) -> [Int]? { entry(name)?.shape }
}
