import FledgeTensor
import FledgeTraining
import Testing

@Suite struct ParameterGroupsTests {
    private struct Golden: Decodable {
        let families: [String: [[Field]]]

        enum Field: Decodable {
            case name(String), rank(Int), decays(Bool)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let flag = try? container.decode(Bool.self) {
                    self = .decays(flag)
                } else if let number = try? container.decode(Int.self) {
                    self = .rank(number)
                } else {
                    self = .name(try container.decode(String.self))
                }
            }
        }
    }

    @Test func `Weight decay spares what transformers' Trainer spares, in every family`() throws {
        let golden = try Fixture.decode(Golden.self, "decay.json")
        let groups = ParameterGroups.decayingAllButNormsAndBiases(0.1)
        var seen = (decayed: 0, spared: 0)
        for (family, parameters) in golden.families {
            for fields in parameters {
                guard case .name(let name) = fields[0], case .rank(let rank) = fields[1],
                    case .decays(let decays) = fields[2]
                else {
                    Issue.record("\(fields)")
                    continue
                }
                let shape = Shape(repeatElement(2, count: rank))
                let decay = groups.settings(name: name, shape: shape).weightDecay
                #expect(decay == (decays ? 0.1 : 0), "\(family): \(name)")
                if decays { seen.decayed += 1 } else { seen.spared += 1 }
            }
        }
        #expect(golden.families.count == 7)
        #expect(seen.decayed > 40 && seen.spared > 60)
    }

    @Test func `The first rule that matches decides`() {
        let groups = ParameterGroups(
            rules: [
                .init(.contains("Head"), ParameterSettings(learningRateFactor: 10)),
                .init(.component("layers"), ParameterSettings(learningRateFactor: 0.5)),
                .init(.componentEnding("_proj"), ParameterSettings(weightDecay: 0.2)),
            ], others: ParameterSettings(weightDecay: 0.1))
        func settings(_ name: String) -> ParameterSettings { groups.settings(name: name, shape: [2, 2]) }
        #expect(settings("lm_head.weight").learningRateFactor == 10)
        #expect(settings("model.layers.0.q_proj.weight").learningRateFactor == 0.5)
        #expect(settings("q_proj.weight").weightDecay == 0.2)
        #expect(settings("q_projection.weight").weightDecay == 0.1)
        #expect(settings("mylayers.weight").weightDecay == 0.1)
    }
}
