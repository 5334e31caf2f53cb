/// Writes the fields of a Protocol Buffers message (the wire format of proto2).
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ field: Int, varint value: UInt64) {
        append(varint: UInt64(field) << 3)
        append(varint: value)
    }

    mutating func append(_ field: Int, bool value: Bool) { append(field, varint: value ? 1 : 0) }

    /// A whole number, which takes ten bytes if it is negative.
    mutating func append(_ field: Int, integer value: Int) {
        append(field, varint: UInt64(bitPattern: Int64(value)))
    }

    mutating func append(_ field: Int, float value: Float) {
        append(varint: UInt64(field) << 3 | 5)
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(value.bitPattern >> shift & 0xFF)) }
    }

    mutating func append(_ field: Int, bytes value: some Collection<UInt8>) {
        append(varint: UInt64(field) << 3 | 2)
        append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func append(_ field: Int, message body: (inout ProtobufWriter) -> Void) {
        var message = ProtobufWriter()
        body(&message)
        append(field, bytes: message.bytes)
    }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
