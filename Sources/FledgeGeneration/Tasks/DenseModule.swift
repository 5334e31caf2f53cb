import FledgeModels
import FledgeNN
import FledgeTensor

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A layer after the pooling: activation(W x + b), to which x, or a matrix times x, may be added.
struct DenseModule: Sendable {
    private let linear: Linear
    private let activation: Activation
    private let residual: Residual
    /// How many numbers it gives.
    let outputs: Int

    private enum Residual: Sendable {
        case none, input
        case projected(Linear)
    }

    private struct Config: Decodable {
        let inputs: Int
        let outputs: Int
        let bias: Bool?
        let activation: String?
        let inputName: String?
        let outputName: String?
        let hasResidual: Bool?
        enum CodingKeys: String, CodingKey {
            case inputs = "in_features"
            case outputs = "out_features"
            case bias
            case activation = "activation_function"
            case inputName = "module_input_name"
            case outputName = "module_output_name"
            case hasResidual = "use_residual"
        }
    }

    /// Reads `config.json` and `model.safetensors` of a folder.
    ///
    /// - Throws: ``TaskError``, ``SafetensorsError``, ``WeightError``.
    init(_ folder: URL, width: Int, type: WeightType, engine: Engine) throws {
        let path = folder.appending(path: "config.json").path
        let config = try ModuleFile.read(Config.self, folder.appending(path: "config.json"))
        guard config.inputs == width else {
            throw TaskError.widthMismatch(path: path, expected: config.inputs, actual: width)
        }
        guard (1...1_000_000).contains(config.outputs) else {
            throw TaskError.badModule(path: path, reason: "out_features is \(config.outputs)")
        }
        for name in [config.inputName, config.outputName].compactMap({ $0 }) where name != "sentence_embedding" {
            throw TaskError.unsupportedModule(path: path, type: "Dense on \(name)")
        }
        let name = config.activation.map { String($0.split(separator: ".").last ?? "") } ?? "Tanh"
        guard let activation = DenseModule.activations[name] else {
            throw TaskError.unsupportedModule(path: path, type: "Dense with \(config.activation ?? name)")
        }
        let loader = WeightLoader(try Checkpoint(directory: folder.path), type: type, engine: engine)
        let projects = config.hasResidual == true && config.inputs != config.outputs
        linear = try Linear(
            loader.root, ["linear"], inputs: config.inputs, outputs: config.outputs, bias: config.bias ?? true)
        residual =
            projects
            ? .projected(try Linear(loader.root, ["residual"], inputs: config.inputs, outputs: config.outputs))
            : config.hasResidual == true ? .input : .none
        try loader.finish()
        self.activation = activation
        outputs = config.outputs
    }

    /// PyTorch's classes.
    private static let activations: [String: Activation] = [
        "Tanh": .tanh, "Identity": .identity, "ReLU": .relu, "GELU": .gelu, "Sigmoid": .sigmoid, "SiLU": .silu,
    ]

    /// `[rows, outputs]` for `[rows, inputs]`.
    func callAsFunction(_ x: Tensor) -> Tensor {
        switch residual {
        case .none: linear(x, activation: activation)
        case .input: linear(x, activation: activation, residual: x)
        case .projected(let matrix): linear(x, activation: activation, residual: matrix(x))
        }
    }
}
