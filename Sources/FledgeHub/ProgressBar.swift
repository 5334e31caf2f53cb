#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One line that shows how far some work is: a pure function from numbers to text.
public struct ProgressBar: Sendable, Hashable {
    /// What is being counted.
    public enum Unit: Sendable, Hashable {
        case bytes
        /// Anything else, named in the plural: `steps`, `tokens`.
        case items(String)
    }

    public var label: String
    public var completed: Int64
    /// `nil` when it is not known how much there is.
    public var total: Int64?
    public var unit: Unit
    /// `nil` or 0 when it is not known.
    public var unitsPerSecond: Double?

    /// Describes the state of some work.
    ///
    /// - Parameters:
    ///   - label: What is going on.
    ///   - completed: How much is done.
    ///   - total: How much there is.
    ///   - unit: What is counted.
    ///   - unitsPerSecond: How fast it goes.
    public init(
        label: String, completed: Int64, total: Int64? = nil, unit: Unit = .bytes, unitsPerSecond: Double? = nil
    ) {
        self.label = label
        self.completed = completed
        self.total = total
        self.unit = unit
        self.unitsPerSecond = unitsPerSecond
    }

    /// The line: label, bar, share, amounts, speed and the time that is left, as far as the width allows.
    ///
    /// - Parameter width: The columns of the terminal.
    /// - Returns: Text of at most `width` characters.
    public func line(width: Int) -> String {
        var details: [String] = []
        if let total, total > 0 {
            details.append("\(percent(of: total))%")
            let done = if case .items = unit { "\(completed)" } else { amount(completed) }
            details.append("\(done) of \(amount(total))")
        } else {
            details.append(amount(completed))
        }
        if let unitsPerSecond, unitsPerSecond > 0, unitsPerSecond.isFinite {
            details.append("\(amount(Int64(min(unitsPerSecond, 1e15))))/s")
            if let total, total > completed {
                details.append("\(Self.time((Double(total) - Double(completed)) / unitsPerSecond)) left")
            }
        }
        let text = details.joined(separator: "  ")
        let room = width - label.count - text.count - 6
        guard room >= 10, let total, total > 0 else {
            return String("\(label)  \(text)".prefix(max(0, width)))
        }
        let cells = min(room, 40)
        let filled = Int(Double(cells) * share(of: total))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: cells - filled)
        return "\(label)  [\(bar)]  \(text)"
    }

    private func share(of total: Int64) -> Double {
        min(max(Double(completed) / Double(total), 0), 1)
    }

    /// Rounded down, so that 100 means done.
    private func percent(of total: Int64) -> Int {
        completed >= total ? 100 : min(99, Int(share(of: total) * 100))
    }

    private func amount(_ count: Int64) -> String {
        switch unit {
        case .bytes: ByteCount.text(count)
        case .items(let name): "\(count) \(name)"
        }
    }

    private static func time(_ seconds: Double) -> String {
        let seconds = Int(min(seconds.rounded(.up), 359_999))
        let padded = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return seconds < 3600
            ? "\(seconds / 60):\(padded(seconds % 60))"
            : "\(seconds / 3600):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
    }
}

/// Draws a ``ProgressBar`` over itself on standard error when that is a terminal, and does nothing otherwise.
public struct TerminalProgress: Sendable {
    /// Whether anything is drawn.
    public let isEnabled: Bool

    /// Draws when standard error is a terminal.
    public init() {
        self.init(isEnabled: isatty(STDERR_FILENO) == 1)
    }

    /// - Parameter isEnabled: Whether to draw.
    public init(isEnabled: Bool) {
        self.isEnabled = isEnabled
    }

    /// Draws the bar in place of the one before.
    public func draw(_ bar: ProgressBar) {
        guard isEnabled else { return }
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        write("\r\(bar.line(width: isKnown ? Int(size.ws_col) - 1 : 79))\u{1B}[K")
    }

    /// Removes the bar, so that what is printed next starts on an empty line.
    public func clear() {
        if isEnabled { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            #if canImport(Darwin)
                let count = bytes.withUnsafeBytes { Darwin.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            #elseif canImport(Glibc)
                let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            #else
                let count = bytes.withUnsafeBytes { Musl.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            #endif
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
