/// Why a training run cannot start or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    case unsupportedType(String)
    case wholeModel(String)
    case noHead(String, String)
    case wrongLabels(String)
    case noTargetModules([String])
    case cannotAdapt(String)
    case badOption(String, String)
    case notFinite(what: String, step: Int, batch: String, checkpoint: String?)
    case noLabels(steps: Int)
    case otherRun(String, [String])
    case noData(String)
    case otherModel(String, String)

    public var description: String {
        switch self {
        case .unsupportedType(let type):
            "a model cannot learn in \(type); use float32 or bfloat16, or int8 for low-rank adapters"
        case .wholeModel(let type):
            "a whole model cannot learn in \(type): its weights are stored rounded, and small steps would be lost; learn "
                + "low-rank adapters (--lora-rank), or use float32 or bfloat16"
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
        case .badOption(let name, let rule): "\(name) must be \(rule)"
        case .notFinite(let what, let step, let batch, let checkpoint):
            "the \(what) of step \(step) is not a finite number (\(batch)); "
                + (checkpoint.map { "the last good checkpoint is \($0), from which --resume goes on" }
                    ?? "no good checkpoint had been saved")
                + "; lower the learning rate, or look at that batch"
        case .otherModel(let path, let reason):
            "\(path): is not a checkpoint of this run: \(reason); resume with the same model and adapters, or choose another "
                + "folder"
        case .noLabels(let steps):
            "not one example of the first \(steps) steps has a label: nothing can be learned; check the labels (-100 stands "
                + "for none), and that cutting texts to a length leaves some"
        case .otherRun(let path, let differences):
            "\(path): is a checkpoint of another run: \(differences.joined(separator: "; ")); give what it was, choose another "
                + "folder, or go on anyway (--resume-anyway), from the beginning of the data"
        case .noData(let path): "\(path): there is no example to learn from"
        }
    }
}
