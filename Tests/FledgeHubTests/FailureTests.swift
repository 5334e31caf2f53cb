import FledgeHub
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@Suite struct FailureTests {
    /// The error of a download from a hub whose answers are changed.
    private func error(
        reference: String = "org/tiny", files: [String: FakeHub.File] = tinyModel(), token: String? = nil,
        timeout: Duration = .seconds(5), hubFilter: @escaping FakeHub.Filter = { $1 },
        storageFilter: @escaping FakeHub.Filter = { $1 }
    ) async throws -> (error: HubError?, workplace: Workplace) {
        let hub = try await FakeHub(files: files, hubFilter: hubFilter, storageFilter: storageFilter)
        let workplace = try Workplace(hub, token: token, timeout: timeout)
        let parsed = try RepositoryReference(reference)
        let error = await failure { () async throws(HubError) in
            try await workplace.client.snapshot(of: parsed)
        }
        await hub.close()
        return (error, workplace)
    }

    @Test func `A repository, a revision and a file that do not exist are told apart`() async throws {
        let repository = try await error(reference: "org/absent")
        #expect(
            repository.error
                == .repositoryNotFound(
                    repository: "org/absent", endpoint: repository.workplace.hub.endpoint, tokenSent: false))
        let revision = try await error(reference: "org/tiny@v9")
        #expect(
            revision.error
                == .revisionNotFound(
                    repository: "org/tiny", revision: "v9", endpoint: revision.workplace.hub.endpoint))
        let file = try await error(hubFilter: { request, response in
            request.path.hasSuffix("/config.json") ? .failure(.notFound, code: "EntryNotFound") : response
        })
        #expect(
            file.error
                == .fileNotFound(
                    repository: "org/tiny", revision: "main", file: "config.json",
                    endpoint: file.workplace.hub.endpoint))
    }

    @Test func `A gated repository asks for its terms, with and without a token`() async throws {
        for (token, status) in [(nil, HTTPResponseStatus.unauthorized), ("hf_secret", .forbidden)] {
            let result = try await error(
                token: token,
                hubFilter: { request, response in
                    request.path.contains("/resolve/") ? .failure(status, code: "GatedRepo") : response
                })
            let endpoint = result.workplace.hub.endpoint
            #expect(
                result.error == .gated(repository: "org/tiny", endpoint: endpoint, tokenSent: token != nil))
        }
    }

    @Test func `A refused token is said to be refused, and 401 without one means no such repository`() async throws {
        let refused = try await error(token: "hf_secret", hubFilter: { _, _ in .failure(.unauthorized) })
        #expect(refused.error == .tokenRefused(endpoint: refused.workplace.hub.endpoint))
        let hidden = try await error(hubFilter: { _, _ in .failure(.unauthorized) })
        #expect(
            hidden.error
                == .repositoryNotFound(
                    repository: "org/tiny", endpoint: hidden.workplace.hub.endpoint, tokenSent: false))
    }

    @Test func `A forbidden repository repeats the server's reason but never the token`() async throws {
        let result = try await error(
            token: "hf_secret",
            hubFilter: { _, _ in
                .failure(.forbidden, message: "No right for hf_secret here.")
            })
        #expect(
            result.error
                == .forbidden(
                    repository: "org/tiny", endpoint: result.workplace.hub.endpoint, tokenSent: true,
                    message: "No right for <access token> here."))
        #expect("\(String(describing: result.error))".contains("hf_secret") == false)
    }

    @Test func `Too many requests are repeated after the pause that the server asks for`() async throws {
        let times = Locked<[ContinuousClock.Instant]>([])
        let result = try await error(hubFilter: { request, response in
            guard request.path.hasSuffix("/revision/main") else { return response }
            let count = times.with { times in
                times.append(.now)
                return times.count
            }
            if count > 1 { return response }
            return TestResponse(status: .tooManyRequests, headers: ["Retry-After": "1"])
        })
        #expect(result.error == nil)
        let instants = times.current
        #expect(instants.count == 2)
        #expect(instants[1] - instants[0] >= .milliseconds(990))
    }

    @Test func `A pause that is too long, or too many refusals, end the download`() async throws {
        let long = try await error(hubFilter: { _, _ in
            TestResponse(status: .tooManyRequests, headers: ["Retry-After": "3600"])
        })
        let host = "127.0.0.1:\(long.workplace.hub.hub.port)"
        #expect(long.error == .rateLimited(host: host, retryAfterSeconds: 3600))
        #expect(long.workplace.hub.hub.requests.count == 1)
        let many = try await error(hubFilter: { _, _ in .failure(.tooManyRequests) })
        #expect(many.workplace.hub.hub.requests.count == 4)
        #expect(many.error?.category == .unavailable)
    }

    @Test func `A server that fails is asked again`() async throws {
        let seen = Locked<Set<String>>([])
        let result = try await error(
            hubFilter: { request, response in
                seen.with { $0.insert(request.target).inserted } ? .failure(.internalServerError) : response
            },
            storageFilter: { request, response in
                seen.with { $0.insert(request.target).inserted } ? .failure(.badGateway) : response
            })
        #expect(result.error == nil)
        let dead = try await error(hubFilter: { _, _ in .failure(.serviceUnavailable, message: "Down.") })
        let url = dead.workplace.hub.endpoint + "/api/models/org/tiny/revision/main"
        #expect(dead.error == .serverFailed(status: 503, url: url, message: "Down."))
        #expect(dead.workplace.hub.hub.requests.count == 4)
    }

    @Test func `The signature of a storage address is not in the message`() async throws {
        let result = try await error(storageFilter: { _, _ in .failure(.internalServerError) })
        guard case .serverFailed(500, let url, nil) = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
        #expect(url.hasPrefix("http://localhost:\(result.workplace.hub.storage.port)/"))
        #expect(!url.contains("signature"))
    }

    @Test func `A silent server is a time-out that says what was going on`() async throws {
        let silent = try await error(
            timeout: .milliseconds(150),
            hubFilter: { _, response in
                var late = response
                late.delay = .seconds(2)
                return late
            })
        #expect(
            silent.error
                == .timedOut(
                    host: "127.0.0.1:\(silent.workplace.hub.hub.port)", seconds: 0.15,
                    during: "asking for the revision of org/tiny"))
        let stalled = try await error(
            timeout: .milliseconds(150),
            storageFilter: { _, response in
                var late = response
                late.delay = .seconds(2)
                return late
            })
        guard case .timedOut(_, 0.15, let activity) = stalled.error else {
            Issue.record("\(String(describing: stalled.error))")
            return
        }
        #expect(activity == "downloading model.safetensors" || activity == "downloading spiece.model")
    }

    @Test func `A closed port and an unknown host are failed connections`() async throws {
        let server = try await TestServer { _ in TestResponse() }
        let port = server.port
        await server.close()
        let directory = try TemporaryDirectory()
        let reference = try RepositoryReference("org/tiny")
        let expected = ["http://127.0.0.1:\(port)": "connection refused"]
        for (endpoint, reason) in expected {
            let client = HubClient(
                configuration: try HubConfiguration(
                    endpoint: endpoint, cacheDirectory: directory.url, retryPolicy: hastyRetries))
            let error = await failure { () async throws(HubError) in try await client.snapshot(of: reference) }
            #expect(error == .connectionFailed(host: String(endpoint.dropFirst(7)), reason: reason))
        }
    }

    @Test func `Wrong bytes are deleted and named with both checksums`() async throws {
        let result = try await error(storageFilter: { _, response in
            var wrong = response
            wrong.body = Array(response.body.reversed())
            return wrong
        })
        guard case .checksumMismatch(let file, "org/tiny", let expected, let actual) = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
        #expect(result.workplace.hub.files[file]?.sha256 == expected)
        #expect(actual != expected)
        let left = result.workplace.directory.listing()
        #expect(!left.contains("models--org--tiny/blobs/\(expected)"))
        #expect(!left.contains("models--org--tiny/blobs/\(expected).incomplete"))
    }

    @Test func `More bytes than promised are refused`() async throws {
        let result = try await error(storageFilter: { _, response in
            var long = response
            long.body += [0, 0]
            return long
        })
        guard case .sizeMismatch = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
    }

    @Test func `A Hub that announces other contents is not believed`() async throws {
        let result = try await error(hubFilter: { _, response in
            var other = response
            if other.headers["X-Linked-Etag"] != nil {
                other.headers["X-Linked-Etag"] = "\"\(String(repeating: "0", count: 64))\""
            }
            return other
        })
        #expect(result.error?.category == .badData)
        #expect(result.workplace.hub.storage.requests.count <= 2)
    }

    @Test(arguments: ["../../etc/passwd", "/etc/passwd", "a/../../b", "a\\\\b"])
    func `A repository that lists a path outside itself is refused`(path: String) async throws {
        let listing = """
            [{"type":"file","path":"config.json","oid":"\(String(repeating: "a", count: 40))","size":1},
            {"type":"file","path":"\(path)","oid":"\(String(repeating: "a", count: 40))","size":1}]
            """
        let result = try await error(hubFilter: { request, response in
            request.path.contains("/tree/") ? .json(listing) : response
        })
        let shown = path.replacingOccurrences(of: "\\\\", with: "\\")
        #expect(result.error == .unsafePath(path: shown, repository: "org/tiny"))
        #expect(result.workplace.directory.listing().isEmpty)
    }

    @Test(arguments: [
        "<html>Welcome to the hotel</html>", "{}", "[{\"type\":\"file\"}]",
        "[{\"type\":\"file\",\"path\":\"a\",\"oid\":\"../../../x\",\"size\":1}]",
        "[{\"type\":\"file\",\"path\":\"a\",\"oid\":\"0123456789012345678901234567890123456789\",\"size\":-1}]",
        "[{\"type\":\"file\",\"path\":\"a\",\"oid\":\"0123456789012345678901234567890123456789\",\"size\":1e400}]",
    ])
    func `A list of files that is none is bad data`(listing: String) async throws {
        let result = try await error(hubFilter: { request, response in
            request.path.contains("/tree/") ? .json(listing) : response
        })
        #expect(result.error?.category == .badData)
        #expect(result.workplace.directory.listing().isEmpty)
    }

    @Test func `Pages and redirects without an end are refused`() async throws {
        let pages = try await error(hubFilter: { request, response in
            guard request.path.contains("/tree/") else { return response }
            return .json("[]", headers: ["Link": "<\(request.path)?recursive=true>; rel=\"next\""])
        })
        #expect(pages.error?.category == .badData)
        let elsewhere = try await error(hubFilter: { request, response in
            guard request.path.contains("/tree/") else { return response }
            return .json("[]", headers: ["Link": "<http://localhost:1/>; rel=\"next\""])
        })
        #expect(elsewhere.error?.category == .badData)
        let circle = try await error(hubFilter: { request, _ in
            TestResponse(status: .found, headers: ["Location": request.target])
        })
        let url = circle.workplace.hub.endpoint + "/api/models/org/tiny/revision/main"
        #expect(circle.error == .tooManyRedirects(url: url, limit: 10))
    }

    @Test func `A model that cannot fit on the disk is refused before it is begun`() async throws {
        let listing = """
            [{"type":"file","path":"model.safetensors","oid":"\(String(repeating: "a", count: 40))",
            "size":200000000000000,
            "lfs":{"oid":"\(String(repeating: "b", count: 64))","size":200000000000000}}]
            """
        let result = try await error(hubFilter: { request, response in
            request.path.contains("/tree/") ? .json(listing) : response
        })
        guard case .diskFull(_, 200_000_000_000_000, let available?) = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
        #expect(available > 0)
        #expect(result.workplace.hub.storage.requests.isEmpty)
    }
}
