import FledgeData
import FledgeEvaluation
import FledgeTemplates
import Foundation
import Testing

/// Files of Tools/metrics_golden.py, which name the versions that made them in the first line of `corpora.jsonl.gz`.
enum Golden {
    static func records(_ name: String) throws -> [Record] {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        // A larger set, made with --count and --output, can be put in place of the committed one.
        let place = ProcessInfo.processInfo.environment["FLEDGE_METRICS_GOLDEN"].map { URL(filePath: $0) } ?? folder
        let set = try DataSet(path: place.appending(path: "\(name).jsonl.gz").path)
        return try set.allRecords()
    }
}

extension DataSet {
    func allRecords() throws -> [Record] {
        let reader = try RecordReader(self)
        var records: [Record] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }
}

extension Value {
    var double: Double {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: .nan
        }
    }

    var text: String {
        if case .string(let text) = self { text } else { "" }
    }

    var list: [Value] {
        if case .array(let list) = self { list } else { [] }
    }

    var doubles: [Double] { list.map(\.double) }

    var texts: [String] { list.map(\.text) }

    subscript(name: String) -> Value {
        if case .object(let object) = self { object[name] ?? .null } else { .null }
    }
}

extension Record {
    func get(_ name: String) -> Value { self[name] ?? .null }
}

/// Whether numbers are equal to nine digits behind the point, which is what twelve committed digits allow.
func isClose(_ left: Double, _ right: Double, within tolerance: Double = 1e-9) -> Bool {
    abs(left - right) <= tolerance * max(1, abs(right))
}

func areClose(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { isClose($0, $1) }
}

extension Record {
    /// A record of texts as an example.
    var example: EvaluationExample {
        EvaluationExample(prediction: get("prediction").text, references: get("references").texts)
    }
}
