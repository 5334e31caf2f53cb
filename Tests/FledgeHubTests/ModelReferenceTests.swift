import FledgeHub
import Foundation
import Testing

@Suite struct ModelReferenceTests {
    private func parse(_ text: String, existing: Set<String> = []) throws(HubError) -> ModelReference {
        try ModelReference(text, homeDirectory: "/home/ada", fileExists: { existing.contains($0) })
    }

    @Test(arguments: [
        ("google/flan-t5-small", "google/flan-t5-small", "main"), ("gpt2", "gpt2", "main"),
        ("org/name@v1.0", "org/name", "v1.0"), ("org/name@refs/pr/1", "org/name", "refs/pr/1"),
        ("a_b/c.d-e@607a30d783dfa663caf39e06633721c8d4cfcd7e", "a_b/c.d-e", "607a30d783dfa663caf39e06633721c8d4cfcd7e"),
    ])
    func `A Hub id is a repository with a revision`(text: String, identifier: String, revision: String) throws {
        let expected = try RepositoryReference(identifier: identifier, revision: revision)
        #expect(try parse(text) == .repository(expected))
        #expect(expected.identifier == identifier)
        #expect(expected.revision == revision)
        #expect("\(expected)" == text)
    }

    @Test(arguments: [
        ("./gpt2", "./gpt2"), ("../models/t5", "../models/t5"), ("/models/t5", "/models/t5"),
        ("~/t5", "/home/ada/t5"), ("~", "/home/ada"), (".", "."), ("a/b/c@d", "a/b/c@d"), ("org/local", "org/local"),
    ])
    func `Text that looks like a path or exists on disk is a directory`(text: String, path: String) throws {
        let reference = try parse(text, existing: ["a/b/c@d", "org/local"])
        #expect(reference == .directory(URL(fileURLWithPath: path, isDirectory: true)))
    }

    @Test(arguments: [
        ("", "it is empty"),
        ("@main", "the repository's name is empty"),
        ("org/name@", "the revision after “@” is empty"),
        ("org/", "a part around the “/” is empty"),
        ("a/b/c", "no such directory exists, and a Hub id has at most one “/”"),
        ("org/../etc", "no such directory exists, and a Hub id has at most one “/”"),
        ("org/..", "a part of a repository's name begins or ends with “-” or “.”"),
        ("a..b", "“--” and “..” are not allowed in a repository's name"),
        ("a--b/c", "“--” and “..” are not allowed in a repository's name"),
        ("org/name.git", "a repository's name does not end with “.git”"),
        ("org/na me", "the character “ ” is not allowed in a repository's name"),
        ("org/näme", "the character “ä” is not allowed in a repository's name"),
        ("org\\name", "the character “\\” is not allowed in a repository's name"),
        ("org/name@../../etc", "a part of the revision begins with “.” or ends with “.lock”"),
        ("org/name@a..b", "“..” and “@{” are not allowed in a revision"),
        ("org/name@a//b", "a part of the revision is empty"),
        ("org/name@/etc", "a part of the revision is empty"),
        ("org/name@a b", "the character “ ” is not allowed in a revision"),
        ("org/name@a?b", "the character “?” is not allowed in a revision"),
        ("org/name@main.lock", "a part of the revision begins with “.” or ends with “.lock”"),
    ])
    func `Text that names no model is refused with a reason`(text: String, reason: String) throws {
        #expect(throws: HubError.invalidReference(text: text, reason: reason)) { try parse(text) }
    }

    @Test func `Overlong names and control characters are refused`() throws {
        #expect(throws: HubError.self) { try parse(String(repeating: "a", count: 97)) }
        #expect(throws: HubError.self) { try parse("org/name@" + String(repeating: "a", count: 256)) }
        #expect(throws: HubError.self) { try parse("/models/a\0b") }
        let error = #expect(throws: HubError.self) { try parse("org/\u{1B}[31mname") }
        #expect(error?.description.contains("\u{1B}") == false)
    }

    @Test func `A directory that exists is the model`() async throws {
        let directory = try TemporaryDirectory()
        let configuration = try HubConfiguration(cacheDirectory: directory.url, isOffline: true)
        let url = try await Hub.resolve(directory.url.path, configuration: configuration)
        #expect(url.standardizedFileURL.path == directory.url.standardizedFileURL.path)
    }

    @Test func `A path where nothing or a file is says what to do`() async throws {
        let directory = try TemporaryDirectory()
        let configuration = try HubConfiguration(cacheDirectory: directory.url, isOffline: true)
        let missing = directory.url.path + "/missing"
        let missingError = await failure { () async throws(HubError) in
            try await Hub.resolve(missing, configuration: configuration)
        }
        #expect(missingError == .directoryNotFound(path: missing))
        let file = directory.url.path + "/model.gguf"
        try Data().write(to: URL(fileURLWithPath: file))
        let fileError = await failure { () async throws(HubError) in
            try await Hub.resolve(file, configuration: configuration)
        }
        #expect(fileError == .notADirectory(path: file))
    }
}
