import FledgeTensor
import Foundation
import Testing

@Suite struct SafetensorsFuzzTests {
    /// Reads everything there is in a file.
    private func survive(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do {
            let file = try SafetensorsFile(path: path)
            for name in file.entries.keys {
                do {
                    let tensor = try file.tensor(name)
                    // Every element lies within the file.
                    #expect(tensor.elementCount * tensor.dtype.byteCount <= bytes.count)
                    _ = tensor.converted(to: .float32).sumOfRowsOrSelf()
                    #expect(tensor.reshaped([tensor.elementCount]).isContiguous)
                } catch {
                    #expect(error.description.contains("a.safetensors"))
                }
            }
        } catch {
            #expect(error.description.hasPrefix(path))
        }
    }

    private func mutated(_ original: [UInt8], _ noise: inout Noise) -> [UInt8] {
        var bytes = original
        let numbers = [
            "0", "-1", "18446744073709551616", "9223372036854775807", "1e3", "2.5", "null", "[]", "{}", "\"\"",
        ]
        for _ in 0...noise.below(4) {
            guard !bytes.isEmpty else { break }
            let at = noise.below(bytes.count)
            switch noise.below(7) {
            case 0: bytes[at] = UInt8(noise.below(256))
            case 1: bytes[at] ^= 1 << UInt8(noise.below(8))
            case 2: bytes = Array(bytes.prefix(at))
            case 3: bytes.removeSubrange(at..<min(bytes.count, at + 1 + noise.below(20)))
            case 4:
                let from = noise.below(bytes.count)
                bytes.insert(contentsOf: Array(bytes[from..<min(bytes.count, from + noise.below(60))]), at: at)
            case 5:
                // A number of the header becomes another kind of value; the length stays right.
                let isDigit = { (byte: UInt8) in byte >= 48 && byte <= 57 }
                guard let digit = bytes.dropFirst(8 + at % 200).firstIndex(where: isDigit) else { break }
                bytes.replaceSubrange(digit...digit, with: Array(numbers[noise.below(numbers.count)].utf8))
                fixLength(&bytes)
            default:
                for index in 0..<min(8, bytes.count) where noise.below(3) == 0 {
                    bytes[index] = UInt8(noise.below(256))
                }
            }
        }
        return bytes
    }

    private func fixLength(_ bytes: inout [UInt8]) {
        guard let end = bytes.lastIndex(of: UInt8(ascii: "}")), end >= 8 else { return }
        bytes.replaceSubrange(0..<8, with: Safetensors.littleEndian(UInt64(end + 1 - 8)))
    }

    @Test(.timeLimit(.minutes(1)))
    func `A damaged file gives an error or tensors within it, never a trap`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a.safetensors"
        let header = """
            {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
            "b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]},"c":{"dtype":"I64","shape":[0],"data_offsets":[32,32]},\
            "d":{"dtype":"I8","shape":[1,2,1],"data_offsets":[32,34]}}
            """
        let original = Safetensors.bytes(header, data: 34)
        var noise = Noise(state: 101)
        try survive(original, path)
        for _ in 0..<6000 { try survive(mutated(original, &noise), path) }
        for length in 0..<original.count { try survive(Array(original.prefix(length)), path) }
    }
}

extension Tensor {
    /// Touches every element.
    fileprivate func sumOfRowsOrSelf() -> Float { reshaped([1, elementCount]).sumOfRows().scalars[0] }
}
