import FledgeModels
import FledgeNN
import FledgeTensor
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc

    /// Bytes that the heap has lent out, large blocks included, as glibc's malloc_info tells them.
    ///
    /// (Swift's Glibc module lacks malloc.h, and a function that returns a C struct cannot be called without it.)
    private func bytesInUse() -> Int {
        typealias MallocInfo = @convention(c) (Int32, UnsafeMutablePointer<FILE>) -> Int32
        var text = [CChar](repeating: 0, count: 1 << 18)
        guard let symbol = dlsym(nil, "malloc_info"), let file = fmemopen(&text, text.count - 1, "w") else { return -1 }
        let info = unsafeBitCast(symbol, to: MallocInfo.self)
        _ = info(0, file)
        fclose(file)
        // The totals of all arenas come last; free memory is what the bins hold ("fast" and "rest").
        let xml = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        func last(_ opening: String) -> Int {
            guard let start = xml.range(of: opening, options: .backwards)?.upperBound,
                let size = xml[start...].range(of: "size=\"")?.upperBound
            else { return 0 }
            return Int(xml[size...].prefix { $0.isNumber }) ?? 0
        }
        return last("<system type=\"current\"") - last("<total type=\"fast\"") - last("<total type=\"rest\"")
            + last("<total type=\"mmap\"")
    }

    /// How the bytes in use grow while `work` runs, in the calmest of several turns: what a thread of the test
    /// library or the allocator's own lists do now and then is no growth, what every turn takes is.
    private func steadyGrowth(_ work: () -> Void) -> Int {
        for _ in 0..<2 {
            work()
            _ = bytesInUse()
        }
        return (0..<6).map { _ in
            let before = bytesInUse()
            work()
            return max(0, bytesInUse() - before)
        }.min() ?? -1
    }

    /// Each measurement runs in a process of its own, where nothing else computes.
    @Suite struct MemoryTests {
        /// Bytes that a turn of decoding steps adds.
        static func growth(layers: Int, width: Int, type: WeightType) throws -> Int {
            let engine = try Engine(threads: 2)
            let model = try TinyCheckpoint(layers: layers, width: width, dKv: 32).model(type, engine: engine)
            var state = model.makeState(prompts: [[5, 6, 7, 8], [9, 10]], observe: nil)
            return steadyGrowth { for token in 2..<34 { _ = model.step([token, token + 1], state: &state) } }
        }

        @Test func `The measurement sees what every turn keeps`() async {
            await #expect(processExitsWith: .success) {
                for size in [24, 1000, 100_000, 5_000_000] {
                    nonisolated(unsafe) var kept: [UnsafeMutableRawPointer] = []
                    kept.reserveCapacity(20)
                    let growth = steadyGrowth { kept.append(.allocate(byteCount: size, alignment: 8)) }
                    #expect(growth >= size)
                    withExtendedLifetime(kept) {}
                }
            }
        }

        @Test func `A steady float32 decoding step takes no further memory, whatever the model's size`() async {
            await #expect(processExitsWith: .success) {
                let small = try MemoryTests.growth(layers: 2, width: 32, type: .float32)
                let large = try MemoryTests.growth(layers: 6, width: 128, type: .float32)
                #expect(small == 0)
                #expect(large == 0)
            }
        }

        @Test func `Nor does a step on weights of fewer bits`() async {
            await #expect(processExitsWith: .success) {
                for type in [WeightType.bfloat16, .int8] {
                    let small = try MemoryTests.growth(layers: 2, width: 32, type: type)
                    let large = try MemoryTests.growth(layers: 6, width: 128, type: type)
                    #expect(small == 0)
                    #expect(large == 0)
                }
            }
        }

        @Test func `Generations that are over leave nothing behind`() async {
            await #expect(processExitsWith: .success) {
                let model = try TinyCheckpoint(dKv: 32).model()
                let growth = steadyGrowth {
                    for _ in 0..<5 { _ = greedy(model, [[4, 5, 6, 7], [8, 9]], limit: 20) }
                }
                #expect(growth == 0)
            }
        }
    }
#endif
