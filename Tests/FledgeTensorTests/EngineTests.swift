import FledgeTensor
import Foundation
import Testing

@Suite struct EngineTests {
    private func message(_ make: () throws -> Engine) -> String {
        do {
            return "\(try make().isa)"
        } catch {
            return "\(error)"
        }
    }

    @Test func `An instruction set that there is not is an error that names those that there are`() {
        let available = Engine.availableISAs.joined(separator: ", ")
        for name in ["avx9000", "AVX2", "portable "] {
            #expect(
                message { try Engine(threads: 1, isa: name) }
                    == "this machine cannot run the instruction set “\(name)” (FLEDGE_ISA); it has \(available)")
        }
    }

    @Test func `A number of threads outside 1 to 1024 is an error`() {
        for count in [0, -1, 1025, .max, .min] {
            #expect(
                message { try Engine(threads: count) }
                    == "“\(count)” is not a number of threads; give one from 1 to 1024")
        }
    }

    @Test func `The system's refusal of threads is an error of its own`() {
        #expect(
            EngineError.noThreads(9).description == "the system refused to start 9 threads; ask for fewer")
    }

    @Test func `Every machine has the portable kernels, and an engine says which it uses`() throws {
        #expect(Engine.availableISAs.last == "portable")
        #expect(Engine.availableCores >= 1)
        for isa in Engine.availableISAs { #expect(try Engine(threads: 2, isa: isa).isa == isa) }
        #expect(try Engine(threads: 1).isa == Engine.availableISAs.first)
        #expect(try Engine(threads: 3).threads == 3)
    }

    @Test func `Every index is visited once, however many there are`() throws {
        for threads in [1, 2, 5] {
            let engine = try Engine(threads: threads)
            for count in [0, 1, 2, 7, 1000] {
                let visits = Tensor(zeros: [max(count, 1)])
                nonisolated(unsafe) let counts = visits.floats
                engine.parallelFor(count) { counts[$0] += 1 }
                #expect(visits.scalars.prefix(count).allSatisfy { $0 == 1 })
            }
        }
    }

    @Test(arguments: Engine.availableISAs)
    func `Several threads that share an engine get the results of one alone`(isa: String) async throws {
        let engine = try Engine(threads: 2, isa: isa)
        var noise = Noise(state: 81)
        let (x, table) = (noise.floats(40 * 160), noise.floats(256 * 160))
        let weights = WeightType.allCases.map { type in
            PackedWeight([Tensor(table, shape: [256, 160])], type: type, engine: engine)
        }
        let input = Tensor(x, shape: [40, 160])
        let expected = weights.map { weight -> [Float] in
            input.gatheredRows(0..<40, in: Workspace(engine: engine)).product(weight, activation: .silu).scalars
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let workspace = Workspace(engine: engine)
                    for round in 0..<30 {
                        let weight = weights[round % weights.count]
                        let got = input.gatheredRows(0..<40, in: workspace).product(weight, activation: .silu)
                        if !identical(got.scalars, expected[round % weights.count]) { return false }
                    }
                    return true
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }

    @Test func `Engines come and go without leaving threads behind`() throws {
        for _ in 0..<50 {
            let engine = try Engine(threads: 4)
            var noise = Noise(state: 82)
            let weight = PackedWeight([Tensor(noise.floats(4096), shape: [64, 64])], type: .int8, engine: engine)
            let level = Level(engine)
            #expect(level.tensor(noise.floats(64 * 64), [64, 64]).product(weight).shape == [64, 64])
        }
        #if os(Linux)
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
            #expect(threads < 100)
        #endif
    }
}
