import FledgeTensor
import Foundation
import Testing

/// Whole outputs, kept as files in `Snapshots`.
///
/// To record them anew after a message was changed on purpose, and to look at the difference:
///
///     FLEDGE_RECORD_SNAPSHOTS=1 swift test -c release --filter FledgeCLITests
///     git diff Tests/FledgeCLITests/Snapshots
enum Snapshot {
    static let isRecording = ProcessInfo.processInfo.environment["FLEDGE_RECORD_SNAPSHOTS"] == "1"

    /// Compares with the file, or writes it.
    static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let url = Fledge.here.appending(path: "Snapshots").appending(path: name + ".txt")
        if isRecording { return try Data(text.utf8).write(to: url) }
        let recorded = try? String(contentsOf: url, encoding: .utf8)
        #expect(
            recorded != nil, "no snapshot \(name); record it with FLEDGE_RECORD_SNAPSHOTS=1",
            sourceLocation: sourceLocation)
        if let recorded { #expect(text == recorded, "snapshot \(name)", sourceLocation: sourceLocation) }
    }

    /// The exit code and both outputs, what differs between machines replaced.
    static func text(of result: Fledge.Result, directory: String) -> String {
        """
        exit \(result.status)
        --- standard output
        \(result.output)--- standard error
        \(result.error)
        """
        .replacingOccurrences(of: Engine.availableISAs.joined(separator: ", "), with: "LEVELS")
        .replacingOccurrences(of: directory, with: "DIR")
        .replacingOccurrences(of: Fledge.fixtures.path, with: "FIXTURES")
    }
}
