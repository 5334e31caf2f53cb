/// `weights` as lists of heads of lists of rows; what is no number is null.
extension AttentionMap: Codable {
    enum CodingKeys: String, CodingKey {
        case kind, layer, weights
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(layer, forKey: .layer)
        let lists = (0..<heads).map { head in
            (0..<queries).map { query in row(head: head, query: query).map { $0.isFinite ? $0 : nil } }
        }
        try fields.encode(lists, forKey: .weights)
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let lists = try fields.decode([[[Float?]]].self, forKey: .weights)
        let (queries, keys) = (lists.first?.count ?? 0, lists.first?.first?.count ?? 0)
        guard lists.allSatisfy({ $0.count == queries && $0.allSatisfy { $0.count == keys } }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .weights, in: fields, debugDescription: "heads have different numbers of rows or columns")
        }
        self.init(
            kind: try fields.decode(Kind.self, forKey: .kind), layer: try fields.decode(Int.self, forKey: .layer),
            heads: lists.count, queries: queries, keys: keys, weights: lists.joined().joined().map { $0 ?? .nan })
    }
}
