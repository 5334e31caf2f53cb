import AsyncHTTPClient
import NIOCore
import NIOHTTP1

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why one attempt failed, and whether another may succeed.
enum TransferFailure: Error {
    /// Repeating cannot help.
    case final(HubError)
    /// Repeating may help, after a pause that the server may have chosen.
    case transient(HubError, retryAfter: Duration? = nil)

    var error: HubError {
        switch self {
        case .final(let error), .transient(let error, _): error
        }
    }

    /// What an error of the HTTP library means.
    ///
    /// - Parameters:
    ///   - error: Anything that a request or its body threw.
    ///   - host: The server, for the message.
    ///   - timeout: How long was waited if this is a timeout.
    ///   - activity: What was going on, as in “while listing the files”.
    init(_ error: any Error, host: String, timeout: Duration, activity: String) {
        switch error {
        case let failure as TransferFailure:
            self = failure
        case let error as HubError:
            self = .final(error)
        case is CancellationError:
            self = .final(.cancelled)
        case let error as HTTPClientError:
            self = Self.failure(error, host: host, timeout: timeout, activity: activity)
        case HTTPParserError.invalidEOFState:
            self = .transient(.connectionFailed(host: host, reason: "the server closed it while \(activity)"))
        case let error as HTTPParserError:
            self = .final(.malformedResponse(url: host, reason: "it is not HTTP (\(error))"))
        case is NIOTooManyBytesError:
            self = .final(.malformedResponse(url: host, reason: "the answer while \(activity) is too long"))
        default:
            self = .transient(.connectionFailed(host: host, reason: Self.reason(error)))
        }
    }

    private static func failure(
        _ error: HTTPClientError, host: String, timeout: Duration, activity: String
    ) -> TransferFailure {
        switch error {
        case .cancelled where Task.isCancelled:
            .final(.cancelled)
        case .readTimeout, .connectTimeout, .deadlineExceeded, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            .transient(.timedOut(host: host, seconds: timeout / .seconds(1), during: activity))
        case .remoteConnectionClosed, .uncleanShutdown, .requestStreamCancelled, .cancelled:
            .transient(.connectionFailed(host: host, reason: "the server closed it while \(activity)"))
        default:
            .final(.connectionFailed(host: host, reason: error.shortDescription.lowercased()))
        }
    }

    /// A short reason; the libraries below say it in many ways.
    private static func reason(_ error: any Error) -> String {
        let text = "\(error)"
        if text.hasPrefix("DNS error") { return "its name cannot be resolved" }
        if let code = (error as? IOError)?.errnoCode ?? errorNumber(in: text) {
            return String(cString: strerror(code)).lowercased()
        }
        if text.hasPrefix("handshakeFailed") || text.contains("SSL") {
            return "no secure connection could be made (\(DisplayText.sanitized(text)))"
        }
        return DisplayText.sanitized(text)
    }

    /// The number in `… (errno: 111)`, which is how a failed connection to several addresses lists its errors.
    private static func errorNumber(in text: String) -> Int32? {
        let marker = "errno: "
        guard let start = text.utf8.indices.first(where: { text.utf8[$0...].starts(with: marker.utf8) }) else {
            return nil
        }
        return Int32(text[start...].dropFirst(marker.count).prefix { $0.isNumber })
    }
}

extension RetryPolicy {
    /// Repeats `attempt` until it succeeds, fails for good, or has failed too often in a row.
    ///
    /// - Parameters:
    ///   - progress: A number that grows when something was gained; failures are counted from its last growth.
    ///   - attempt: One attempt.
    /// - Returns: What the successful attempt returned.
    /// - Throws: The last attempt's error, or ``HubError/cancelled``.
    func run<Result>(
        progress: () -> Int64 = { 0 }, _ attempt: () async throws(TransferFailure) -> Result
    ) async throws(HubError) -> Result {
        var failures = 0
        var gained = progress()
        while true {
            if Task.isCancelled { throw .cancelled }
            let failure: TransferFailure
            do {
                return try await attempt()
            } catch {
                failure = error
            }
            if Task.isCancelled { throw .cancelled }
            guard case .transient(let error, let retryAfter) = failure else { throw failure.error }
            if progress() > gained { failures = 0 }
            gained = max(gained, progress())
            failures += 1
            if failures >= maximumAttempts { throw error }
            if let retryAfter, retryAfter > longestRetryAfter { throw error }
            let pause = retryAfter ?? delay(afterFailures: failures, random: Double.random(in: 0..<1))
            do {
                try await Task.sleep(for: pause)
            } catch {
                throw .cancelled
            }
        }
    }
}
