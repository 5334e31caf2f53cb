/// Puts scores in order in time that grows with their number alone: comparisons would cost as much for each sampled token
/// as computing a small model's scores.
package enum ScoreOrder {
    /// Calls `body` with the places of all scores above −∞, the smallest score first, of equals the last place first.
    ///
    /// Three passes of a stable sort by eleven bits of the scores' own. O(scores), in temporary memory.
    package static func withAscending(
        _ scores: UnsafeMutableBufferPointer<Float>, count finite: Int,
        _ body: (UnsafeMutableBufferPointer<Int32>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * finite) { memory in
            var source = UnsafeMutableBufferPointer(rebasing: memory[..<finite])
            var target = UnsafeMutableBufferPointer(rebasing: memory[finite...])
            var count = 0
            for index in scores.indices.reversed() where scores[index] > -.infinity {
                source.initializeElement(at: count, to: UInt64(key(scores[index])) << 32 | UInt64(index))
                count += 1
            }
            for shift in [32, 43, 54] as [UInt64] {
                scatter(source, into: target, by: shift)
                swap(&source, &target)
            }
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: finite) { places in
                for position in 0..<finite {
                    places.initializeElement(
                        at: position, to: Int32(truncatingIfNeeded: source[position] & 0xFFFF_FFFF))
                }
                body(places)
            }
        }
    }

    /// An integer that is the larger, the larger the number is; both zeros have the same.
    private static func key(_ score: Float) -> UInt32 {
        let bits = (score + 0).bitPattern
        return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    }

    private static func scatter(
        _ source: UnsafeMutableBufferPointer<UInt64>, into target: UnsafeMutableBufferPointer<UInt64>, by shift: UInt64
    ) {
        let buckets = 2048
        withUnsafeTemporaryAllocation(of: Int.self, capacity: buckets) { starts in
            starts.initialize(repeating: 0)
            for entry in source { starts[Int(entry >> shift & 2047)] += 1 }
            var sum = 0
            for bucket in 0..<buckets {
                let count = starts[bucket]
                starts[bucket] = sum
                sum += count
            }
            for entry in source {
                let bucket = Int(entry >> shift & 2047)
                target[starts[bucket]] = entry
                starts[bucket] += 1
            }
        }
    }
}
