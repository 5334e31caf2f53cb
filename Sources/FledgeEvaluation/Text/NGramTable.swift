/// Numbers the n-grams of an example's texts, all orders in one sequence: an n-gram is its first n − 1 tokens' n-gram
/// and one more token, so that its number is a look-up of two numbers whatever n is.
struct NGramTable {
    private var keys: [UInt64] = Array(repeating: 0, count: 256)
    private var numbers: [Int32] = Array(repeating: 0, count: 256)
    /// Which example an entry is from; older ones count as free.
    private var generations: [UInt32] = Array(repeating: 0, count: 256)
    private var generation: UInt32 = 1
    private let seed = UInt64.random(in: .min ... .max)
    /// How many different n-grams the example has.
    private(set) var count = 0

    /// Forgets everything.
    mutating func reset() {
        count = 0
        if generation == .max {
            for index in generations.indices { generations[index] = 0 }
            generation = 0
        }
        generation += 1
    }

    /// The numbers of a text's n-grams.
    ///
    /// - Parameters:
    ///   - tokens: the text.
    ///   - orders: the largest n.
    /// - Returns: for each n from 1 on, the n-gram that begins at each token.
    mutating func grams(of tokens: [Int32], orders: Int) -> [[Int32]] {
        var orderLists: [[Int32]] = []
        var previous = [Int32](repeating: -1, count: tokens.count)
        for order in 1...max(1, orders) {
            let length = max(0, tokens.count - order + 1)
            var list = [Int32](repeating: 0, count: length)
            for start in 0..<length { list[start] = number(prefix: previous[start], token: tokens[start + order - 1]) }
            previous = list
            orderLists.append(list)
        }
        return orderLists
    }

    @inline(__always)
    private mutating func number(prefix: Int32, token: Int32) -> Int32 {
        let key = UInt64(UInt32(bitPattern: prefix)) << 32 | UInt64(UInt32(bitPattern: token))
        var slot = Int(truncatingIfNeeded: SeededHash.hash(key, seed: seed)) & (keys.count - 1)
        while generations[slot] == generation {
            if keys[slot] == key { return numbers[slot] }
            slot = (slot + 1) & (keys.count - 1)
        }
        let number = Int32(count)
        keys[slot] = key
        numbers[slot] = number
        generations[slot] = generation
        count += 1
        if count * 2 > keys.count { grow() }
        return number
    }

    private mutating func grow() {
        let entries = keys.indices.filter { generations[$0] == generation }.map { (keys[$0], numbers[$0]) }
        let size = keys.count * 2
        keys = Array(repeating: 0, count: size)
        numbers = Array(repeating: 0, count: size)
        generations = Array(repeating: 0, count: size)
        generation = 1
        for (key, number) in entries {
            var slot = Int(truncatingIfNeeded: SeededHash.hash(key, seed: seed)) & (size - 1)
            while generations[slot] == generation { slot = (slot + 1) & (size - 1) }
            keys[slot] = key
            numbers[slot] = number
            generations[slot] = generation
        }
    }
}
