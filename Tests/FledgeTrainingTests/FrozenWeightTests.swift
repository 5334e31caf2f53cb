import FledgeModels
import FledgeNN
import FledgeTensor
import FledgeTraining
import Foundation
import Testing

/// Low-rank adapters over weights that are stored in few bits.
@Suite struct FrozenWeightTests {
    private static let targets = ["c_attn", "c_proj", "c_fc"]

    private func model(_ type: WeightType, directory: URL? = nil) throws -> LearningModel {
        let model = try LearningModel(
            directory: directory ?? Fixture.directory.appendingPathComponent("families/gpt2-prefix"), task: .causalLM,
            type: type)
        try model.adapt(.init(rank: 3, alpha: 6, targetModules: Self.targets), seed: 9)
        // With B as zeros A would have no gradient.
        for (index, layer) in (model.adapters?.layers ?? []).enumerated() {
            var generator = RandomGenerator(seed: UInt64(index), stream: 1)
            let values = generator.normals(layer.b.shape.elementCount, deviation: 0.1)
            values.withUnsafeBufferPointer { layer.b.value.overwrite(with: $0) }
        }
        return model
    }

    private let batch = TrainingBatch(examples: [
        TrainingExample(inputIDs: Array(4..<20), labels: .tokens(Array(4..<20))),
        TrainingExample(inputIDs: [9, 3, 7], labels: .tokens([9, 3, 7])),
    ])

    /// The model with every matrix rounded to int8 and back, as a float32 checkpoint.
    private func dequantised(into folder: TemporaryDirectory) throws -> URL {
        let source = Fixture.directory.appendingPathComponent("families/gpt2-prefix")
        let checkpoint = try Checkpoint(directory: source.path)
        var tensors: [String: Tensor] = [:]
        for name in checkpoint.names {
            let tensor = try checkpoint.tensor(name)
            guard tensor.rank == 2, tensor.dtype.isFloatingPoint, name.contains(".h.") else {
                tensors[name] = tensor
                continue
            }
            // GPT-2's matrices lie across: a column of the product is a column of the file.
            let packed = PackedWeight([tensor.transposed(0, 1)], type: .int8)
            let columns = (0..<packed.columns).flatMap { packed.column($0) }
            tensors[name] = Tensor(columns, shape: [packed.columns, packed.depth]).transposed(0, 1).contiguous()
        }
        try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: folder.path + "/model.safetensors")
        try FileManager.default.copyItem(
            at: source.appendingPathComponent("config.json"),
            to: URL(fileURLWithPath: folder.path + "/config.json"))
        return URL(fileURLWithPath: folder.path)
    }

    private func gradients(_ model: LearningModel) throws -> (loss: Float, gradients: [[Float]]) {
        let loss = try model.loss(batch, factor: 1 / Float(model.labelCount(batch)))
        loss.backward()
        return (loss.scalars[0], try model.learned.map { try #require($0.gradient?.scalars, "\($0.name)") })
    }

    @Test func `Adapters over int8 have the gradients of those over the same numbers in float32`() throws {
        let folder = try TemporaryDirectory()
        let (loss, found) = try gradients(try model(.int8))
        let (wantedLoss, wanted) = try gradients(try model(.float32, directory: try dequantised(into: folder)))
        // The rows that int8 weights are multiplied with are rounded to 8 bits too; the way back is exact.
        #expect(abs(loss - wantedLoss) < 0.02 * wantedLoss, "\(loss) \(wantedLoss)")
        #expect(found.count == wanted.count && found.count == 2 * 2 * 4)
        for (a, b) in zip(found, wanted) {
            let scale = b.map(abs).max() ?? 0
            let error = zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
            #expect(scale > 0 && error < 0.1 * scale, "off by \(error) of \(scale)")
        }
    }

    @Test(arguments: [WeightType.int8, .bfloat16, .float32])
    func `What is not learned has no float32 copy, and its packed form is kept`(type: WeightType) throws {
        let model = try model(type)
        let first = try model.loss(batch, factor: 0.1).scalars[0]
        try model.loss(batch, factor: 0.1).backward()
        #expect(model.parameters.parameters.allSatisfy { !$0.isInMemory })
        #expect(try model.loss(batch, factor: 0.1).scalars[0] == first)
        model.parameters.isFrozen = true
        #expect(abs(try model.loss(batch, factor: 0.1).scalars[0] - first) < 1e-6 * abs(first))
        model.parameters.isFrozen = false
        // Merging changes the matrices, and what was packed of them is forgotten.
        model.mergeAdapters()
        let merged = try LowRankMerge.loss(model, batch)
        #expect(abs(merged - first) < (type == .float32 ? 1e-5 : 0.05) * abs(first))
    }

    private enum LowRankMerge {
        static func loss(_ model: LearningModel, _ batch: TrainingBatch) throws -> Float {
            try model.loss(batch, factor: 0.1).scalars[0]
        }
    }

    @Test func `A run over int8 learns, and what it exports is the adapter`() throws {
        let (folder, output) = (try TemporaryDirectory(), try TemporaryDirectory())
        let data = try TrainerTests.data(folder)
        let model = try LearningModel(
            directory: Fixture.directory.appendingPathComponent("families/gpt2-prefix"), task: .causalLM, type: .int8)
        try model.adapt(.init(rank: 4, alpha: 8, targetModules: Self.targets), seed: 1)
        var options = TrainingOptions()
        options.maxSteps = 30
        options.learningRate = 2e-2
        var losses: [Double] = []
        try Trainer(model: model, data: data, options: options).run { losses.append($0.loss ?? .nan) }
        #expect(losses[29] < 0.7 * losses[0], "\(losses)")
        #expect(model.parameters.parameters.allSatisfy { !$0.isInMemory })
        try model.export(to: output.path)
        #expect(FileManager.default.fileExists(atPath: output.path + "/adapter_model.safetensors"))
        #expect(!FileManager.default.fileExists(atPath: output.path + "/model.safetensors"))
    }

    @Test func `A whole model cannot learn in int8`() throws {
        let folder = try TemporaryDirectory()
        let model = try LearningModel(
            directory: Fixture.directory.appendingPathComponent("families/gpt2-prefix"), task: .causalLM, type: .int8)
        #expect(
            message { _ = try Trainer(model: model, data: TrainerTests.data(folder), options: TrainingOptions()) }
                == "a whole model cannot learn in int8: its weights are stored rounded, and small steps would be lost; learn "
                + "low-rank adapters (--lora-rank), or use float32 or bfloat16")
    }

    @Test(arguments: [WeightType.int8, .bfloat16, .float16, .float32])
    func `The way back through a weight that is not learned is by its own stored numbers`(type: WeightType) throws {
        for (outputs, inputs, rows) in [(70, 45, 5), (32, 32, 1), (33, 8, 14)] {
            var generator = RandomGenerator(seed: 4, stream: UInt64(outputs))
            let matrix = Tensor(generator.normals(outputs * inputs, deviation: 1), shape: [outputs, inputs])
            let x = Parameter(
                name: "x", value: Tensor(generator.normals(rows * inputs, deviation: 1), shape: [rows, inputs]))
            let weight = PackedWeight([matrix], type: type)
            x.tensor.product(weight, scale: 0.5).backward()
            let columns = (0..<outputs).map { weight.column($0) }
            let found = try #require(x.gradient?.scalars)
            // Every element of the product has the gradient 1.
            for i in 0..<inputs {
                let wanted = columns.reduce(0) { $0 + $1[i] } * 0.5
                for row in 0..<rows {
                    let tolerance: Float = type == .bfloat16 ? 2e-2 : 1e-4
                    #expect(abs(found[row * inputs + i] - wanted) <= tolerance * max(1, abs(wanted)))
                }
            }
        }
    }
}
