/// A change of a record's fields.
enum ColumnStep: Sendable, Equatable {
    case select([String])
    case rename([String: String])

    func apply(to record: Record) throws(DataError) -> Record {
        switch self {
        case .select(let names):
            var selected = Record([], place: record.place)
            for name in names { selected[name] = try record.value(of: name) }
            return selected
        case .rename(let names):
            for name in names.keys.sorted() where record[name] == nil { _ = try record.value(of: name) }
            let renamed = record.names.map { names[$0] ?? $0 }
            guard Set(renamed).count == renamed.count else {
                throw record.error("two fields would have one name", remedy: "Rename fields to names that differ.")
            }
            return Record(names: renamed, values: record.values, place: record.place)
        }
    }
}
