import FledgeData
import FledgeTemplates

/// Classes by their names and numbers.
struct ClassTable: Sendable {
    let names: [String]
    /// The number of each name; the first one of a name that comes twice.
    let numbers: [String: Int]

    init(_ names: [String]) {
        self.names = names
        numbers = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The number of a class that a value of a record's field names or numbers.
    func number(of value: Value, field: String, record: Record) throws(DataError) -> Int {
        let number: Int?
        switch value {
        case .string(let name): number = numbers[name] ?? Int(name)
        case .int(let value): number = value
        default: number = nil
        }
        guard let number, names.indices ~= number else {
            let shown = names.prefix(20).map { "“\($0)”" }
            throw record.error(
                "the field “\(field)” should be one of \(names.count) classes, and there is \(value.kindInWords)",
                remedy: "The classes are \(shown.joined(separator: ", ")), or their numbers from 0.")
        }
        return number
    }
}
