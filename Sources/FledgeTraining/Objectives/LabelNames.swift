public import FledgeData
import FledgeTemplates

/// The names of classes, and their numbers.
public enum LabelNames {
    /// All names that a field has in a data set, sorted by their UTF-8, as transformers' examples do.
    ///
    /// - Parameters:
    ///   - field: a field with a name, or with a list of names.
    ///   - dataSet: where to look; all of it is read.
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

    static func numbers(of names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The number of a class that a value names or numbers.
    static func number(
        of value: Value, in numbers: [String: Int], field: String, record: Record
    ) throws(DataError) -> Int {
        let number: Int?
        switch value {
        case .string(let name): number = numbers[name] ?? Int(name)
        case .int(let value): number = value
        default: number = nil
        }
        guard let number, 0..<numbers.count ~= number else {
            let names = numbers.sorted { $0.value < $1.value }.prefix(20).map { "“\($0.key)”" }
            throw record.error(
                "the field “\(field)” should be one of \(numbers.count) classes, and there is \(value.kindInWords)",
                remedy: "The classes are \(names.joined(separator: ", ")), or their numbers from 0.")
        }
        return number
    }
}
