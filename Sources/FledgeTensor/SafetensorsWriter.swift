#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Writes safetensors files that every reader of the format accepts.
public enum SafetensorsWriter {
    /// Writes the tensors from the memory that they lie in.
    ///
    /// The file appears under its name only when it is complete. With `dtype`, numbers are converted to it one tensor after
    /// the other.
    ///
    /// - Throws: ``SafetensorsError/unwritable(_:_:)``.
    public static func write(
        _ tensors: [String: Tensor], metadata: [String: String] = [:], as dtype: DType? = nil, to path: String
    ) throws(SafetensorsError) {
        let stream = SafetensorsStream(tensors, metadata: metadata, as: dtype)
        let partial = path + ".\(getpid())-\(UInt32.random(in: 0...UInt32.max)).partial"
        do throws(FileSink.Failure) {
            let sink = try FileSink(path: partial)
            try stream.forEachPiece { (bytes) throws(FileSink.Failure) in try sink.write(bytes) }
            guard rename(partial, path) == 0 else { throw FileSink.Failure(code: errno) }
        } catch {
            unlink(partial)
            throw .unwritable(path, "\(error.reason); check the folder, its permissions and the free space")
        }
    }
}

/// A safetensors file as a sequence of pieces, made one after the other: tensors in the order of their names, each
/// aligned to its elements.
package struct SafetensorsStream {
    private let header: [UInt8]
    private let parts: [Tensor]
    private let dtype: DType?

    package init(_ tensors: [String: Tensor], metadata: [String: String] = [:], as dtype: DType? = nil) {
        self.dtype = dtype
        // Wider types first keep every tensor aligned to its element.
        let sorted = tensors.sorted { a, b in
            let (x, y) = ((dtype ?? a.value.dtype).byteCount, (dtype ?? b.value.dtype).byteCount)
            return x == y ? a.key < b.key : x > y
        }
        var entries: [String] = []
        if !metadata.isEmpty {
            let fields = metadata.sorted { $0.key < $1.key }.map {
                "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))"
            }
            entries.append("\"__metadata__\":{\(fields.joined(separator: ","))}")
        }
        var end = 0
        for (name, tensor) in sorted {
            let start = end
            end += tensor.elementCount * (dtype ?? tensor.dtype).byteCount
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            entries.append(
                "\(JSONText.quoted(name)):{\"data_offsets\":[\(start),\(end)],"
                    + "\"dtype\":\"\(SafetensorsHeader.name(of: dtype ?? tensor.dtype))\",\"shape\":[\(shape)]}")
        }
        var json = Array("{\(entries.joined(separator: ","))}".utf8)
        json.append(contentsOf: repeatElement(0x20, count: (8 - json.count % 8) % 8))
        header = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
        parts = sorted.map(\.value)
    }

    /// Lends the file's bytes in order. Only a tensor with gaps is copied, alone and for that long.
    package func forEachPiece<Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let outcome = header.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try body(bytes) }
        }
        try outcome.get()
        for part in parts {
            let tensor = (dtype.map { part.converted(to: $0) } ?? part).contiguous()
            defer { withExtendedLifetime(tensor) {} }
            let bytes = tensor.elementCount * tensor.dtype.byteCount
            try body(UnsafeRawBufferPointer(start: tensor.pointer, count: bytes))
        }
    }
}
