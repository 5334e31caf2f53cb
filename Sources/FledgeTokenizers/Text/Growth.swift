/// Bounds how much longer a chain of replacements can make a text, so that a file cannot turn a page into terabytes.
enum Growth {
    /// The largest factor that is accepted; T5's character map has 33.
    static let limit = 1024

    /// The product, or the largest integer if it is larger.
    static func product(_ factors: [Int]) -> Int {
        factors.reduce(1) { product, factor in
            let (result, overflow) = product.multipliedReportingOverflow(by: max(factor, 1))
            return overflow ? .max : result
        }
    }

    /// Refuses a growth above the limit.
    static func check(_ growth: Int, at field: JSONField) throws(TokenizerError) {
        guard growth > limit else { return }
        throw field.damaged("its replacements can make a text more than \(limit) times longer")
    }
}
