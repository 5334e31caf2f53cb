/// Looks for the end of a JSON value by its brackets and quotation marks alone.
struct ValueScan {
    private(set) var length = 0
    private(set) var lines = 0
    private var depth = 0
    private var isInString = false

    /// Goes through bytes that have become more since the last time.
    ///
    /// - Returns: true once ``length`` is where a comma, colon or closing bracket stands outside of the value.
    mutating func goOn(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        while length < bytes.count {
            if !isInString, depth == 0, endsValue(bytes[length]) { return true }
            guard step(over: bytes) else { return false }
        }
        return false
    }

    /// Goes through bytes that have become more since the last time.
    ///
    /// - Returns: true once ``length`` is behind the bracket that closes the first one.
    mutating func isPastObject(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        while length < bytes.count {
            guard step(over: bytes) else { return false }
            if depth == 0, !isInString { return true }
        }
        return false
    }

    private func endsValue(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
    }

    /// Passes over a byte, and over the one that it escapes; false if that one is not there yet.
    private mutating func step(over bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch bytes[length] {
        case UInt8(ascii: "\n"): lines += 1
        case UInt8(ascii: "\""): isInString.toggle()
        case UInt8(ascii: "\\") where isInString:
            if length + 1 == bytes.count { return false }
            length += 1
        case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString: depth += 1
        case UInt8(ascii: "}") where !isInString, UInt8(ascii: "]") where !isInString: depth -= 1
        default: break
        }
        length += 1
        return true
    }
}
