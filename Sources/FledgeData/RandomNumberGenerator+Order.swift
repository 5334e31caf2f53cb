extension RandomNumberGenerator {
    /// A number in `0..<bound`, all equally likely (Lemire 2019). The standard library does not promise to draw the same
    /// numbers in its next version.
    ///
    /// - Parameter bound: more than 0.
    /// - Returns: the number.
    package mutating func index(below bound: Int) -> Int {
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// Puts elements in random order, all orders equally likely (Fisher and Yates).
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, index(below: last + 1))
        }
    }
}
