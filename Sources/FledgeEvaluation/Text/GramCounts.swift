/// Counts of n-grams, in an array that is used again for every text.
struct GramCounts {
    private var counts: [Int32] = []

    /// How many n-grams two texts share, each as often as in the text that has it less often. `numbers` is how many
    /// n-grams have numbers.
    mutating func matches(_ left: [Int32], _ right: [Int32], numbers: Int) -> Int {
        makeRoom(for: numbers)
        for gram in left { counts[Int(gram)] += 1 }
        var matches = 0
        for gram in right where counts[Int(gram)] > 0 {
            counts[Int(gram)] -= 1
            matches += 1
        }
        for gram in left { counts[Int(gram)] = 0 }
        return matches
    }

    /// How many n-grams a text shares with any of several others, each as often as in the one that has it most often.
    mutating func matches(_ text: [Int32], anyOf others: [[Int32]], numbers: Int) -> Int {
        if others.count == 1 { return matches(others[0], text, numbers: numbers) }
        makeRoom(for: 2 * numbers)
        // The second half counts the n-grams of one text at a time.
        for other in others {
            for gram in other {
                counts[numbers + Int(gram)] += 1
                counts[Int(gram)] = max(counts[Int(gram)], counts[numbers + Int(gram)])
            }
            for gram in other { counts[numbers + Int(gram)] = 0 }
        }
        var matches = 0
        for gram in text where counts[Int(gram)] > 0 {
            counts[Int(gram)] -= 1
            matches += 1
        }
        for other in others {
            for gram in other { counts[Int(gram)] = 0 }
        }
        return matches
    }

    private mutating func makeRoom(for numbers: Int) {
        if counts.count < numbers { counts = Array(repeating: 0, count: numbers + numbers / 2) }
    }
}
