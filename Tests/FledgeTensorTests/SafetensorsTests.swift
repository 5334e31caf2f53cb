import FledgeTensor
import Foundation
import Testing

@Suite struct SafetensorsTests {
    @Test func `Tensors of every type come back as they were written`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a.safetensors"
        var noise = Noise(state: 91)
        var tensors: [String: Tensor] = [:]
        for dtype in DType.allCases {
            tensors["\(dtype).matrix"] = Tensor(noise.floats(15, times: 90), shape: [3, 5]).converted(to: dtype)
            tensors["\(dtype).scalar"] = Tensor([1]).reshaped([]).converted(to: dtype)
            tensors["\(dtype).empty"] = Tensor(zeros: [2, 0, 3], dtype: dtype)
        }
        tensors["view"] = counting([3, 4]).transposed(0, 1)
        tensors["name with “quotes”, \n and /"] = counting([1])
        let metadata = ["format": "pt", "ünïcode": "a \"b\" \\ c"]
        try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == metadata)
        #expect(Set(file.entries.keys) == Set(tensors.keys))
        for (name, tensor) in tensors {
            let read = try file.tensor(name)
            #expect(read.dtype == tensor.dtype && read.shape == tensor.shape)
            #expect(read.scalars == tensor.scalars, "\(name)")
            #expect(Int(bitPattern: read.pointer) % tensor.dtype.byteCount == 0)
        }
        // The safetensors format: data begins at a multiple of 8.
        let header = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(8)
        #expect(header[0] % 8 == 0)
    }

    @Test func `Half-precision and integer tensors read as the numbers that their bits mean`() throws {
        let directory = try TemporaryDirectory()
        let header = """
            {"half":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},\
            "brain":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]},\
            "long":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},\
            "int":{"dtype":"I32","shape":[1],"data_offsets":[16,20]},\
            "byte":{"dtype":"I8","shape":[1],"data_offsets":[20,21]},\
            "unsigned":{"dtype":"U8","shape":[1],"data_offsets":[21,22]},\
            "bool":{"dtype":"BOOL","shape":[1],"data_offsets":[22,23]}}
            """
        let data: [UInt8] = [0, 0x3c, 0, 0xc0, 0x80, 0x3f, 0x20, 0xc1, 254, 255, 255, 255, 255, 255, 255, 255]
        let rest: [UInt8] = [0, 1, 0, 0, 0x80, 0xff, 1]
        let path = try directory.write(Safetensors.bytes(header) + data + rest, "a.safetensors")
        let file = try SafetensorsFile(path: path)
        #expect(try file.tensor("half").scalars == [1, -2])
        #expect(try file.tensor("brain").scalars == [1, -10])
        #expect(try file.tensor("long").integers == [-2])
        #expect(try file.tensor("int").integers == [256])
        #expect(try file.tensor("byte").scalars == [-128])
        #expect(try file.tensor("unsigned").scalars == [255])
        #expect(try file.tensor("bool").scalars == [1])
    }

    @Test func `Tensors that begin at odd addresses are read and computed with`() throws {
        let directory = try TemporaryDirectory()
        var bytes = Safetensors.bytes(#"{"a":{"dtype":"F32","shape":[37],"data_offsets":[1,149]}}"#) + [0]
        for value in 0..<37 { bytes += (0..<4).map { UInt8(truncatingIfNeeded: Float(value).bitPattern >> ($0 * 8)) } }
        let tensor = try SafetensorsFile(path: try directory.write(bytes, "a.safetensors")).tensor("a")
        #expect(tensor.scalars == (0..<37).map(Float.init))
        #expect((tensor + 1).scalars == (1..<38).map(Float.init))
        #expect(tensor.reshaped([1, 37]).gatheredRows([0]).scalars == tensor.scalars)
    }

    @Test func `A tensor of a file is copied before it is written to`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a.safetensors"
        try SafetensorsWriter.write(["a": counting([4])], to: path)
        let file = try SafetensorsFile(path: path)
        var tensor = try file.tensor("a")
        tensor.withMutableFloats { $0[0] = 9 }
        #expect(tensor.scalars == [9, 1, 2, 3])
        #expect(try file.tensor("a").scalars == [0, 1, 2, 3])
    }

    @Test func `Tensors outlive the file they were read from`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a.safetensors"
        try SafetensorsWriter.write(["a": counting([2000])], to: path)
        let tensor = try SafetensorsFile(path: path).tensor("a")
        try FileManager.default.removeItem(atPath: path)
        #expect(tensor.scalars == (0..<2000).map(Float.init))
    }

    @Test func `A sharded checkpoint has the tensors of the whole one`() throws {
        let sharded = try Checkpoint(directory: Fixtures.directory + "/t5-gated-gelu-sharded")
        let whole = try Checkpoint(directory: Fixtures.directory + "/t5-gated-gelu")
        #expect(sharded.names == whole.names)
        #expect(sharded.parameterCount == whole.parameterCount)
        for name in whole.names {
            #expect(try sharded.tensor(name).scalars == whole.tensor(name).scalars)
            #expect(sharded.entry(name)?.shape == whole.entry(name)?.shape)
        }
        #expect(sharded.entry("nothing") == nil)
    }

    @Test func `An empty file of tensors is a file`() throws {
        let directory = try TemporaryDirectory()
        try SafetensorsWriter.write([:], to: directory.path + "/a.safetensors")
        #expect(try SafetensorsFile(path: directory.path + "/a.safetensors").entries.isEmpty)
        #expect(try SafetensorsFile(path: try directory.file("{}", name: "b.safetensors")).entries.isEmpty)
    }

    @Test func `Names and metadata may hold any text`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a.safetensors"
        let text = "a\"b\\c\n\t\u{1}\u{7f}é🙂/"
        try SafetensorsWriter.write([text: counting([2]), "": counting([1])], metadata: [text: text], to: path)
        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == [text: text])
        #expect(file.entries.keys.sorted() == ["", text])
        #expect(try file.tensor(text).shape == [2])
    }

    @Test func `Tensors with gaps are written row after row`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a.safetensors"
        try SafetensorsWriter.write(["a": counting([2, 3]).transposed(0, 1)], to: path)
        let tensor = try SafetensorsFile(path: path).tensor("a")
        #expect(tensor.shape == [3, 2])
        #expect(tensor.scalars == counting([2, 3]).transposed(0, 1).contiguous().scalars)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a.safetensors"])
    }
}
