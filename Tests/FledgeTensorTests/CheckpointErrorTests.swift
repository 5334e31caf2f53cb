import FledgeTensor
import Foundation
import Testing

@Suite struct CheckpointErrorTests {
    private static let index = "model.safetensors.index.json"

    /// What opening a directory with this index complains of; `b.safetensors` holds a tensor `b`.
    private func complaint(_ index: String) throws -> String {
        let directory = try TemporaryDirectory()
        _ = try directory.file(
            #"{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1, name: "b.safetensors")
        _ = try directory.write(index.utf8, Self.index)
        return Safetensors.message(in: directory.path) { _ = try Checkpoint(directory: directory.path) }
    }

    private func malformed(_ reason: String) -> String {
        "\(Self.index): not a valid safetensors file: \(reason); download or export it again"
    }

    @Test func `A directory without weights`() throws {
        let directory = try TemporaryDirectory()
        let text = Safetensors.message(in: directory.path) { _ = try Checkpoint(directory: directory.path) }
        #expect(text == "model.safetensors: no such file")
    }

    @Test func `A shard that is missing`() throws {
        #expect(
            try complaint(#"{"weight_map":{"a":"c.safetensors"}}"#)
                == malformed("it names the shard c.safetensors, and there is no c.safetensors"))
    }

    @Test func `A tensor that its shard lacks`() throws {
        #expect(
            try complaint(#"{"weight_map":{"a":"b.safetensors","b":"b.safetensors"}}"#)
                == malformed("it says that b.safetensors holds “a”, and it does not"))
    }

    @Test(arguments: ["../b.safetensors", "/etc/passwd", "x/b.safetensors", "..", "", "b\\u0000.safetensors"])
    func `A shard that is not a file beside the index`(name: String) throws {
        let shown = name.replacingOccurrences(of: "\\u0000", with: "\0")
        #expect(
            try complaint(#"{"weight_map":{"b":"\#(name)"}}"#)
                == malformed("“\(shown)” is not the name of a file beside it"))
    }

    @Test func `An index that is not one`() throws {
        #expect(try complaint("{}") == malformed("“weight_map” is missing"))
        #expect(try complaint(#"{"weight_map":{"b":3}}"#) == malformed("weight_map.b: expected a string"))
        #expect(try complaint(#"{"weight_map":null}"#) == malformed("weight_map: expected an object, found null"))
        #expect(try complaint("{").hasPrefix("\(Self.index): "))
        let deep = String(repeating: "[", count: 100_000)
        #expect(try complaint(#"{"weight_map":\#(deep)"#).hasPrefix("\(Self.index): "))
    }

    @Test func `A tensor that no shard has`() throws {
        let directory = Fixtures.directory + "/t5-gated-gelu-sharded"
        let checkpoint = try Checkpoint(directory: directory)
        let text = Safetensors.message(in: Fixtures.directory) { _ = try checkpoint.tensor("nothing") }
        #expect(text == "t5-gated-gelu-sharded: holds no tensor named “nothing”")
    }
}
