/// Why a safetensors file or a checkpoint made of several cannot be used. Every message names the file.
public enum SafetensorsError: Error, Equatable, CustomStringConvertible {
    case notFound(String)
    case unreadable(String, String)
    /// The file breaks the format; the text says where.
    case malformed(String, String)
    case missingTensor(String, String)
    case unsupportedType(String, tensor: String, dtype: String)
    case unwritable(String, String)

    public var description: String {
        switch self {
        case .notFound(let path): "\(path): no such file"
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .malformed(let path, let reason):
            "\(path): not a valid safetensors file: \(reason); download or export it again"
        case .missingTensor(let path, let name): "\(path): holds no tensor named “\(name)”"
        case .unsupportedType(let path, let tensor, let dtype):
            "\(path): tensor “\(tensor)” is stored as \(dtype), which Fledge does not read; "
                + "convert it to F32, F16, BF16 or an integer type"
        case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
        }
    }
}
