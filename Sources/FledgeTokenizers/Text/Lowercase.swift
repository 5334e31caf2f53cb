/// Unicode's full lower case mapping, without regard to context.
enum Lowercase {
    /// Calls a closure with the characters that a scalar becomes, at most two.
    @inline(__always)
    static func map(_ scalar: UInt32, _ body: (UInt32) -> Void) {
        if scalar < 0x80 {
            body(scalar &- 0x41 < 26 ? scalar + 0x20 : scalar)
        } else if scalar == 0x130 {
            body(0x69)
            body(0x307)
        } else {
            body(distances[scalar].map { UInt32(bitPattern: Int32(bitPattern: scalar) + $0) } ?? scalar)
        }
    }

    private static let distances: [UInt32: Int32] = {
        var distances: [UInt32: Int32] = [:]
        for run in LowercaseTable.runs {
            for index in 0..<run.count { distances[run.first + index * run.stride] = run.distance }
        }
        return distances
    }()
}
