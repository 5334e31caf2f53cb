import Fledge
import Foundation
import Testing

@Suite struct DataRepositoryTests {
    private static let files: [String: FakeHub.File] = [
        "README.md": .init(contents: Array("# Dialogues\n".utf8)),
        ".gitattributes": .init(contents: Array("*.jsonl filter=lfs\n".utf8)),
        "dataset_infos.json": .init(contents: Array("{}\n".utf8)),
        "data/train-00000-of-00002.jsonl": .init(contents: Array("{\"text\": \"a\"}\n{\"text\": \"b\"}\n".utf8)),
        "data/train-00001-of-00002.jsonl": .init(contents: Array("{\"text\": \"c\"}\n".utf8), isLarge: true),
        "data/validation.csv": .init(contents: Array("text,label\nv,1\n".utf8)),
        "data/train-00000-of-00002.parquet": .init(contents: Array("PAR1".utf8), isLarge: true),
    ]

    private func workplace(_ files: [String: FakeHub.File] = files) async throws -> Workplace {
        try Workplace(try await FakeHub(repository: "org/talks", kind: .dataset, files: files))
    }

    private func texts(_ dataSet: DataSet) async throws -> [String] {
        var texts: [String] = []
        for try await record in dataSet { texts.append(try record.text(of: "text")) }
        return texts
    }

    /// The error that a data set gives.
    private func failure(_ text: String, _ workplace: Workplace) async -> (any Error)? {
        do {
            _ = try await DataReference(text).dataSet(configuration: workplace.configuration)
            return nil
        } catch {
            return error
        }
    }

    @Test func `A data set is downloaded from its own address into its own folder`() async throws {
        let workplace = try await workplace()
        let reference = try DataReference("org/talks", fileExists: { _ in false })
        let dataSet = try await reference.dataSet(configuration: workplace.configuration)
        #expect(try await texts(dataSet) == ["a", "b", "c"])
        let paths = workplace.hub.hub.requests.map(\.path)
        #expect(
            paths[..<2] == ["/api/datasets/org/talks/revision/main", "/api/datasets/org/talks/tree/\(FakeHub.commit)"])
        #expect(
            paths[2...].sorted()
                == [
                    "data/train-00000-of-00002.jsonl", "data/train-00001-of-00002.jsonl", "data/validation.csv",
                ].map { "/datasets/org/talks/resolve/\(FakeHub.commit)/\($0)" })
        let folder = "datasets--org--talks"
        #expect(
            workplace.directory.listing().filter { $0.hasPrefix(folder) && !$0.contains("/blobs/") } == [
                "\(folder)/refs/main",
                "\(folder)/snapshots/\(FakeHub.commit)/data/train-00000-of-00002.jsonl",
                "\(folder)/snapshots/\(FakeHub.commit)/data/train-00001-of-00002.jsonl",
                "\(folder)/snapshots/\(FakeHub.commit)/data/validation.csv",
                "\(folder)/trees/\(FakeHub.commit).json",
            ])
        await workplace.hub.close()
        // All is in the cache now.
        #expect(try await texts(try await reference.dataSet(configuration: workplace.configuration)).count == 3)
    }

    @Test func `A split is taken by its name, and a wrong one is an error that lists them`() async throws {
        let workplace = try await workplace()
        let validation = try DataReference("hf://datasets/org/talks@main/validation")
        #expect(try await texts(try await validation.dataSet(configuration: workplace.configuration)) == ["v"])
        let error = await failure("hf://datasets/org/talks/test", workplace)
        #expect(
            error as? DataError
                == .invalidOption(
                    name: "split", problem: "datasets/org/talks has no split “test”",
                    remedy: "It has “train”, “validation”."))
        await workplace.hub.close()
    }

    @Test func `A data set of Parquet files is an error that names them`() async throws {
        let workplace = try await workplace([
            "README.md": .init(contents: [35]), "data/train.parquet": .init(contents: Array("PAR1".utf8)),
        ])
        let error = await failure("hf://datasets/org/talks", workplace) as? HubError
        #expect(
            error
                == .unreadDataFiles(
                    reference: "datasets/org/talks", files: ["data/train.parquet"],
                    extensions: DataFormat.fileExtensions))
        await workplace.hub.close()
    }

    @Test func `A data set that is not there, or not in the cache offline, is said to be one`() async throws {
        var workplace = try await workplace()
        let missing = await failure("hf://datasets/org/other", workplace) as? HubError
        #expect(
            missing
                == .repositoryNotFound(
                    repository: "datasets/org/other", endpoint: workplace.hub.endpoint, tokenSent: false))
        workplace.configuration.isOffline = true
        let offline = await failure("hf://datasets/org/other", workplace) as? HubError
        #expect(offline == .offline(reference: "datasets/org/other", cacheDirectory: workplace.directory.url.path))
        await workplace.hub.close()
    }

    @Test(arguments: [
        ("hf://datasets/org/talks", "org/talks", "main", nil), ("hf://datasets/squad", "squad", "main", nil),
        ("hf://datasets/org/talks/test", "org/talks", "main", "test"),
        ("hf://datasets/org/talks@v1", "org/talks", "v1", nil),
        ("hf://datasets/org/talks@v1/test", "org/talks", "v1", "test"),
        ("hf://datasets/org/talks@refs/convert/parquet/test", "org/talks", "refs/convert/parquet", "test"),
        ("hf://datasets/org/talks@a%2Fb/test", "org/talks", "a/b", "test"),
        ("org/talks", "org/talks", "main", nil), ("org/talks@refs/pr/1", "org/talks", "refs/pr/1", nil),
    ])
    func `An address or a Hub id is a repository`(text: String, id: String, revision: String, split: String?) throws {
        let repository = try RepositoryReference(identifier: id, revision: revision, kind: .dataset)
        let reference = try DataReference(text, fileExists: { _ in false })
        #expect(reference == .repository(repository, split: split))
    }

    @Test(arguments: [
        "a.jsonl", "data/train.jsonl", "data/train.csv.gz", "data/x.parquet", "/data/talks", "./org/talks",
        "../org", "~/talks", "squad", "a/b/c", "org/here", "",
    ])
    func `What exists or looks like a path is one`(text: String) throws {
        let reference = try DataReference(text, fileExists: { $0 == "org/here" })
        #expect(reference == .path(text))
    }

    @Test(arguments: [
        ("hf://org/talks", "hf://org/talks", "an address of a data set begins with hf://datasets/"),
        (
            "hf://datasets/org/talks/a/b", "hf://datasets/org/talks/a/b",
            "after the repository there is one word for the split at most"
        ),
        (
            "hf://datasets/org/talks/", "hf://datasets/org/talks/",
            "after the repository there is one word for the split at most"
        ),
        ("hf://datasets/", "hf://datasets/", "the repository's name is empty"),
        ("hf://datasets/org/talks@", "hf://datasets/org/talks@", "the revision after “@” is empty"),
        ("org/ta--lks", "hf://datasets/org/ta--lks", "“--” and “..” are not allowed in a repository's name"),
    ])
    func `An address that names no data set is an error`(text: String, shown: String, reason: String) throws {
        #expect(throws: HubError.invalidReference(text: shown, reason: reason)) {
            try DataReference(text, fileExists: { _ in false })
        }
    }
}
