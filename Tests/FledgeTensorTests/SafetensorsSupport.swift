import FledgeTensor
import Foundation

extension TemporaryDirectory {
    /// A safetensors file with the given header and so many bytes of data.
    func file(_ header: String, data: Int = 0, name: String = "a.safetensors") throws -> String {
        try write(Safetensors.bytes(header, data: data), name)
    }
}

enum Safetensors {
    static func bytes(_ header: String, data: Int = 0) -> [UInt8] {
        let json = Array(header.utf8)
        return littleEndian(UInt64(json.count)) + json + [UInt8](repeating: 1, count: data)
    }

    static func littleEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// The text of the error that `read` throws, its path shortened to the file's name.
    static func message(in directory: String, _ read: () throws -> Void) -> String {
        do {
            try read()
            return "no error"
        } catch let error as SafetensorsError {
            return error.description.replacingOccurrences(of: directory + "/", with: "")
        } catch {
            return "not a SafetensorsError: \(error)"
        }
    }
}
