import Foundation
import NIOHTTP1

import FledgeHub

/// A server that behaves like the Hub for one repository, and a second one, on another host, for its LFS files.
final class FakeHub: Sendable {
    struct File: Sendable {
        var contents: [UInt8]
        var isLarge = false

        var sha1: String { checksum(sha256: nil) }
        var sha256: String { checksum(sha256: "") }
        var etag: String { isLarge ? sha256 : sha1 }

        private func checksum(sha256: String?) -> String {
            let size = Int64(contents.count)
            var hasher = ContentHasher(RepositoryFile(path: "", size: size, gitHash: "", sha256: sha256))
            contents.withUnsafeBytes { hasher.update($0) }
            return hasher.hexadecimal()
        }
    }

    /// Changes an answer before it is sent.
    typealias Filter = @Sendable (TestRequest, TestResponse) -> TestResponse

    static let commit = "0123456789abcdef0123456789abcdef01234567"

    let hub: TestServer
    let storage: TestServer
    let repository: String
    let files: [String: File]

    var endpoint: String { "http://127.0.0.1:\(hub.port)" }

    /// - Parameters:
    ///   - repository: `org/name`.
    ///   - kind: What the repository holds.
    ///   - files: The repository's files by path.
    ///   - pageSize: How many files a page of the list holds.
    ///   - hubFilter: Changes the Hub's answers.
    ///   - storageFilter: Changes the storage server's answers.
    /// - Throws: When no port can be opened.
    init(
        repository: String = "org/tiny", kind: RepositoryKind = .model, files: [String: File], pageSize: Int = 1000,
        hubFilter: @escaping Filter = { $1 }, storageFilter: @escaping Filter = { $1 }
    ) async throws {
        self.repository = repository
        self.files = files
        let large = Dictionary(files.values.filter(\.isLarge).map { ($0.sha256, $0) }) { first, _ in first }
        let storage = try await TestServer { request in
            let key = String(request.path.dropFirst())
            guard let file = large[key], request.headers["Authorization"].isEmpty else {
                return storageFilter(request, .failure(.forbidden))
            }
            // As with the real storage, this ETag is not the Hub's.
            return storageFilter(request, Self.ranged(file.contents, etag: "storage-" + key, request))
        }
        self.storage = storage
        let answers = HubAnswers(
            repository: repository, kind: kind, files: files, pageSize: pageSize, storagePort: storage.port)
        hub = try await TestServer { hubFilter($0, answers.answer($0)) }
    }

    func close() async {
        await hub.close()
        await storage.close()
    }

    /// The part of the contents that the request asks for.
    static func ranged(
        _ contents: [UInt8], etag: String, _ request: TestRequest, headers: [String: String] = [:]
    ) -> TestResponse {
        var headers = headers
        headers["ETag"] = "\"\(etag)\""
        headers["Accept-Ranges"] = "bytes"
        let condition = request.headers.first(name: "If-Range")
        guard let range = request.headers.first(name: "Range"), condition == nil || condition == headers["ETag"],
            let start = Int(range.dropFirst("bytes=".count).prefix { $0 != "-" })
        else {
            return TestResponse(headers: headers, body: contents)
        }
        guard start < contents.count else {
            headers["Content-Range"] = "bytes */\(contents.count)"
            return TestResponse(status: .rangeNotSatisfiable, headers: headers)
        }
        headers["Content-Range"] = "bytes \(start)-\(contents.count - 1)/\(contents.count)"
        return TestResponse(status: .partialContent, headers: headers, body: Array(contents[start...]))
    }
}

/// The Hub's own answers.
private struct HubAnswers: Sendable {
    let repository: String
    let kind: RepositoryKind
    let files: [String: FakeHub.File]
    let pageSize: Int
    let storagePort: Int

    func answer(_ request: TestRequest) -> TestResponse {
        let path = request.path.removingPercentEncoding ?? ""
        let api = (kind == .dataset ? "/api/datasets/" : "/api/models/") + repository
        if path == "\(api)/revision/main" || path == "\(api)/revision/refs/pr/1" {
            return .json("{\"id\":\"\(repository)\",\"sha\":\"\(FakeHub.commit)\",\"gated\":false}")
        }
        if path == "\(api)/tree/\(FakeHub.commit)" { return tree(request) }
        let prefix = (kind == .dataset ? "/datasets" : "") + "/\(repository)/resolve/\(FakeHub.commit)/"
        if path.hasPrefix(prefix) { return file(String(path.dropFirst(prefix.count)), request) }
        if path.hasPrefix(api + "/revision/") || path.hasPrefix(api + "/tree/") {
            return .failure(.notFound, code: "RevisionNotFound", message: "Invalid rev id")
        }
        return .failure(.notFound, code: "RepoNotFound", message: "Repository not found")
    }

    private func tree(_ request: TestRequest) -> TestResponse {
        let cursor = request.query.split(separator: "&").first { $0.hasPrefix("cursor=") }
        let start = cursor.flatMap { Int($0.dropFirst("cursor=".count)) } ?? 0
        let names = files.keys.sorted()
        let entries = names.dropFirst(start).prefix(pageSize).map(entry)
        var headers: [String: String] = [:]
        if start + pageSize < names.count {
            let next = "\(request.path)?recursive=true&cursor=\(start + pageSize)"
            headers["Link"] = "<\(next)>; rel=\"next\""
        }
        return .json("[" + entries.joined(separator: ",") + "]", headers: headers)
    }

    private func entry(_ name: String) -> String {
        guard let file = files[name] else { return "{}" }
        let size = file.contents.count
        let large = file.isLarge ? ",\"lfs\":{\"oid\":\"\(file.sha256)\",\"size\":\(size),\"pointerSize\":134}" : ""
        return "{\"type\":\"file\",\"path\":\"\(name)\",\"oid\":\"\(file.sha1)\",\"size\":\(size)\(large)}"
    }

    private func file(_ name: String, _ request: TestRequest) -> TestResponse {
        guard let file = files[name] else {
            return .failure(.notFound, code: "EntryNotFound", message: "Entry not found")
        }
        var headers = ["X-Repo-Commit": FakeHub.commit]
        if file.isLarge {
            headers["X-Linked-Etag"] = "\"\(file.sha256)\""
            headers["X-Linked-Size"] = "\(file.contents.count)"
            // Another host name, although the same machine: the token must not follow.
            headers["Location"] = "http://localhost:\(storagePort)/\(file.sha256)?signature=secret"
            return TestResponse(status: .found, headers: headers, body: Array("Found".utf8))
        }
        return FakeHub.ranged(file.contents, etag: file.sha1, request, headers: headers)
    }
}
