public import FledgeData
import FledgeTemplates

/// The names of classes, and their numbers.
public enum LabelNames {
    /// All names that a field has in a data set, sorted by their UTF-8, as transformers' examples do.
    ///
    /// - Parameters:
    ///   - field: a field with a name, or with a list of names.
    ///   - dataSet: where to look; all of it is read.
    /// - Returns: the names.
    /// - Throws: a ``DataError`` if a record is broken or has no such field.
    public static func all(of field: String, in dataSet: DataSet) throws(DataError) -> [String] {
        let reader = try RecordReader(dataSet)
        var names: Set<String> = []
        while let record = try reader.next() {
            if case .array = try record.value(of: field) {
                names.formUnion(try record.texts(of: field))
            } else {
                names.insert(try record.text(of: field))
            }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

}
