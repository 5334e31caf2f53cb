import FledgeHub
import Foundation
import Testing

/// What users and servers may write, in random variations: any answer is fine, a trap is not.
@Suite struct RobustnessTests {
    private static let seeds = [
        "org/name@refs/pr/1", "~/models/t5", "https://ada:pw@huggingface.co:443/a/b?c=%20#d", "//host/path", "../x?y",
        "Sun, 06 Nov 1994 08:49:37 GMT", "99999999999999999999", "[!a-z]*?[]-]", "models/*.{json,txt}/",
        "http://[::1]:80/",
        "bytes 0-1/2", "hf_token", "",
    ]

    private static func mutated(_ generator: inout SeededGenerator) -> String {
        var scalars = Array((seeds.randomElement(using: &generator) ?? "").unicodeScalars)
        let palette = Array("/.@:?#%[]*-_ ~\\\u{0}\u{7F}é🦆\u{202E}0az\n\u{301}".unicodeScalars)
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let scalar = palette.randomElement(using: &generator) ?? "a"
            let position = Int.random(in: 0...scalars.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: scalars.insert(scalar, at: position)
            case 1 where position < scalars.count: scalars[position] = scalar
            default: if position < scalars.count { scalars.remove(at: position) }
            }
        }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    @Test func `Random text never traps, and what is accepted stays inside the cache`() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let text = Self.mutated(&generator)
            let other = Self.mutated(&generator)
            if let reference = try? RepositoryReference(text) {
                let parts = "\(reference.identifier)/\(reference.revision)".split(separator: "/")
                #expect(parts.allSatisfy { $0 != "." && $0 != ".." })
                let folder = HubCache(directory: URL(fileURLWithPath: "/cache")).folder(reference)
                #expect(folder.split(separator: "/").count == 2)
            }
            _ = try? ModelReference(text, homeDirectory: "/home/ada", fileExists: { _ in false })
            if let target = try? Redirect.target(of: text, from: "https://huggingface.co/a/b") {
                #expect(target.hasPrefix("http"))
            }
            _ = try? HubConfiguration(endpoint: text, cacheDirectory: URL(fileURLWithPath: "/cache"))
            _ = RetryAfter.pause(text)
            _ = GlobPattern(text).matches(other)
            _ = ProxyAddress(text)
            _ = try? AccessToken(text)
            _ = RepositoryTree.isSafe(text)
            _ = DisplayText.sanitized(text)
        }
    }
}
