public import FledgeData

/// The records whose embeddings are nearest to the query's (Liu et al. 2021), the nearest one last, beside the query.
///
/// ```swift
/// let nearest = try NearestRecords(pool, text: template.inputText) { try embedder.embed($0) }
/// ```
public struct NearestRecords: DemonstrationSelection {
    /// What makes vectors of texts.
    public typealias Embed = @Sendable ([String]) throws -> [[Float]]
    /// What a record is judged by.
    public typealias Text = @Sendable (Record) throws -> String

    /// How many texts are embedded at a time.
    private static let batch = 256

    /// For each record its vector, of length 1.
    private let vectors: [[Float]]
    private let text: Text
    private let embed: Embed

    /// Embeds all records of a pool.
    ///
    /// - Parameters:
    ///   - pool: the records.
    ///   - text: what a record is judged by.
    ///   - embed: what makes vectors of texts.
    /// - Throws: what reading and embedding throw; ``TaskError/dimensionMismatch(_:_:)`` for vectors of two lengths.
    public init(_ pool: DemonstrationPool, text: @escaping Text, embed: @escaping Embed) throws {
        self.text = text
        self.embed = embed
        let record = pool.reader()
        var vectors: [[Float]] = []
        vectors.reserveCapacity(pool.count)
        for start in stride(from: 0, to: pool.count, by: NearestRecords.batch) {
            let texts = try (start..<min(start + NearestRecords.batch, pool.count)).map { try text(record($0)) }
            let batch = try embed(texts)
            guard batch.count == texts.count else {
                throw PromptError.invalidOption(
                    name: "embeddings", problem: "\(texts.count) texts gave \(batch.count) vectors",
                    remedy: "Return a vector for each text.")
            }
            vectors += batch.map { Similarity.normalized($0) }
        }
        self.vectors = vectors
    }

    public func select(
        _ count: Int, for query: Record, poolCount: Int, isAllowed: (Int) throws -> Bool
    ) throws -> [Int] {
        guard count > 0, !vectors.isEmpty else { return [] }
        let cosines = try Similarity.cosines(embed([try text(query)]), vectors)[0]
        // What is no number is nearest to nothing.
        let nearness = cosines.map { $0.isNaN ? -2 : $0 }
        let order = nearness.indices.sorted { one, other in
            nearness[one] == nearness[other] ? one < other : nearness[one] > nearness[other]
        }
        var chosen: [Int] = []
        for number in order where number < poolCount {
            if chosen.count == count { break }
            if try isAllowed(number) { chosen.append(number) }
        }
        return chosen.reversed()
    }
}
