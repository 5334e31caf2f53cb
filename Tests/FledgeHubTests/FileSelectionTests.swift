import FledgeHub
import Testing

@Suite struct FileSelectionTests {
    private func tree(_ paths: [String]) -> RepositoryTree {
        RepositoryTree(
            files: paths.map { RepositoryFile(path: $0, size: 1, gitHash: String(repeating: "a", count: 40)) })
    }

    private func plan(_ selection: FileSelection, _ paths: [String]) throws -> [String] {
        try selection.plan(tree(paths), reference: try RepositoryReference("org/a")).files.map(\.path).sorted()
    }

    @Test func `One weights file is preferred over shards and over other formats`() throws {
        let paths = [
            "config.json", "model.safetensors", "model.fp16.safetensors", "model.safetensors.index.json",
            "model-00001-of-00001.safetensors", "pytorch_model.bin", "tf_model.h5", "flax_model.msgpack",
            "onnx/model.onnx", "original/config.json", ".gitattributes", "tokenizer.json",
        ]
        #expect(try plan(.model, paths) == ["config.json", "model.safetensors", "tokenizer.json"])
    }

    @Test func `Without one weights file the index is fetched first`() throws {
        let paths = ["config.json", "model-00001-of-00002.safetensors", "model.safetensors.index.json", "merges.txt"]
        let chosen = try FileSelection.model.plan(tree(paths), reference: try RepositoryReference("org/a"))
        #expect(chosen.files.map(\.path).sorted() == ["config.json", "merges.txt", "model.safetensors.index.json"])
        #expect(chosen.index?.path == "model.safetensors.index.json")
    }

    @Test func `An adapter and a sentence embedding model bring their own files`() throws {
        #expect(
            try plan(.model, ["adapter_config.json", "adapter_model.safetensors", "optimizer.pt"])
                == ["adapter_config.json", "adapter_model.safetensors"])
        let sentence = [
            "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "config.json",
            "config_sentence_transformers.json", "model.safetensors", "modules.json", "sentence_bert_config.json",
        ]
        #expect(try plan(.model, sentence + ["openvino/openvino_model.bin", "2_Dense/pytorch_model.bin"]) == sentence)
    }

    @Test func `A repository without safetensors names what it has instead`() throws {
        #expect(throws: HubError.noSafetensors(reference: "org/a", otherWeights: ["pytorch_model.bin"])) {
            try plan(.model, ["config.json", "pytorch_model.bin"])
        }
        #expect(throws: HubError.noSafetensors(reference: "org/a", otherWeights: [])) { try plan(.model, []) }
    }

    @Test func `The tokenizer comes without the weights`() throws {
        let paths = ["config.json", "model.safetensors", "tokenizer.json", "spiece.model", "chat_template.jinja"]
        #expect(
            try plan(.tokenizer, paths) == ["chat_template.jinja", "config.json", "spiece.model", "tokenizer.json"])
        #expect(throws: HubError.self) { try plan(.tokenizer, ["config.json"]) }
    }

    @Test func `Patterns choose like those of snapshot_download`() throws {
        let paths = ["a.json", "b.txt", "dir/c.json", "dir/d.bin"]
        #expect(try plan(.patterns(allow: ["*.json"]), paths) == ["a.json", "dir/c.json"])
        #expect(try plan(.patterns(allow: ["dir/"]), paths) == ["dir/c.json", "dir/d.bin"])
        #expect(try plan(.patterns(allow: ["*"], ignore: ["*.json"]), paths) == ["b.txt", "dir/d.bin"])
        #expect(throws: HubError.noMatchingFiles(reference: "org/a", patterns: ["x"])) {
            try plan(.patterns(allow: ["x"]), paths)
        }
    }

    @Test(arguments: [
        ("*", "", true), ("a*c", "abbbc", true), ("a*c", "abbb", false), ("?", "", false), ("[0-9]_*", "1_P", true),
        ("[!0-9]_*", "1_P", false), ("[!0-9]_*", "x_P", true), ("[]]", "]", true), ("[a", "[a", true),
        ("[z-a]", "b", false), ("*a*b*c", "xxaxxbxxc", true), ("[a-]", "-", true), ("a.b", "axb", false),
    ])
    func `A pattern matches as in a shell`(pattern: String, text: String, isMatch: Bool) {
        #expect(GlobPattern(pattern).matches(text) == isMatch)
    }

    @Test func `A pattern of many stars takes no exponential time`() {
        let pattern = GlobPattern(String(repeating: "*a", count: 50) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 2000)))
    }

    @Test(arguments: [
        "../../etc/passwd", "/etc/passwd", "a/../b", "a//b", "./a", "a/", "", "a\\b", "a\u{0}b", "a\nb", "..",
    ])
    func `A path that leaves the snapshot is unsafe`(path: String) {
        #expect(!RepositoryTree.isSafe(path))
    }
}
