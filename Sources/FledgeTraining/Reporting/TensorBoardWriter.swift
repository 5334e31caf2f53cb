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

/// A file of events that TensorBoard shows: scalars by tag and step.
///
/// The file is a sequence of records, each an `Event` of TensorFlow's `event.proto` between its length and checksums;
/// each is in the file as soon as it is written.
public final class TensorBoardWriter {
    /// The file.
    public let path: String
    private let descriptor: Int32

    /// Makes a new file in the directory, which is made if need be.
    ///
    /// - Parameters:
    ///   - directory: What `tensorboard --logdir` is given, or a directory in it.
    ///   - step: Of a run that goes on, the step of its checkpoint: TensorBoard forgets what other files say of later
    ///     steps. Nil for a new run.
    ///   - time: When the file was begun, in seconds since 1970; nil for now.
    /// - Throws: ``ReportError``.
    public init(
        directory: String, resumingAfter step: Int? = nil, time: Double? = nil
    ) throws(ReportError) {
        try ReportFile.createDirectory(directory)
        let time = time ?? Self.now
        let second = Int(exactly: time.rounded(.down)) ?? 0
        let start = "\(directory)/events.out.tfevents.\(second).\(Self.hostName).\(getpid())"
        // Two runs of a process within a second are told apart by the last number.
        var (number, opened, name) = (0, Int32(-1), "")
        repeat {
            name = "\(start).\(number)"
            opened = open(name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
            number += 1
        } while opened < 0 && errno == EEXIST && number < 1000
        guard opened >= 0 else { throw ReportError(name, errno) }
        path = name
        descriptor = opened
        try append(EventMessage.version(time: time))
        if let step { try append(EventMessage.sessionStart(step: step &+ 1, time: time)) }
    }

    deinit { close(descriptor) }

    /// Adds values of one step, by tag, such as `train/loss`.
    ///
    /// - Throws: ``ReportError``.
    public func write(
        _ values: [(tag: String, value: Double)], step: Int, time: Double? = nil
    ) throws(ReportError) {
        if values.isEmpty { return }
        try append(EventMessage.scalars(values, step: step, time: time ?? Self.now))
    }

    /// Adds a record of the log: metrics that begin with `eval_` under `eval/`, all else under `train/`, as
    /// transformers names them.
    ///
    /// - Throws: ``ReportError``.
    public func write(
        _ record: TrainingRecord, time: Double? = nil
    ) throws(ReportError) {
        let values = record.values.map { name, value in
            (tag: name.hasPrefix("eval_") ? "eval/" + name.dropFirst(5) : "train/" + name, value: value)
        }
        try write(values, step: record.step, time: time)
    }

    private func append(_ event: [UInt8]) throws(ReportError) {
        let length = withUnsafeBytes(of: UInt64(event.count).littleEndian) { Array($0) }
        let record = length + Self.littleEndian(CRC32C.masked(length)) + event + Self.littleEndian(CRC32C.masked(event))
        try ReportFile.write(record, to: descriptor, path: path)
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static var now: Double { Date().timeIntervalSince1970 }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty || name.contains("/") ? "localhost" : name
    }
}

/// The messages of `event.proto` that Fledge writes, in the wire format of protocol buffers.
private enum EventMessage {
    static func version(time: Double) -> [UInt8] {
        double(1, time) + text(3, "brain.Event:2")
    }

    /// A `SessionLog` with the status START.
    static func sessionStart(step: Int, time: Double) -> [UInt8] {
        double(1, time) + integer(2, step) + message(7, integer(1, 1))
    }

    static func scalars(_ values: [(tag: String, value: Double)], step: Int, time: Double) -> [UInt8] {
        let summary = values.flatMap { message(1, text(1, $0.tag) + float(2, Float($0.value))) }
        return double(1, time) + integer(2, step) + message(5, summary)
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var (bytes, rest) = ([UInt8](), value)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// Nothing for 0, which is what a missing field is read as.
    private static func integer(_ field: UInt64, _ value: Int) -> [UInt8] {
        value == 0 ? [] : varint(field << 3) + varint(UInt64(bitPattern: Int64(value)))
    }

    private static func double(_ field: UInt64, _ value: Double) -> [UInt8] {
        varint(field << 3 | 1) + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }

    private static func float(_ field: UInt64, _ value: Float) -> [UInt8] {
        varint(field << 3 | 5) + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }

    private static func message(_ field: UInt64, _ content: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(content.count)) + content
    }

    private static func text(_ field: UInt64, _ content: String) -> [UInt8] { message(field, Array(content.utf8)) }
}
