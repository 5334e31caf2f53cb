import FledgeTraining
import Foundation
import Testing

@Suite struct ScheduleTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let type: LearningRateSchedule.Kind
            let options: ScheduleOptions
            let warmup: Int
            let total: Int
            let rates: [Double]
        }

        let learningRate: Double
        let cases: [Case]

        enum CodingKeys: String, CodingKey {
            case learningRate = "learning_rate"
            case cases
        }
    }

    @Test func `Every step of every schedule has transformers' rate`() throws {
        let golden = try Fixture.decode(Golden.self, "schedules.json")
        #expect(Set(golden.cases.map(\.type)).count == LearningRateSchedule.Kind.allCases.count)
        for test in golden.cases {
            let schedule = try LearningRateSchedule(
                test.type, learningRate: golden.learningRate, warmupSteps: test.warmup, totalSteps: test.total,
                options: test.options)
            for (step, rate) in test.rates.enumerated() {
                let error = abs(schedule.learningRate(at: step) - rate)
                #expect(error <= 1e-15, "\(test.type.rawValue) \(test.warmup)/\(test.total), step \(step)")
            }
        }
    }

    @Test func `A schedule is read and written by transformers' names`() throws {
        let json = """
            {"learning_rate":0.001,"lr_scheduler_kwargs":{"decay_type":"1-sqrt","min_lr_ratio":0.1,"num_decay_steps":20},\
            "lr_scheduler_type":"warmup_stable_decay","max_steps":100,"warmup_steps":10}
            """
        let schedule = try JSONDecoder().decode(LearningRateSchedule.self, from: Data(json.utf8))
        #expect(schedule.options.decayCurve == .oneMinusSquareRoot)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(schedule), as: UTF8.self) == json)
    }

    @Test func `Values without sense, and options that would do nothing, are errors`() {
        func complaint(
            _ kind: LearningRateSchedule.Kind, rate: Double = 1, warmup: Int = 0, total: Int = 10,
            _ change: (inout ScheduleOptions) -> Void = { _ in }
        ) -> String {
            var options = ScheduleOptions()
            change(&options)
            return message {
                let schedule = try LearningRateSchedule(
                    kind, learningRate: rate, warmupSteps: warmup, totalSteps: total, options: options)
                for step in [-1, 0, 1, total, .max] { #expect(schedule.learningRate(at: step).isFinite) }
            }
        }
        #expect(complaint(.linear, rate: -1) == "the schedule's learning_rate must be 0 or more")
        #expect(complaint(.linear, rate: .nan) == "the schedule's learning_rate must be 0 or more")
        #expect(complaint(.linear, warmup: -1) == "the schedule's warmup_steps must be 0 or more")
        #expect(complaint(.linear, total: 0) == "the schedule's max_steps must be 1 or more")
        #expect(complaint(.linear, warmup: .max) == "no error")
        #expect(complaint(.polynomial, warmup: 10) == "no error")
        #expect(complaint(.linear) { $0.power = 2 } == "a linear schedule has no option power; it has none")
        #expect(
            complaint(.cosine) { $0.timescale = 2 } == "a cosine schedule has no option timescale; it has num_cycles")
        #expect(complaint(.cosine) { $0.numCycles = .nan } == "the schedule's num_cycles must be 0 or more")
        #expect(
            complaint(.polynomial) { $0.finalLearningRate = 1 }
                == "the schedule's lr_end must be from 0 to below the learning rate")
        #expect(complaint(.inverseSquareRoot) { $0.timescale = 0 } == "the schedule's timescale must be 1 or more")
        #expect(
            complaint(.cosineWithMinimum)
                == "the schedule's min_lr or min_lr_rate must be given, and only one of the two")
        #expect(complaint(.warmupStableDecay) == "the schedule's num_decay_steps must be given, 0 or more")
        #expect(complaint(.warmupStableDecay) { $0.decaySteps = .max } == "no error")
        let unknown =
            #"{"lr_scheduler_type":"cosine","learning_rate":1,"max_steps":9,"lr_scheduler_kwargs":{"cycles":2}}"#
        #expect(
            message { _ = try JSONDecoder().decode(LearningRateSchedule.self, from: Data(unknown.utf8)) }
                .contains("no schedule has an option “cycles”"))
    }

    @Test func `A warm-up that is a share of all steps is rounded up`() {
        #expect(LearningRateSchedule.warmupSteps(ratio: 0.03, of: 101) == 4)
        #expect(LearningRateSchedule.warmupSteps(ratio: 0, of: 101) == 0)
        #expect(LearningRateSchedule.warmupSteps(ratio: 2, of: 101) == 101)
        #expect(LearningRateSchedule.warmupSteps(ratio: .nan, of: 101) == 0)
    }
}
