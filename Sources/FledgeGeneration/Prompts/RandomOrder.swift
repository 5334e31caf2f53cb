import FledgeData

/// The numbers below a bound in random order, all orders equally likely (Fisher and Yates), drawn one by one.
///
/// Only numbers that have left their places are kept: the first few of many cost little.
struct RandomOrder: IteratorProtocol {
    private var generator: SplitMix64
    private var moved: [Int: Int] = [:]
    private var drawn = 0
    private let count: Int

    init(count: Int, seed: UInt64) {
        self.count = count
        generator = SplitMix64(seed: seed)
    }

    mutating func next() -> Int? {
        guard drawn < count else { return nil }
        let place = drawn + generator.index(below: count - drawn)
        let number = moved[place] ?? place
        moved[place] = moved[drawn] ?? drawn
        moved[drawn] = nil
        drawn += 1
        return number
    }
}
