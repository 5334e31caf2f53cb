import FledgeTensor
import Foundation
import Testing

@Suite struct SafetensorsErrorTests {
    private static let ending = "; download or export it again"

    /// What reading a file with this header, and asking for tensor `a`, complains of.
    private func complaint(_ header: String, data: Int = 0) throws -> String {
        let directory = try TemporaryDirectory()
        let path = try directory.file(header, data: data)
        return Safetensors.message(in: directory.path) { _ = try SafetensorsFile(path: path).tensor("a") }
    }

    private func complaint(bytes: [UInt8]) throws -> String {
        let directory = try TemporaryDirectory()
        let path = try directory.write(bytes, "a.safetensors")
        return Safetensors.message(in: directory.path) { _ = try SafetensorsFile(path: path) }
    }

    private func malformed(_ reason: String) -> String {
        "a.safetensors: not a valid safetensors file: \(reason)" + Self.ending
    }

    @Test func `A file that is not there, and one that is a directory`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a.safetensors"
        let read = { _ = try SafetensorsFile(path: path) }
        #expect(Safetensors.message(in: directory.path, read) == "a.safetensors: no such file")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(
            Safetensors.message(in: directory.path, read) == "a.safetensors: cannot be read: not a regular file")
    }

    @Test func `A file that ends before or within its header`() throws {
        #expect(try complaint(bytes: []) == malformed("0 bytes are too few for a header length"))
        #expect(try complaint(bytes: [1, 2, 3]) == malformed("3 bytes are too few for a header length"))
        #expect(
            try complaint(bytes: Safetensors.littleEndian(100) + [0x7b])
                == malformed("a header of 100 bytes in a file of 9 bytes: it is cut short"))
        #expect(
            try complaint(bytes: Safetensors.littleEndian(.max))
                == malformed("a header of 18446744073709551615 bytes is over the limit of 100000000"))
        #expect(
            try complaint(bytes: Safetensors.littleEndian(100_000_001))
                == malformed("a header of 100000001 bytes is over the limit of 100000000"))
    }

    @Test func `A tensor beyond the end of the file`() throws {
        #expect(
            try complaint(#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, data: 15)
                == malformed("tensor “a” ends at byte 16 of 15: the file is cut short or mislabelled"))
        #expect(
            try complaint(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775806,9223372036854775807]}}"#)
                == malformed("tensor “a” ends at byte 9223372036854775807 of 0: the file is cut short or mislabelled"))
    }

    @Test(arguments: ["[8,4]", "[-4,0]", "[0]", "[]", "[0,4,8]", "[-9223372036854775808,9223372036854775807]"])
    func `Offsets that are reversed, negative or not two`(offsets: String) throws {
        let printed = offsets.replacingOccurrences(of: ",", with: ", ")
        #expect(
            try complaint(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":\#(offsets)}}"#, data: 16)
                == malformed("tensor “a” has the data_offsets \(printed)"))
    }

    @Test func `A shape that does not fill its bytes`() throws {
        #expect(
            try complaint(#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,15]}}"#, data: 15)
                == malformed("tensor “a” of type F32 and shape [2, 2] does not fill its 15 bytes"))
        #expect(
            try complaint(#"{"a":{"dtype":"F32","shape":[0,2],"data_offsets":[0,4]}}"#, data: 4)
                == malformed("tensor “a” of type F32 and shape [0, 2] does not fill its 4 bytes"))
        #expect(
            try complaint(#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}"#, data: 1)
                == malformed("tensor “a” of type F4 and shape [3] does not fill its 1 bytes"))
    }

    @Test(arguments: [
        "[4294967296,4294967296]", "[9223372036854775807,2]", "[-1,-1]", "[-1]", "[0,4611686018427387904,4]",
        "[4611686018427387904,4,0]", "[0,-1]",
    ])
    func `A shape that is negative or whose product overflows, a zero in it or not`(shape: String) throws {
        let printed = shape.replacingOccurrences(of: ",", with: ", ")
        #expect(
            try complaint(#"{"a":{"dtype":"U8","shape":\#(shape),"data_offsets":[0,0]}}"#)
                == malformed("tensor “a” has the shape \(printed)"))
    }

    @Test func `A type or a rank that cannot be read`() throws {
        let ending = ", which Fledge does not read; convert it to F32, F16, BF16 or an integer type"
        #expect(
            try complaint(#"{"a":{"dtype":"Q3","shape":[1],"data_offsets":[0,1]}}"#, data: 1)
                == "a.safetensors: tensor “a” is stored as Q3" + ending)
        #expect(
            try complaint(#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#, data: 8)
                == "a.safetensors: tensor “a” is stored as F64 [1]" + ending)
        #expect(
            try complaint(#"{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1],"data_offsets":[0,1]}}"#, data: 1)
                == "a.safetensors: tensor “a” is stored as U8 [1, 1, 1, 1, 1, 1, 1]" + ending)
    }

    @Test func `A tensor that the file does not hold`() throws {
        #expect(try complaint("{}") == "a.safetensors: holds no tensor named “a”")
    }

    @Test func `A header that is not what the format asks for`() throws {
        let start = "its header is not what the format asks for: "
        #expect(try complaint("[1]").hasPrefix("a.safetensors: not a valid safetensors file: " + start))
        let cases = [
            (#"{"a":{"shape":[1],"data_offsets":[0,1]}}"#, "a: “dtype” is missing"),
            (#"{"a":{"dtype":"U8","data_offsets":[0,1]}}"#, "a: “shape” is missing"),
            (#"{"a":{"dtype":"U8","shape":[1]}}"#, "a: “data_offsets” is missing"),
            (#"{"a":{"dtype":5,"shape":[1],"data_offsets":[0,1]}}"#, "a.dtype: expected a string"),
            (#"{"a":{"dtype":"U8","shape":["x"],"data_offsets":[0,1]}}"#, "a.shape.0: expected an integer"),
            (
                #"{"a":{"dtype":"U8","shape":[null],"data_offsets":[0,1]}}"#,
                "a.shape.0: expected an integer, found null"
            ),
        ]
        for (header, reason) in cases { #expect(try complaint(header, data: 1) == malformed(start + reason)) }
        for header in ["", "{", "nonsense", "{\"a\":}", "\u{FEFF}x"] {
            let text = try complaint(header)
            #expect(text.hasPrefix("a.safetensors: not a valid safetensors file: its header is not "))
            #expect(text.hasSuffix(Self.ending) && !text.contains("\n"))
        }
        let notUTF8 = Safetensors.littleEndian(4) + [0x7b, 0xff, 0xfe, 0x7d]
        #expect(
            try complaint(bytes: notUTF8).hasPrefix("a.safetensors: not a valid safetensors file: its header is not "))
    }

    @Test func `A header nested a hundred thousand deep`() throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let deep = String(repeating: open, count: 100_000) + "1" + String(repeating: close, count: 100_000)
            for header in [deep, #"{"a":\#(deep)}"#, String(repeating: open, count: 100_000)] {
                let text = try complaint(header)
                #expect(text.hasPrefix("a.safetensors: not a valid safetensors file: its header is not "))
                #expect(text.hasSuffix(Self.ending) && text.count < 400)
            }
        }
    }

    @Test func `A file that cannot be written`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/missing/a.safetensors"
        let text = Safetensors.message(in: directory.path) {
            try SafetensorsWriter.write(["a": counting([1])], to: path)
        }
        #expect(text.hasPrefix("missing/a.safetensors: cannot be written: "))
    }
}
