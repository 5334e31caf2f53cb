/// The token ids of a document, before an objective hides some of them.
public struct TokenizedDocument: Sendable, Equatable, Codable {
    /// The ids.
    public var ids: [Int]
    /// The segment of each id, or nil.
    public var segmentIDs: [Int]?
    /// For objectives that look at words or sentences the number of each id's, -1 for what was added around the text.
    public var groupIDs: [Int]?
    /// What is to be learnt from it, if that does not depend on the epoch.
    public var labels: Labels?

    /// Creates a document.
    public init(ids: [Int], segmentIDs: [Int]? = nil, groupIDs: [Int]? = nil, labels: Labels? = nil) {
        self.ids = ids
        self.segmentIDs = segmentIDs
        self.groupIDs = groupIDs
        self.labels = labels
    }
}

extension TokenizedDocument {
    /// The example of a document whose labels do not depend on the epoch.
    var labeledExample: TrainingExample? {
        labels.map { TrainingExample(inputIDs: ids, segmentIDs: segmentIDs, labels: $0) }
    }
}
