#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Writes safetensors files that every reader of the format accepts.
public enum SafetensorsWriter {
    /// Writes the tensors in the order of their names, each aligned to 8 bytes by the header's padding.
    ///
    /// The file appears under its name only when it is complete.
    ///
    /// - Throws: ``SafetensorsError/unwritable(_:_:)``.
    public static func write(
        _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
    ) throws(SafetensorsError) {
        // Wider types first keep every tensor aligned to its element.
        let names = tensors.keys.sorted { a, b in
            let (x, y) = (tensors[a]?.dtype.byteCount ?? 0, tensors[b]?.dtype.byteCount ?? 0)
            return x == y ? a < b : x > y
        }
        var header: [String: HeaderValue] = metadata.isEmpty ? [:] : ["__metadata__": .metadata(metadata)]
        var end = 0
        var parts: [Tensor] = []
        for name in names {
            guard let tensor = tensors[name]?.contiguous() else { continue }
            let bytes = tensor.elementCount * tensor.dtype.byteCount
            header[name] = .entry(SafetensorsHeader.name(of: tensor.dtype), Array(tensor.shape), [end, end + bytes])
            end += bytes
            parts.append(tensor)
        }
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            var json = try encoder.encode(header)
            json.append(contentsOf: repeatElement(0x20, count: (8 - json.count % 8) % 8))
            var data = Data(capacity: 8 + json.count + end)
            withUnsafeBytes(of: UInt64(json.count).littleEndian) { data.append(contentsOf: $0) }
            data.append(json)
            for part in parts {
                let bytes = part.elementCount * part.dtype.byteCount
                data.append(contentsOf: UnsafeRawBufferPointer(start: part.pointer, count: bytes))
                withExtendedLifetime(part) {}
            }
            try data.write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw .unwritable(path, "the file system refused it; check the folder, its permissions and the free space")
        }
    }

    private enum HeaderValue: Encodable {
        case metadata([String: String])
        case entry(String, [Int], [Int])

        enum Keys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .metadata(let metadata): try metadata.encode(to: encoder)
            case .entry(let dtype, let shape, let offsets):
                var container = encoder.container(keyedBy: Keys.self)
                try container.encode(dtype, forKey: .dtype)
                try container.encode(shape, forKey: .shape)
                try container.encode(offsets, forKey: .offsets)
            }
        }
    }
}
