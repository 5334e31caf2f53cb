/// Why a checkpoint cannot be written or used. Every message names the file.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
    case notFound(String)
    case unreadable(String, String)
    case unwritable(String, String)
    case diskFull(String)
    /// A file is not what was written; the text says how.
    case damaged(String, String)
    /// Another process saves checkpoints in the directory.
    case busy(String)
    /// A file cannot be part of a checkpoint under its name, or a checkpoint cannot have its name.
    case badName(String)

    public var description: String {
        switch self {
        case .notFound(let path): "\(path): no such checkpoint"
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .unwritable(let path, let reason):
            "\(path): cannot be written: \(reason); check the folder and its permissions"
        case .diskFull(let path):
            "\(path): cannot be written: the disk is full; free space or keep fewer checkpoints. Those before are intact"
        case .damaged(let path, let reason): "\(path): is damaged: \(reason); go on from another checkpoint"
        case .busy(let path): "\(path): another process saves checkpoints there; wait for it or choose another folder"
        case .badName(let name):
            "“\(name)” cannot be the name of a checkpoint or of a file in it: it is taken, holds a folder or is below 0"
        }
    }
}
