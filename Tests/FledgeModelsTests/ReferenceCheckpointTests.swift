import FledgeModels
import FledgeTensor
import Foundation
import Testing

@Suite(.enabled(if: Shared.hasReference, "skipped: there is no shared/checkpoints/t5-dialogsum-ref beside the package"))
struct ReferenceCheckpointTests {
    private struct Golden: Decodable {
        struct Example: Decodable {
            let inputs: [Int]
            let outputs: [Int]
            enum CodingKeys: String, CodingKey {
                case inputs = "input_ids"
                case outputs = "greedy_ids"
            }
        }
        let examples: [Example]
    }

    private func examples() throws -> [Golden.Example] {
        let data = try Data(contentsOf: Shared.reference.appendingPathComponent("golden.json"))
        return try JSONDecoder().decode(Golden.self, from: data).examples
    }

    /// How many tokens of each example agree, nil for one that agrees to its end.
    private func firstDifferences(_ type: WeightType) throws -> [Int?] {
        let model = try AutoModelForSeq2SeqLM.from(directory: Shared.reference, type: type)
        return try examples().map { example in
            let got = greedy(model, [example.inputs], limit: 64)[0]
            let golden = example.outputs.first == 0 ? Array(example.outputs.dropFirst()) : example.outputs
            if got == golden { return nil }
            return zip(got, golden).prefix { $0 == $1 }.count
        }
    }

    @Test func `Float32 writes the reference's twenty summaries, token for token`() throws {
        let differences = try firstDifferences(.float32)
        #expect(differences.count == 20)
        #expect(differences.allSatisfy { $0 == nil }, "\(differences)")
    }

    @Test func `Bfloat16 writes nearly all of the reference's summaries`() throws {
        let differences = try firstDifferences(.bfloat16)
        let same = differences.filter { $0 == nil }.count
        print(
            "bfloat16: \(same) of 20 agree to the end; the others first differ at token \(differences.compactMap { $0 })"
        )
        #expect(same >= 17)
    }

    @Test func `Int8 is reported`() throws {
        let differences = try firstDifferences(.int8)
        let same = differences.filter { $0 == nil }.count
        print("int8: \(same) of 20 agree to the end; the others first differ at token \(differences.compactMap { $0 })")
        #expect(same >= 5)
    }
}
