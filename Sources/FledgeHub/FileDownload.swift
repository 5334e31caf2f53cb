import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Brings one file of a repository into the cache, continuing what an interrupted download left behind.
///
/// The bytes go to `blobs/<etag>.incomplete` while the blob's lock is held. The blob gets its name only when its
/// size and checksum are right and its bytes are on the disk, so a reader never sees half a file. Because a blob is
/// named after its contents, a partial file can only be continued with the contents it was begun with.
struct FileDownload: Sendable {
    let transport: HubTransport
    let paths: SnapshotPaths
    let file: RepositoryFile
    /// Whether to download even when the blob is there.
    let isForced: Bool
    let meter: ProgressMeter

    private var repository: String { paths.reference.path }

    /// Downloads the file unless it is there, and links it into the snapshot.
    func run() async throws(HubError) {
        let blob = paths.cache.blob(file.etag, of: paths.reference)
        let lockPath = paths.cache.lock(file.etag, of: paths.reference)
        try FileSystem.createDirectory(parent(of: lockPath))
        try FileSystem.createDirectory(parent(of: blob))
        let lock = try await FileLock.acquire(lockPath)
        defer { withExtendedLifetime(lock) {} }
        // Another process may have been faster.
        if !isForced, paths.has(file) {
            await meter.finish(file)
            return
        }
        if isForced || FileSystem.status(of: blob)?.size != file.size {
            try await fetch(blob: blob, isAlone: lock.isEnforced)
        }
        try paths.link(file)
        await meter.finish(file)
    }

    /// Downloads to the partial file, checks it and gives it the blob's name. Where others may be writing too, the
    /// partial file is this call's own and nothing is continued.
    private func fetch(blob: String, isAlone: Bool) async throws(HubError) {
        let partialPath = blob + (isAlone ? "" : ".\(UInt64.random(in: 0...UInt64.max))") + ".incomplete"
        defer {
            if !isAlone { FileSystem.remove(partialPath) }
        }
        var mayStartAgain = true
        while true {
            let output = try OutputFile(path: partialPath)
            if isForced, mayStartAgain { try output.truncate() }
            let transfer = try Transfer(download: self, output: output)
            let hadBytes = transfer.bytes > 0
            do {
                try await transfer.run()
                try output.synchronize()
                try FileSystem.rename(partialPath, to: blob)
                return
            } catch {
                switch error {
                case .checksumMismatch, .sizeMismatch:
                    FileSystem.remove(partialPath)
                    // The part from an earlier download may be what is damaged: try once without it.
                    guard hadBytes, mayStartAgain else { throw error }
                    mayStartAgain = false
                default:
                    throw error
                }
            }
        }
    }

    private func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    /// The file's address at its commit, which no later change to a branch can alter.
    var url: String {
        transport.configuration.endpoint + "/" + URLText.escaped(repository, keeping: "/") + "/resolve/"
            + paths.commit + "/" + URLText.escaped(file.path, keeping: "/")
    }
}
