#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One line that shows how far a training run is: a pure function from numbers to text.
public struct TrainingProgressLine: Sendable, Hashable {
    /// Optimiser steps that are done.
    public var step: Int
    /// All of them; nil where it is not known.
    public var total: Int?
    public var loss: Double?
    public var tokensPerSecond: Double?
    /// From the steps of this process, so that a run that goes on is not thought faster than it is.
    public var secondsPerStep: Double?
    public var memoryBytes: Int?

    public init(
        step: Int, total: Int? = nil, loss: Double? = nil, tokensPerSecond: Double? = nil,
        secondsPerStep: Double? = nil, memoryBytes: Int? = nil
    ) {
        self.step = step
        self.total = total
        self.loss = loss
        self.tokensPerSecond = tokensPerSecond
        self.secondsPerStep = secondsPerStep
        self.memoryBytes = memoryBytes
    }

    /// The line: bar, steps, loss, speed, time left and memory, as far as the width allows.
    ///
    /// - Parameter width: The columns of the terminal.
    /// - Returns: Text of at most `width` characters.
    public func line(width: Int) -> String {
        var details = [total.map { "\(step)/\($0)" } ?? "step \(step)"]
        if let loss { details.append("loss \(ReportFile.fixed(loss, 4))") }
        if let tokensPerSecond { details.append("\(ReportFile.fixed(tokensPerSecond, 0)) tokens/s") }
        if let total, let secondsPerStep, total > step, secondsPerStep > 0, secondsPerStep.isFinite {
            details.append("\(Self.time((Double(total) - Double(step)) * secondsPerStep)) left")
        }
        if let memoryBytes { details.append(Self.size(memoryBytes)) }
        let text = details.joined(separator: "  ")
        let room = width - text.count - 4
        guard room >= 10, let total, total > 0 else { return String(text.prefix(max(0, width))) }
        let cells = min(room, 30)
        let filled = Int(Double(cells) * min(max(Double(step) / Double(total), 0), 1))
        return "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: cells - filled))]  \(text)"
    }

    private static func time(_ seconds: Double) -> String {
        let seconds = Int(min(seconds.rounded(.up), 8_639_999))
        let padded = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
        if seconds < 3600 { return "\(seconds / 60):\(padded(seconds % 60))" }
        if seconds < 86_400 { return "\(seconds / 3600):\(clock)" }
        return "\(seconds / 86_400)d \(seconds / 3600 % 24):\(clock)"
    }

    private static func size(_ bytes: Int) -> String {
        let bytes = Double(max(0, bytes))
        return bytes < 1e9 ? "\(ReportFile.fixed(bytes / 1e6, 0)) MB" : "\(ReportFile.fixed(bytes / 1e9, 1)) GB"
    }

    /// The largest resident set of this process so far, in bytes.
    public static var peakMemoryBytes: Int {
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #elseif canImport(Glibc)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #else
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss * 1024
        #endif
    }
}

/// Draws a ``TrainingProgressLine`` over itself on standard error when that is a terminal, and does nothing otherwise.
public struct TrainingTerminal: Sendable {
    /// Whether anything is drawn.
    public let isEnabled: Bool

    /// Draws when standard error is a terminal.
    public init() { self.init(isEnabled: isatty(STDERR_FILENO) == 1) }

    public init(isEnabled: Bool) { self.isEnabled = isEnabled }

    /// Draws the line in place of the one before.
    public func draw(_ line: TrainingProgressLine) {
        guard isEnabled else { return }
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        write("\r\(line.line(width: isKnown ? Int(size.ws_col) - 1 : 79))\u{1B}[K")
    }

    /// Prints a line of its own above the progress.
    public func print(_ text: String) { write(isEnabled ? "\r\(text)\u{1B}[K\n" : "\(text)\n") }

    /// Removes the line, so that what is printed next starts on an empty one.
    public func clear() {
        if isEnabled { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        // Whoever closed standard error does not want to read of it.
        try? ReportFile.write(Array(text.utf8), to: STDERR_FILENO, path: "standard error")
    }
}
