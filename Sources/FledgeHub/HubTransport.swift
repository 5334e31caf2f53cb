import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Sends requests to the Hub: the token goes to the Hub's own origin and nowhere else, redirects are followed under
/// the same rule, and answers that mean failure become errors.
struct HubTransport: Sendable {
    static let redirectLimit = 10

    let configuration: HubConfiguration
    let client: HTTPClient

    /// An answer whose status is 2xx or one of those that the caller accepts.
    struct Answer: Sendable {
        let response: HTTPClientResponse
        /// Where the answer came from after redirects.
        let url: String
        /// The headers of the Hub's own answers on the way, which name the linked file.
        let hubHeaders: HTTPHeaders
    }

    /// What a request is about, for error messages.
    struct Subject: Sendable {
        let reference: RepositoryReference
        var file: String?
        let activity: String
    }

    /// Runs `body` with a transport that is shut down afterwards.
    static func with<Result: Sendable>(
        _ configuration: HubConfiguration, _ body: (HubTransport) async throws(HubError) -> Result
    ) async throws(HubError) -> Result {
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        settings.timeout.connect = TimeAmount(configuration.metadataTimeout)
        settings.timeout.read = TimeAmount(configuration.downloadTimeout)
        settings.connectionPool.retryConnectionEstablishment = false
        // One HTTP/2 connection would share one flow-control window among all files; several HTTP/1.1 connections
        // each have the kernel's.
        settings.httpVersion = .http1Only
        settings.proxy = configuration.proxy.map { proxy in
            guard let credentials = proxy.credentials else { return .server(host: proxy.host, port: proxy.port) }
            return .server(
                host: proxy.host, port: proxy.port,
                authorization: .basic(username: credentials.user, password: credentials.password))
        }
        let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: settings)
        let transport = HubTransport(configuration: configuration, client: client)
        let outcome: Swift.Result<Result, HubError>
        do {
            outcome = .success(try await body(transport))
        } catch {
            outcome = .failure(error)
        }
        try? await client.shutdown()
        return try outcome.get()
    }

    /// Sends a GET request, follows redirects and checks the status.
    ///
    /// - Parameters:
    ///   - url: An absolute URL.
    ///   - headers: Headers for every hop, by name.
    ///   - hubHeaders: Headers for the Hub's own origin only.
    ///   - deadline: How long the answer's head may take; `nil` leaves that to the read timeout.
    ///   - accepting: Status codes besides 2xx that are not errors.
    ///   - subject: What this is about.
    /// - Returns: The answer's head; its body is still to be read.
    /// - Throws: ``TransferFailure``, which says whether to try again.
    func get(
        _ url: String, headers: [String: String] = [:], hubHeaders: [String: String] = [:],
        deadline: Duration? = nil, accepting: Set<Int> = [], subject: Subject
    ) async throws(TransferFailure) -> Answer {
        var url = url
        var mayCarryToken = true
        var collected = HTTPHeaders()
        let hub = Origin(url: configuration.endpoint)
        for _ in 0...Self.redirectLimit {
            guard let origin = Origin(url: url) else {
                throw .final(.malformedResponse(url: URLText.shown(url), reason: "it is not an http address"))
            }
            let isHub = origin == hub
            mayCarryToken = mayCarryToken && isHub
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "User-Agent", value: "fledge")
            request.headers.add(name: "Accept-Encoding", value: "identity")
            for (name, value) in headers { request.headers.add(name: name, value: value) }
            if isHub {
                for (name, value) in hubHeaders { request.headers.add(name: name, value: value) }
            }
            if mayCarryToken, let token = configuration.token {
                request.headers.add(name: "Authorization", value: "Bearer \(token.secret)")
            }
            let response = try await send(request, origin: origin, deadline: deadline, subject: subject)
            if isHub { collected.add(contentsOf: response.headers) }
            if [301, 302, 303, 307, 308].contains(response.status.code) {
                url = try Self.redirectTarget(of: response, from: url)
                // Read to its end, the answer leaves its connection open for the next request.
                _ = try? await response.body.collect(upTo: 65_536)
                continue
            }
            let answer = Answer(response: response, url: url, hubHeaders: collected)
            let code = Int(response.status.code)
            if (200...299).contains(code) || accepting.contains(code) { return answer }
            throw failure(answer, origin: origin, tokenSent: mayCarryToken && configuration.token != nil, subject)
        }
        throw .final(.tooManyRedirects(url: URLText.shown(url), limit: Self.redirectLimit))
    }

    private func send(
        _ request: HTTPClientRequest, origin: Origin, deadline: Duration?, subject: Subject
    ) async throws(TransferFailure) -> HTTPClientResponse {
        let limit = deadline.map { NIODeadline.now() + TimeAmount($0) } ?? .distantFuture
        do {
            return try await client.execute(request, deadline: limit)
        } catch {
            throw TransferFailure(
                error, host: origin.authority, timeout: deadline ?? configuration.downloadTimeout,
                activity: subject.activity)
        }
    }

    private static func redirectTarget(
        of response: HTTPClientResponse, from url: String
    ) throws(TransferFailure) -> String {
        do {
            return try Redirect.target(of: response.headers.first(name: "Location"), from: url)
        } catch {
            throw .final(error)
        }
    }

    /// What a status that is not a success means.
    private func failure(
        _ answer: Answer, origin: Origin, tokenSent: Bool, _ subject: Subject
    ) -> TransferFailure {
        let headers = answer.response.headers
        let status = Int(answer.response.status.code)
        let endpoint = configuration.endpoint
        let repository = subject.reference.path
        let revision = subject.reference.revision
        let message = headers.first(name: "X-Error-Message").map(withoutToken)
        switch headers.first(name: "X-Error-Code") {
        case "GatedRepo":
            return .final(.gated(repository: repository, endpoint: endpoint, tokenSent: tokenSent))
        case "RepoNotFound":
            return .final(.repositoryNotFound(repository: repository, endpoint: endpoint, tokenSent: tokenSent))
        case "RevisionNotFound":
            return .final(.revisionNotFound(repository: repository, revision: revision, endpoint: endpoint))
        case "EntryNotFound":
            return .final(
                .fileNotFound(
                    repository: repository, revision: revision, file: subject.file ?? "/", endpoint: endpoint))
        default:
            break
        }
        switch status {
        case 401 where tokenSent:
            return .final(.tokenRefused(endpoint: endpoint))
        case 401,
            404 where subject.file == nil:
            return .final(.repositoryNotFound(repository: repository, endpoint: endpoint, tokenSent: tokenSent))
        case 404:
            return .final(
                .fileNotFound(
                    repository: repository, revision: revision, file: subject.file ?? "/", endpoint: endpoint))
        case 403 where Origin(url: endpoint) == origin:
            return .final(
                .forbidden(repository: repository, endpoint: endpoint, tokenSent: tokenSent, message: message))
        case 429:
            let pause = headers.first(name: "Retry-After").flatMap { RetryAfter.pause($0) }
            let seconds = pause.map { Int($0.components.seconds) }
            return .transient(.rateLimited(host: origin.authority, retryAfterSeconds: seconds), retryAfter: pause)
        default:
            let error = HubError.serverFailed(status: status, url: URLText.shown(answer.url), message: message)
            // A 403 here is a storage server's: its signed URL has expired, and asking the Hub again gets a new one.
            let isTransient = status >= 500 || status == 408 || status == 403
            let pause = headers.first(name: "Retry-After").flatMap { RetryAfter.pause($0) }
            return isTransient ? .transient(error, retryAfter: pause) : .final(error)
        }
    }

    /// Text of a server without the token, should it repeat it.
    private func withoutToken(_ text: String) -> String {
        guard let secret = configuration.token?.secret else { return DisplayText.sanitized(text) }
        let parts = text.split(separator: secret, omittingEmptySubsequences: false)
        return DisplayText.sanitized(parts.joined(separator: "<access token>"))
    }
}
