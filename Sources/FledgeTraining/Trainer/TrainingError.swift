/// Why a training run cannot start or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    case unsupportedType(String)
    case noHead(String, String)
    case wrongLabels(String)
    case noTargetModules([String])
    case cannotAdapt(String)
    case badAdapter(String, String)
    case badOption(String, String)
    case notFinite(what: String, step: Int, batch: String, checkpoint: String?)
    case noData(String)
    case otherModel(String, String)

    public var description: String {
        switch self {
        case .unsupportedType(let type): "a model cannot learn in \(type); use float32 or bfloat16"
        case .noHead(let task, let type): "a model of type \(type) has no head for \(task)"
        case .wrongLabels(let task):
            "an example's labels are not those of \(task): check the objective, and that labels lie within the vocabulary "
                + "or the classes"
        case .noTargetModules(let names):
            "no layer's name ends with \(names.map { "“\($0)”" }.joined(separator: " or ")); give the names of linear "
                + "layers of this model"
        case .cannotAdapt(let layer):
            "the layer “\(layer)” is fused with others in this family and cannot have an adapter; leave it out of the target "
                + "modules"
        case .badAdapter(let path, let reason): "\(path): \(reason)"
        case .badOption(let name, let rule): "\(name) must be \(rule)"
        case .notFinite(let what, let step, let batch, let checkpoint):
            "the \(what) of step \(step) is not a finite number (\(batch)); "
                + (checkpoint.map { "the last good checkpoint is \($0)" } ?? "no good checkpoint had been saved")
                + "; lower the learning rate, or look at that batch"
        case .otherModel(let path, let reason):
            "\(path): is not a checkpoint of this run: \(reason); resume with the same model and adapters, or choose another "
                + "folder"
        case .noData(let path): "\(path): there is no example to learn from"
        }
    }
}
