import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The state of one file's transfer: what is on disk, its checksum so far, and the requests that add to it.
final class Transfer {
    private let download: FileDownload
    private let output: OutputFile
    private var hasher: ContentHasher
    /// How many bytes are on disk and in the checksum.
    private(set) var bytes: Int64 = 0
    /// The most bytes that were ever on disk: growing beyond it is progress, fetching the same again is not.
    private var furthest: Int64 = 0
    /// Whether the server showed that it cannot continue a file.
    private var mustStartOver = false

    private var file: RepositoryFile { download.file }
    private var repository: String { download.paths.reference.path }

    /// Takes over what an earlier download left, unless that is longer than the file.
    init(download: FileDownload, output: OutputFile) throws(HubError) {
        self.download = download
        self.output = output
        var hasher = ContentHasher(download.file)
        var bytes: Int64 = 0
        if try output.size() > download.file.size {
            try output.truncate()
        } else {
            try output.readAll { piece in
                hasher.update(piece)
                bytes += Int64(piece.count)
            }
        }
        self.hasher = hasher
        self.bytes = bytes
        self.furthest = bytes
    }

    /// Requests bytes until the file is complete, then checks it.
    ///
    /// - Throws: ``HubError/checksumMismatch(file:repository:expected:actual:)`` and other ``HubError``s.
    func run() async throws(HubError) {
        await download.meter.set(file, bytes: bytes)
        if bytes < file.size {
            try await download.transport.configuration.retryPolicy.run(progress: { furthest }) {
                () async throws(TransferFailure) in
                try await attempt()
            }
        }
        let checksum = hasher.hexadecimal()
        guard checksum == file.etag else {
            throw .checksumMismatch(
                file: file.path, repository: repository, expected: file.etag, actual: checksum)
        }
    }

    /// One request for the rest of the file.
    private func attempt() async throws(TransferFailure) {
        if mustStartOver { try startOver() }
        let answer = try await request()
        switch answer.response.status.code {
        case 206:
            guard let start = Self.rangeStart(answer.response.headers), start == bytes else {
                mustStartOver = true
                throw .transient(malformed(answer, "it sent another part of the file than the one asked for"))
            }
        case 416:
            mustStartOver = true
            throw .transient(malformed(answer, "it has no bytes after \(bytes) in \(file.path)"))
        default:
            // The server sends the whole file, whatever was asked for.
            if bytes > 0 { try startOver() }
        }
        try checkIdentity(answer)
        try await append(answer)
        if bytes < file.size {
            throw .transient(
                .connectionFailed(host: host(answer), reason: "the server closed it while \(activity)"))
        }
    }

    private var activity: String { "downloading \(file.path)" }

    private func request() async throws(TransferFailure) -> HubTransport.Answer {
        var headers: [String: String] = [:]
        var hubHeaders: [String: String] = [:]
        if bytes > 0 {
            headers["Range"] = "bytes=\(bytes)-"
            // Only the Hub itself names its files by this ETag; a storage server would send everything again.
            hubHeaders["If-Range"] = "\"\(file.etag)\""
        }
        return try await download.transport.get(
            download.url, headers: headers, hubHeaders: hubHeaders, accepting: [416],
            subject: .init(reference: download.paths.reference, file: file.path, activity: activity))
    }

    /// The Hub says which contents it is going to send; a difference is better noticed before than after.
    private func checkIdentity(_ answer: HubTransport.Answer) throws(TransferFailure) {
        let headers = answer.hubHeaders
        if let expected = file.sha256, let etag = headers.first(name: "X-Linked-Etag").map(Self.normalized),
            RepositoryTree.isHash(etag, digits: 64), etag != expected
        {
            throw .final(malformed(answer, "it has other contents for \(file.path) than its list of files says"))
        }
        if let commit = headers.first(name: "X-Repo-Commit"), RepositoryReference.isCommitHash(commit),
            commit != download.paths.commit
        {
            throw .final(malformed(answer, "it answers for another commit than the one asked for"))
        }
    }

    private func append(_ answer: HubTransport.Answer) async throws(TransferFailure) {
        do {
            for try await buffer in answer.response.body {
                let count = Int64(buffer.readableBytes)
                guard bytes + count <= file.size else {
                    throw HubError.sizeMismatch(
                        file: file.path, repository: repository, expected: file.size, actual: bytes + count)
                }
                let outcome = buffer.withUnsafeReadableBytes { piece in
                    hasher.update(piece)
                    return Result { () throws(HubError) in try output.write(piece) }
                }
                try outcome.get()
                bytes += count
                furthest = max(furthest, bytes)
                await download.meter.set(file, bytes: bytes, received: count)
            }
        } catch {
            throw TransferFailure(
                error, host: host(answer), timeout: download.transport.configuration.downloadTimeout,
                activity: activity)
        }
    }

    private func startOver() throws(TransferFailure) {
        mustStartOver = false
        do {
            try output.truncate()
        } catch {
            throw .final(error)
        }
        bytes = 0
        hasher = ContentHasher(file)
    }

    private func malformed(_ answer: HubTransport.Answer, _ reason: String) -> HubError {
        .malformedResponse(url: URLText.shown(answer.url), reason: reason)
    }

    private func host(_ answer: HubTransport.Answer) -> String {
        Origin(url: answer.url)?.authority ?? ""
    }

    /// The first byte that `Content-Range: bytes 100-199/200` announces.
    static func rangeStart(_ headers: HTTPHeaders) -> Int64? {
        guard let value = headers.first(name: "Content-Range"), value.hasPrefix("bytes ") else { return nil }
        return Int64(value.dropFirst("bytes ".count).prefix { $0.isNumber })
    }

    /// An ETag without its quotes and its mark of weakness.
    static func normalized(_ etag: String) -> String {
        let strong = etag.hasPrefix("W/") ? etag.dropFirst(2) : Substring(etag)
        return String(strong.filter { $0 != "\"" })
    }
}
