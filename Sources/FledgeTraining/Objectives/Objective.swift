public import FledgeData

/// A way to learn from documents: it turns records into token ids once, and those into examples in each epoch.
///
/// The second step is a function of the ids, the epoch and the objective's own seed alone. So an example does not depend
/// on the order of the data, on threads, or on what was read before, and training can go on in the middle of an epoch.
public protocol Objective: Sendable {
    /// The token ids of a record: usually one document, several for a text that is cut into windows, none for a record
    /// with nothing to learn from.
    ///
    /// - Throws: a ``DataError`` that names the record's file and line.
    func documents(of record: Record) throws(DataError) -> [TokenizedDocument]

    /// How documents are put together and cut into blocks; nil if each stays by itself.
    var packing: Packing? { get }

    /// The example that a document, or a block of documents, is in an epoch, nil if there is nothing to learn from it.
    func example(of document: TokenizedDocument, epoch: Int) -> TrainingExample?
}

extension Objective {
    /// Each document stays by itself.
    public var packing: Packing? { nil }

    /// The examples of one record, as if it were the only one.
    ///
    /// - Throws: a ``DataError`` that names the record's file and line.
    public func examples(of record: Record, epoch: Int = 0) throws(DataError) -> [TrainingExample] {
        var packer = DocumentPacker(packing: packing)
        var examples: [TrainingExample] = []
        for document in try documents(of: record) {
            for row in packer.append(document) { examples += row.compactMap { example(of: $0, epoch: epoch) } }
        }
        for row in packer.finish() { examples += row.compactMap { example(of: $0, epoch: epoch) } }
        return examples
    }
}
