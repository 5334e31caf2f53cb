import FledgeGeneration
import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

#if canImport(Glibc)
import Glibc

/// Each test measures a process of its own, since the heap belongs to all that run in one.
struct MemoryTests {
    @Test func aSteadyStepLeavesNothingOnTheHeap() async {
        await #expect(processExitsWith: .success) {
            #expect(Heap.bytes > 10_000, "the measure works")
            let generator = try Fixtures.idGenerator("t5-tiny")
            var config = generator.config
            (config.doSample, config.topK, config.topP, config.temperature) = (true, 50, 0.95, 1.3)
            (config.repetitionPenalty, config.maxNewTokens, config.eosTokenIds) = (1.1, 2000, [])
            let prompts = [[5, 16, 1], [271, 26, 270, 357, 1]]
            let state = generator.model.makeState(prompts: prompts, capacity: config.maxNewTokens, observe: nil)
            var search = SingleSequenceSearch(model: generator.model, state: state, config: config)
            for _ in 0..<100 { search.step() }
            let before = Heap.bytes
            for _ in 0..<1500 { search.step() }
            let grown = Heap.bytes - before
            #expect(grown < 1024, "\(grown) bytes in 1500 steps of 2 sequences")
        }
    }

    @Test func aMillionNewTokensTakeNoMemoryBeforeTheyAreThere() async {
        await #expect(processExitsWith: .success) {
            let generator = try Fixtures.idGenerator("t5-tiny")
            var config = generator.config
            config.maxNewTokens = 1_000_000
            let before = Heap.peakResidentBytes
            let prompt = [271, 26, 270, 357, 85, 116, 134, 469, 1]
            var ids: [Int] = []
            let elapsed = try ContinuousClock().measure {
                ids = try generator.complete(tokens: [prompt], config: config).completions[0].tokenIDs
            }
            #expect(ids == [253, 403, 95, 229, 1])
            #expect(elapsed < .seconds(5))
            let grown = Heap.peakResidentBytes - before
            // The caches of a million tokens would be 512 MB.
            #expect(grown < 150_000_000, "\(grown) bytes")
        }
    }
}

/// Memory of this process.
enum Heap {
    /// Bytes in use, those in mappings of their own included, by the C library's `malloc_info`: the sums that
    /// `mallinfo2` gives, in a form that Swift can call.
    static var bytes: Int {
        typealias Report = @convention(c) (CInt, UnsafeMutablePointer<FILE>) -> CInt
        guard let symbol = dlsym(nil, "malloc_info") else { return 0 }
        var text: UnsafeMutablePointer<CChar>?
        var length = 0
        guard let stream = open_memstream(&text, &length) else { return 0 }
        let status = unsafeBitCast(symbol, to: Report.self)(0, stream)
        fclose(stream)
        defer { free(text) }
        guard status == 0, let text else { return 0 }
        let report = String(cString: text)
        return last("<system type=\"current\"", report) + last("<total type=\"mmap\"", report)
            - last("<total type=\"fast\"", report) - last("<total type=\"rest\"", report)
    }

    /// The size in the last line that begins so: that of all arenas together.
    private static func last(_ beginning: String, _ report: String) -> Int {
        let line = report.split(separator: "\n").last { $0.hasPrefix(beginning) } ?? ""
        let size = line.split(separator: " ").first { $0.hasPrefix("size=") } ?? ""
        return Int(size.split(separator: "\"").dropFirst().first ?? "") ?? 0
    }

    static var peakResidentBytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
#endif
