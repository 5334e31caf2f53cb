import FledgeTensor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A log with one JSON object a line, each in the file as soon as it is written.
///
/// ```json
/// {"step":20,"loss":2.31,"learning_rate":0.0003,"grad_norm":0.84,"tokens_per_second":5120.5}
/// ```
///
/// A number that is NaN or infinite is `null`.
public final class TrainingLog {
    /// The file.
    public let path: String
    /// The records that were in the file and are kept.
    public let kept: [TrainingRecord]
    private let descriptor: Int32

    /// Opens the log, or makes it, and cuts off what a run that goes on after `step` will write again: from the first
    /// record of a later step on, and a last line that is not whole.
    ///
    /// - Parameters:
    ///   - path: The file; its directory must exist.
    ///   - step: The step of the checkpoint; nil for a new run, which empties the log.
    /// - Throws: ``ReportError``.
    public init(path: String, resumingAfter step: Int? = nil) throws(ReportError) {
        self.path = path
        let (records, length) = if let step { try Self.readable(path, upTo: step) } else { ([TrainingRecord](), 0) }
        kept = records
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ReportError(path, errno) }
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw ReportError(path, errno) }
    }

    deinit { close(descriptor) }

    /// Adds a line.
    ///
    /// - Throws: ``ReportError``.
    public func write(_ record: TrainingRecord) throws(ReportError) {
        try ReportFile.write(Array((Self.line(record) + "\n").utf8), to: descriptor, path: path)
    }

    /// The records of a log; lines that are none are passed over.
    ///
    /// - Throws: ``ReportError``.
    public static func read(_ path: String) throws(ReportError) -> [TrainingRecord] {
        try readable(path, upTo: .max).records
    }

    /// One line without its end: the step, the fields of every run, then metrics by name.
    static func line(_ record: TrainingRecord) -> String {
        var fields = ["\"step\":\(record.step)"]
        for (name, value) in record.values {
            fields.append("\(JSONText.quoted(name)):\(value.isFinite ? ReportFile.number(value) : "null")")
        }
        return "{\(fields.joined(separator: ","))}"
    }

    /// The records up to a step, and the bytes that they take.
    private static func readable(
        _ path: String, upTo step: Int
    ) throws(ReportError) -> (records: [TrainingRecord], bytes: Int) {
        guard let bytes = try ReportFile.contents(path) else { return ([], 0) }
        let decoder = JSONDecoder()
        var records: [TrainingRecord] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: 0x0a) {
            if let record = try? decoder.decode(TrainingRecord.self, from: Data(bytes[start..<end])) {
                if record.step > step { break }
                records.append(record)
            }
            start = end + 1
        }
        return (records, start)
    }
}
