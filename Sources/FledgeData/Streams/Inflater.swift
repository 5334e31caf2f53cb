import CZlib

/// Decompresses gzip (RFC 1952), members that follow one another included, as `cat a.gz b.gz` and bgzip make them.
final class Inflater {
    private let file: ReadableFile
    // zlib's stream refers to itself and must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
    /// Whether a member has begun and not ended.
    private var isInside = false
    private var hasMembers = false

    init(file: ReadableFile) throws(DataError) {
        self.file = file
        stream.initialize(to: z_stream())
        // 15 bits of window, and 16 for gzip's header and checksum.
        let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw .unreadable(file: file.path, reason: "zlib cannot start (code \(code))") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Decompresses the next bytes.
    ///
    /// - Returns: how many there were, 0 at the end of the data.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DataError) -> Int {
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: buffer.count)
        let wanted = Int(stream.pointee.avail_out)
        while stream.pointee.avail_out == wanted {
            if !isInside, try !beginMember() { break }
            switch inflate(stream, Z_NO_FLUSH) {
            case Z_OK: break
            // Nothing is left of the input, and nothing waits for room in the output.
            case Z_BUF_ERROR:
                guard try refill() else { throw failure("its gzip data end before they are complete") }
            case Z_STREAM_END: isInside = false
            case Z_MEM_ERROR: throw failure("there is not enough memory to decompress it")
            default: throw failure("its gzip data are damaged\(detail)")
            }
        }
        return wanted - Int(stream.pointee.avail_out)
    }

    /// Reads more of the file; false at its end.
    private func refill() throws(DataError) -> Bool {
        let count = try file.read(into: input)
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
        return count > 0
    }

    /// Makes ready for a member; false at the end of the file. Zeros may follow the last member, as on tapes.
    private func beginMember() throws(DataError) -> Bool {
        repeat {
            while hasMembers, stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
                stream.pointee.next_in += 1
                stream.pointee.avail_in -= 1
            }
            if stream.pointee.avail_in > 0 {
                if hasMembers { inflateReset(stream) }
                hasMembers = true
                isInside = true
                return true
            }
        } while try refill()
        return false
    }

    private var detail: String { stream.pointee.msg.map { " (\(String(cString: $0)))" } ?? "" }

    private func failure(_ reason: String) -> DataError { .unreadable(file: file.path, reason: reason) }
}
