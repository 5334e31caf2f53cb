#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A safetensors file, memory-mapped: an 8-byte little-endian header length, a JSON header, and the tensors' bytes.
///
/// The file is foreign input: every length and offset in it is checked before it is used.
public struct SafetensorsFile: Sendable {
    public let path: String
    /// What the header says of each tensor.
    public let entries: [String: Entry]
    /// The header's `__metadata__`.
    public let metadata: [String: String]
    private let file: MappedFile
    private let dataStart: Int

    /// One tensor of the file.
    public struct Entry: Sendable, Equatable {
        /// The header's name of the type, such as `BF16`.
        public let dtype: String
        public let shape: [Int]
        /// Bytes, counted from the end of the header.
        public let bytes: Range<Int>

        /// The number of elements.
        public var elementCount: Int { shape.reduce(1, *) }
    }

    /// The largest header that is read, as in the reference implementation.
    public static let maximumHeaderBytes = 100_000_000

    /// Maps the file and reads its header; no tensor is touched.
    ///
    /// - Throws: ``SafetensorsError``.
    public init(path: String) throws(SafetensorsError) {
        self.path = path
        file = try MappedFile(path: path)
        let bytes = file.bytes
        guard bytes.count >= 8 else { throw .malformed(path, "\(bytes.count) bytes are too few for a header length") }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(SafetensorsFile.maximumHeaderBytes) else {
            throw .malformed(path, "a header of \(length) bytes is over the limit of \(Self.maximumHeaderBytes)")
        }
        guard length <= UInt64(bytes.count - 8) else {
            throw .malformed(path, "a header of \(length) bytes in a file of \(bytes.count) bytes: it is cut short")
        }
        dataStart = 8 + Int(length)
        let header = try SafetensorsHeader.read(Data(bytes[8..<dataStart]), path: path)
        metadata = header.metadata
        entries = try header.checked(dataBytes: bytes.count - dataStart, path: path)
    }

    /// A tensor as a view of the mapped file.
    ///
    /// - Throws: ``SafetensorsError/missingTensor(_:_:)``; ``SafetensorsError/unsupportedType(_:tensor:dtype:)``.
    public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
        guard let entry = entries[name] else { throw .missingTensor(path, name) }
        guard let dtype = SafetensorsHeader.dtype(entry.dtype), entry.shape.count <= Shape.maximumRank else {
            throw .unsupportedType(path, tensor: name, dtype: "\(entry.dtype) \(entry.shape)")
        }
        guard let base = file.bytes.baseAddress else { throw .missingTensor(path, name) }
        let storage = Storage(
            mapped: base + dataStart + entry.bytes.lowerBound, byteCount: entry.bytes.count, owner: file)
        return Tensor(storage: storage, shape: Shape(entry.shape), dtype: dtype)
    }
}

/// The JSON header of a safetensors file.
struct SafetensorsHeader: Decodable {
    var metadata: [String: String] = [:]
    var tensors: [String: RawEntry] = [:]

    struct RawEntry: Decodable {
        let dtype: String
        let shape: [Int]
        let offsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }
    }

    struct Name: CodingKey {
        let stringValue: String
        init(stringValue: String) { self.stringValue = stringValue }
        var intValue: Int? { nil }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        for key in container.allKeys {
            if key.stringValue == "__metadata__" {
                metadata = try container.decode([String: String].self, forKey: key)
            } else {
                tensors[key.stringValue] = try container.decode(RawEntry.self, forKey: key)
            }
        }
    }

    static func read(_ data: Data, path: String) throws(SafetensorsError) -> SafetensorsHeader {
        do {
            return try JSONDecoder().decode(SafetensorsHeader.self, from: data)
        } catch let error as DecodingError {
            throw .malformed(path, "its header is not what the format asks for: \(error.plainText)")
        } catch {
            throw .malformed(path, "its header is not JSON")
        }
    }

    /// The entries, each checked against the bytes that there are.
    func checked(dataBytes: Int, path: String) throws(SafetensorsError) -> [String: SafetensorsFile.Entry] {
        var entries: [String: SafetensorsFile.Entry] = [:]
        entries.reserveCapacity(tensors.count)
        for (name, raw) in tensors.sorted(by: { $0.key < $1.key }) {
            guard raw.offsets.count == 2, raw.offsets[0] >= 0, raw.offsets[0] <= raw.offsets[1] else {
                throw .malformed(path, "tensor “\(name)” has the data_offsets \(raw.offsets)")
            }
            guard raw.offsets[1] <= dataBytes else {
                throw .malformed(
                    path,
                    "tensor “\(name)” ends at byte \(raw.offsets[1]) of \(dataBytes): the file is cut short or mislabelled"
                )
            }
            guard let bits = SafetensorsHeader.bitCount(raw.dtype) else {
                throw .unsupportedType(path, tensor: name, dtype: raw.dtype)
            }
            // Strides are products of lengths too, so that a zero among them must not hide an overflow.
            var size = bits
            for length in raw.shape where length != 0 {
                let (product, overflow) = size.multipliedReportingOverflow(by: length)
                guard length >= 0, !overflow else {
                    throw .malformed(path, "tensor “\(name)” has the shape \(raw.shape)")
                }
                size = product
            }
            if raw.shape.contains(0) { size = 0 }
            guard size % 8 == 0, size / 8 == raw.offsets[1] - raw.offsets[0] else {
                throw .malformed(
                    path,
                    "tensor “\(name)” of type \(raw.dtype) and shape \(raw.shape) does not fill its \(raw.offsets[1] - raw.offsets[0]) bytes"
                )
            }
            entries[name] = SafetensorsFile.Entry(
                dtype: raw.dtype, shape: raw.shape, bytes: raw.offsets[0]..<raw.offsets[1])
        }
        return entries
    }

    static func bitCount(_ name: String) -> Int? {
        switch name {
        case "F64", "I64", "U64", "C64": 64
        case "F32", "I32", "U32": 32
        case "F16", "BF16", "I16", "U16": 16
        case "I8", "U8", "BOOL", "F8_E5M2", "F8_E4M3", "F8_E8M0": 8
        case "F4": 4
        default: nil
        }
    }

    static func dtype(_ name: String) -> DType? {
        switch name {
        case "F32": .float32
        case "BF16": .bfloat16
        case "F16": .float16
        case "I8": .int8
        case "U8": .uint8
        case "I32": .int32
        case "I64": .int64
        case "BOOL": .bool
        default: nil
        }
    }

    static func name(of dtype: DType) -> String {
        switch dtype {
        case .float32: "F32"
        case .bfloat16: "BF16"
        case .float16: "F16"
        case .int8: "I8"
        case .uint8: "U8"
        case .int32: "I32"
        case .int64: "I64"
        case .bool: "BOOL"
        }
    }
}

extension DecodingError {
    /// The error in one line: where in the document, and what was wrong there.
    package var plainText: String {
        let (context, what): (Context, String) =
            switch self {
            case .typeMismatch(let type, let context): (context, "expected \(DecodingError.plainName(type))")
            case .valueNotFound(let type, let context):
                (context, "expected \(DecodingError.plainName(type)), found null")
            case .keyNotFound(let key, let context): (context, "“\(key.stringValue)” is missing")
            case .dataCorrupted(let context): (context, context.debugDescription)
            @unknown default: (Context(codingPath: [], debugDescription: ""), "unreadable")
            }
        let place = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return place.isEmpty ? what : "\(place): \(what)"
    }

    private static func plainName(_ type: Any.Type) -> String {
        switch type {
        case is Int.Type, is Int64.Type: "an integer"
        case is Double.Type, is Float.Type: "a number"
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is [Any].Type: "an array"
        case is [String: Any].Type: "an object"
        default: "\(type)"
        }
    }
}
