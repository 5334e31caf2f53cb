import AsyncHTTPClient
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The two questions about a repository that a download asks.
struct HubAPI: Sendable {
    /// The longest answer that is read, in bytes.
    static let longestAnswer = 64 << 20
    /// The most pages of a list that are read.
    static let pageLimit = 1000

    let transport: HubTransport

    private struct RevisionAnswer: Decodable {
        let sha: String
    }

    /// The commit that a branch or tag names now.
    func commit(of reference: RepositoryReference) async throws(HubError) -> String {
        let url = base(reference) + "/revision/" + URLText.escaped(reference.revision)
        let subject = HubTransport.Subject(reference: reference, activity: "asking for the revision of \(reference)")
        let (answer, _) = try await decoded(RevisionAnswer.self, url, subject: subject)
        guard RepositoryReference.isCommitHash(answer.sha) else {
            throw .malformedResponse(url: URLText.shown(url), reason: "it does not name a commit")
        }
        return answer.sha
    }

    /// All files at a commit.
    func tree(of reference: RepositoryReference, commit: String) async throws(HubError) -> RepositoryTree {
        let subject = HubTransport.Subject(reference: reference, activity: "listing the files of \(reference)")
        var next: String? = base(reference) + "/tree/" + commit + "?recursive=true"
        var seen: Set<String> = []
        var files: [RepositoryFile] = []
        while let url = next {
            guard seen.insert(url).inserted, seen.count <= Self.pageLimit else {
                throw .malformedResponse(url: URLText.shown(url), reason: "its list of files has no end")
            }
            let (entries, headers) = try await decoded([TreeAnswerEntry].self, url, subject: subject)
            for entry in entries {
                if let file = try entry.file(repository: reference.path, url: url) { files.append(file) }
            }
            next = try Self.nextPage(headers, url: url)
        }
        guard Set(files.map(\.path)).count == files.count else {
            throw .malformedResponse(url: base(reference), reason: "it lists a file twice")
        }
        return RepositoryTree(files: files)
    }

    private func base(_ reference: RepositoryReference) -> String {
        transport.configuration.endpoint + "/api/\(reference.kind.plural)/"
            + URLText.escaped(reference.identifier, keeping: "/")
    }

    /// Asks, with repetitions, and reads the JSON of the answer.
    private func decoded<Content: Decodable & Sendable>(
        _ type: Content.Type, _ url: String, subject: HubTransport.Subject
    ) async throws(HubError) -> (Content, HTTPHeaders) {
        let timeout = transport.configuration.metadataTimeout
        let (bytes, headers) = try await transport.configuration.retryPolicy.run {
            () async throws(TransferFailure) -> ([UInt8], HTTPHeaders) in
            let answer = try await transport.get(url, deadline: timeout, subject: subject)
            do {
                let buffer = try await answer.response.body.collect(upTo: Self.longestAnswer)
                return (Array(buffer.readableBytesView), answer.response.headers)
            } catch {
                throw TransferFailure(
                    error, host: Origin(url: url)?.authority ?? "", timeout: transport.configuration.downloadTimeout,
                    activity: subject.activity)
            }
        }
        do {
            return (try JSONDecoder().decode(type, from: Data(bytes)), headers)
        } catch {
            throw .malformedResponse(url: URLText.shown(url), reason: "it is not the JSON that a Hub sends")
        }
    }

    /// The URL that a `Link: <…>; rel="next"` header names (RFC 8288), on the same server.
    static func nextPage(_ headers: HTTPHeaders, url: String) throws(HubError) -> String? {
        for link in headers["Link"].flatMap({ $0.split(separator: ",") }) {
            let parts = link.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard parts.dropFirst().contains(where: { $0 == "rel=\"next\"" || $0 == "rel=next" }),
                let target = parts.first, target.hasPrefix("<"), target.hasSuffix(">")
            else { continue }
            guard let next = URLText.resolved(String(target.dropFirst().dropLast()), against: url),
                Origin(url: next) == Origin(url: url)
            else {
                throw .malformedResponse(
                    url: URLText.shown(url), reason: "the next page of its list of files is on another server")
            }
            return next
        }
        return nil
    }
}
