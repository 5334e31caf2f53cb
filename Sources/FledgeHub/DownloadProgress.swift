/// How far a download is.
public struct DownloadProgress: Sendable, Hashable {
    /// The file that this report is about.
    public var file: String
    /// Bytes of that file that are on disk.
    public var fileBytes: Int64
    /// The size of that file.
    public var fileTotalBytes: Int64
    /// Bytes of all wanted files that are on disk, those of earlier downloads included.
    public var bytes: Int64
    /// The size of all wanted files.
    public var totalBytes: Int64
    /// Wanted files that are complete.
    public var filesDone: Int
    /// Wanted files. It grows once when an index turns out to name further files.
    public var totalFiles: Int
    /// Bytes that come over the network in a second, averaged over the last seconds; 0 before the first second.
    public var bytesPerSecond: Double

    /// Receives reports, one at a time and at most some twenty in a second.
    public typealias Handler = @Sendable (DownloadProgress) -> Void

    /// The bar that shows this on a terminal.
    public var bar: ProgressBar {
        ProgressBar(
            label: "\(filesDone)/\(totalFiles) files", completed: bytes, total: totalBytes, unit: .bytes,
            unitsPerSecond: bytesPerSecond)
    }
}

/// Adds up the progress of files that are downloaded at the same time and reports it.
actor ProgressMeter {
    private let handler: DownloadProgress.Handler?
    private let interval: Duration
    private var onDisk: [String: Int64] = [:]
    private var sizes: [String: Int64] = [:]
    private var filesDone = 0
    private var bytes: Int64 = 0
    private var totalBytes: Int64 = 0
    private var received: Int64 = 0
    private var bytesPerSecond = 0.0
    private var windowStart = ContinuousClock.now
    private var windowReceived: Int64 = 0
    private var lastReport: ContinuousClock.Instant?

    init(handler: DownloadProgress.Handler?, interval: Duration = .milliseconds(50)) {
        self.handler = handler
        self.interval = interval
    }

    /// Adds files that are wanted.
    func expect(_ files: [RepositoryFile]) {
        for file in files where sizes.updateValue(file.size, forKey: file.path) == nil {
            totalBytes &+= file.size
        }
    }

    /// The file now has this many bytes on disk, `received` of them new from the network.
    func set(_ file: RepositoryFile, bytes count: Int64, received new: Int64 = 0) {
        bytes &+= count &- (onDisk.updateValue(count, forKey: file.path) ?? 0)
        received += new
        let now = ContinuousClock.now
        let elapsed = (now - windowStart) / .seconds(1)
        if elapsed >= 1 {
            let rate = Double(received - windowReceived) / elapsed
            bytesPerSecond = bytesPerSecond == 0 ? rate : 0.6 * bytesPerSecond + 0.4 * rate
            windowStart = now
            windowReceived = received
        }
        if let lastReport, now - lastReport < interval { return }
        report(file, at: now)
    }

    /// The file is complete and in its place.
    func finish(_ file: RepositoryFile) {
        bytes &+= file.size &- (onDisk.updateValue(file.size, forKey: file.path) ?? 0)
        filesDone += 1
        report(file, at: .now)
    }

    private func report(_ file: RepositoryFile, at now: ContinuousClock.Instant) {
        guard let handler else { return }
        lastReport = now
        handler(
            DownloadProgress(
                file: file.path, fileBytes: onDisk[file.path] ?? 0, fileTotalBytes: file.size, bytes: bytes,
                totalBytes: totalBytes, filesDone: filesDone, totalFiles: sizes.count,
                bytesPerSecond: bytesPerSecond))
    }
}
