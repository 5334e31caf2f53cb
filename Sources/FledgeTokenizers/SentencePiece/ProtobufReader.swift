/// Reads the fields of a Protocol Buffers message (the wire format of proto2).
struct ProtobufReader {
    /// A field's number and value.
    enum Value {
        case varint(UInt64)
        case fixed32(UInt32)
        case fixed64(UInt64)
        case bytes(Range<Int>)
    }

    /// What breaks the format, and at which byte.
    struct Failure: Error {
        let position: Int
        let problem: String
    }

    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    /// Reads the message in a range of the bytes, which must have that range.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field, or nil at the end of the message.
    mutating func next() throws(Failure) -> (field: Int, value: Value)? {
        guard position < end else { return nil }
        let key = try varint()
        guard key >> 3 > 0, key >> 3 < 1 << 29 else { throw failure("a field has the number \(key >> 3)") }
        let field = Int(key >> 3)
        switch key & 7 {
        case 0:
            return (field, .varint(try varint()))
        case 1:
            return (field, .fixed64(try fixed(byteCount: 8)))
        case 2:
            let count = try varint()
            guard count <= UInt64(end - position) else {
                throw failure("field \(field) claims \(count) bytes, but only \(end - position) are left")
            }
            let start = position
            position += Int(count)
            return (field, .bytes(start..<position))
        case 5:
            return (field, .fixed32(UInt32(truncatingIfNeeded: try fixed(byteCount: 4))))
        default:
            throw failure("field \(field) has the wire type \(key & 7), which SentencePiece does not use")
        }
    }

    private mutating func varint() throws(Failure) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw failure("the message ends inside a number") }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw failure("a number is longer than 64 bits")
    }

    private mutating func fixed(byteCount: Int) throws(Failure) -> UInt64 {
        guard end - position >= byteCount else { throw failure("the message ends inside a number") }
        var value: UInt64 = 0
        for offset in 0..<byteCount { value |= UInt64(bytes[position + offset]) << UInt64(8 * offset) }
        position += byteCount
        return value
    }

    private func failure(_ problem: String) -> Failure { Failure(position: position, problem: problem) }
}
