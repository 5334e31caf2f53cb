import FledgeGeneration
import FledgeModels
import Foundation
import Testing

struct StreamTests {
    private func longConfig(_ generator: TextGenerator) -> GenerationConfig {
        var config = generator.config
        config.maxNewTokens = 100_000
        return config
    }

    /// Waits until a condition holds, ten seconds at most.
    private func eventually(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<1000 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test(arguments: [false, true]) func streamedPiecesAreTheCompleteText(samples: Bool) async throws {
        let generator = try TextGenerator.from(directory: Fixtures.directory("t5-tiny"))
        var config = generator.config
        config.maxNewTokens = 60
        config.doSample = samples
        config.seed = 3
        let prompt = "Anna: Did you remember to water the tomatoes?"
        let complete = try generator.complete([prompt], config: config)
        var text = ""
        var ids: [Int] = []
        var last: GenerationEvent?
        for try await event in generator.stream(prompt, config: config) {
            #expect(last?.statistics == nil, "an element after the last one")
            text += event.text
            if let id = event.tokenID { ids.append(id) }
            last = event
        }
        #expect(text == complete.completions[0].text)
        #expect(ids == complete.completions[0].tokenIDs)
        #expect(last?.finishReason == complete.completions[0].finishReason)
        #expect(last?.tokenID == nil)
        let statistics = try #require(last?.statistics)
        #expect(statistics.generatedTokens == ids.count)
        #expect(statistics.promptTokens == complete.statistics.promptTokens)
        #expect(statistics.prefillSeconds > 0)
    }

    @Test func theLastElementOfACancelledStreamCarriesTheStatistics() async throws {
        // Slow enough that a consumer who has to wait for a processor is still in time.
        let probe = ScriptedModel.Probe(secondsPerStep: 0.01)
        let generator = try TinyVocabulary.generator(says: [["a"]], probe: probe)
        let config = longConfig(generator)
        let task = Task { () throws -> (text: String, last: GenerationEvent?) in
            var text = ""
            var last: GenerationEvent?
            for try await event in generator.stream(tokens: [3], config: config) {
                text += event.text
                last = event
                if text.count == 3 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return (text, last)
        }
        let (text, last) = try await task.value
        #expect(text.hasPrefix("aaa"))
        #expect(last?.finishReason == .cancelled)
        let statistics = try #require(last?.statistics)
        #expect(statistics.generatedTokens >= 3)
        #expect(statistics.generatedTokens < 10_000)
        #expect(statistics.promptTokens == 1)
        try await Task.sleep(for: .milliseconds(100))
        let steps = probe.steps
        try await Task.sleep(for: .milliseconds(100))
        #expect(probe.steps == steps, "it computes on after the consumer was cancelled")
    }

    @Test func aConsumerThatBreaksOffStopsTheComputationAndFreesTheModel() async throws {
        weak var weakProbe: ScriptedModel.Probe?
        do {
            let probe = ScriptedModel.Probe(secondsPerStep: 0.001)
            weakProbe = probe
            let generator = try TinyVocabulary.generator(says: [["a"]], probe: probe)
            let config = longConfig(generator)
            for try await event in generator.stream(tokens: [3], config: config) where event.tokenID != nil { break }
        }
        #expect(try await eventually { weakProbe == nil }, "the generation holds the model still")
    }

    @Test func aStreamThatNobodyReadsStopsToo() async throws {
        let probe = ScriptedModel.Probe(secondsPerStep: 0.001)
        let generator = try TinyVocabulary.generator(says: [["a"]], probe: probe)
        _ = generator.stream(tokens: [3], config: longConfig(generator))
        try await Task.sleep(for: .milliseconds(100))
        let steps = probe.steps
        try await Task.sleep(for: .milliseconds(100))
        #expect(probe.steps == steps)
        #expect(steps < 200)
    }

    @Test func errorsArriveAsTheStreams() async throws {
        let generator = try TextGenerator.from(directory: Fixtures.directory("t5-tiny"))
        await #expect(throws: ModelError.tokenOutsideVocabulary(640, 640)) {
            for try await _ in generator.stream(tokens: [640]) {}
        }
        await #expect(throws: GenerationError.emptyPrompt(index: 0)) {
            for try await _ in generator.stream(tokens: []) {}
        }
    }
}
