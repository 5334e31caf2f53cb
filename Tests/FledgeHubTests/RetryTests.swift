import FledgeHub
import Foundation
import Testing

@Suite struct RetryTests {
    @Test func `Pauses double up to a limit, and half of each is drawn at random`() {
        let policy = RetryPolicy(initialDelay: .seconds(1), longestDelay: .seconds(5))
        #expect(
            (1...4).map { policy.delay(afterFailures: $0, random: 0) } == [
                .seconds(0.5), .seconds(1), .seconds(2), .seconds(2.5),
            ])
        #expect(policy.delay(afterFailures: 2, random: 0.5) == .seconds(1.5))
        #expect(policy.delay(afterFailures: 1000, random: 1) == .seconds(5))
    }

    @Test func `Retry-After is read as seconds or as a date`() {
        let now = Date(timeIntervalSince1970: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT
        #expect(RetryAfter.pause("120", now: now) == .seconds(120))
        #expect(RetryAfter.pause(" 0 ", now: now) == .zero)
        #expect(RetryAfter.pause("-5", now: now) == .zero)
        #expect(RetryAfter.pause("Sun, 06 Nov 1994 08:50:07 GMT", now: now) == .seconds(30))
        #expect(RetryAfter.pause("Sun, 06 Nov 1994 08:49:07 GMT", now: now) == .zero)
        #expect(RetryAfter.pause("Thu, 29 Feb 1996 00:00:00 GMT", now: now) == .seconds(825_552_000 - 784_111_777))
        for text in ["", "soon", "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 Nov 1994", "99999999999999999999"] {
            #expect(RetryAfter.pause(text, now: now) == nil)
        }
    }

    @Test func `A redirect keeps to http, and from https to https or this machine`() throws {
        let hub = "https://huggingface.co/a/resolve/main/b"
        #expect(try Redirect.target(of: "/c?d=1", from: hub) == "https://huggingface.co/c?d=1")
        #expect(try Redirect.target(of: "https://cdn.example/x", from: hub) == "https://cdn.example/x")
        #expect(try Redirect.target(of: "//cdn.example/x", from: hub) == "https://cdn.example/x")
        #expect(try Redirect.target(of: "http://127.0.0.1:80/x", from: hub) == "http://127.0.0.1:80/x")
        #expect(try Redirect.target(of: "http://cdn.example/x", from: "http://a/") == "http://cdn.example/x")
        #expect(throws: HubError.insecureRedirect(from: hub, to: "http://cdn.example/x")) {
            try Redirect.target(of: "http://cdn.example/x?signature=secret", from: hub)
        }
        for location in [
            nil, "ftp://a/b", "file:///etc/passwd", "http://", "http://a:99999/", "http://a:0/", "http://%00/",
        ] {
            #expect(throws: HubError.self) { try Redirect.target(of: location, from: hub) }
        }
    }
}
