import FledgeLifecycle
import Testing

struct LabPlanTests {
    private func labels(_ options: LabOptions) throws -> [String] {
        let plan = try LabPlan(options)
        return plan.settings.map { "\($0.model) " + $0.label(base: plan.options.base) }
    }

    @Test func `Demonstrations come first, then each parameter alone with the fewest of them`() throws {
        let options = LabSupport.options {
            $0.shots = [2, 0, 1]
            $0.maxNewTokens = [64, 32]
            $0.temperatures = [0.7, 1]
            $0.topK = [20]
            $0.topP = [0.9]
        }
        #expect(
            try labels(options) == [
                "0 0 shots, greedy", "0 1 shot, greedy", "0 2 shots, greedy", "0 0 shots, greedy, 32 new tokens",
                "0 0 shots, temperature 0.7", "0 0 shots, temperature 1", "0 0 shots, top-k 20", "0 0 shots, top-p 0.9",
            ])
    }

    @Test func `The full plan is the product, and models come one after the other`() throws {
        let options = LabSupport.options {
            $0.models = ["a", "b"]
            $0.shots = [0, 1]
            $0.temperatures = [0.5, 1]
            $0.topP = [0.9]
            $0.isFull = true
        }
        let one = [
            "0 shots, greedy", "0 shots, temperature 0.5, top-p 0.9", "0 shots, top-p 0.9", "1 shot, greedy",
            "1 shot, temperature 0.5, top-p 0.9", "1 shot, top-p 0.9",
        ]
        #expect(try labels(options) == one.map { "0 " + $0 } + one.map { "1 " + $0 })
        let plan = try LabPlan(options)
        #expect(Set(plan.settings.map(\.id)).count == 12, "ids name directories")
        #expect(plan.settings[1].id == "m1-shots0-sample-t0.5-p0.9-max64")
    }

    /// Options that make no sense, and what is said of them.
    struct Wrong: Sendable {
        let message: String
        let change: @Sendable (inout LabOptions) -> Void

        init(_ message: String, _ change: @escaping @Sendable (inout LabOptions) -> Void) {
            (self.message, self.change) = (message, change)
        }
    }

    @Test(arguments: [
        Wrong("shots: there is none. Give 0 for no shots.") { $0.shots = [] },
        Wrong("shots: -1 is not possible. Give numbers from 0 to 1000.") { $0.shots = [0, -1] },
        Wrong("shots: a value is given twice. Give each once.") { $0.shots = [1, 1] },
        Wrong("temperature: 0.0 is not possible. Give numbers above 0 and at most 100.") { $0.temperatures = [0] },
        Wrong("temperature: nan is not possible. Give numbers above 0 and at most 100.") { $0.temperatures = [.nan] },
        Wrong("top-p: 1.0 is not possible. Give numbers above 0 and below 1.") { $0.topP = [1] },
        Wrong("top-k: 0 is not possible. Give numbers from 1 to 1000000.") { $0.topK = [0] },
        Wrong("max-new-tokens: 0 is not possible. Give numbers from 1 to 100000.") { $0.maxNewTokens = [0] },
        Wrong("plan: it has 804 settings, and 500 are possible. Give fewer values, or leave --full out.") {
            $0.topK = Array(1...100)
            $0.temperatures = [0.5, 1]
            $0.isFull = true
        },
        Wrong("limit: it is 1. Scores need at least 2 examples.") { $0.limit = 1 },
        Wrong("parameter-shots: 3 is not among the shots. Give one of 0, 1, 2, 4.") { $0.parameterShots = 3 },
    ])
    func `What makes no sense is an error`(wrong: Wrong) {
        #expect {
            try LabPlan(LabSupport.options(wrong.change))
        } throws: {
            "\($0)" == wrong.message
        }
    }
}
