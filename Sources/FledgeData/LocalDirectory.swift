#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A directory of data files, or a single one.
///
/// Files are in the split that their name, or that of their folder, has as a word: `train-00000-of-00002.jsonl` and
/// `train/part.csv` are of `train`; `dev`, `valid` and `val` are other names of `validation`, and `eval` of `test`. If no
/// name says a split, all are of `train`.
public struct LocalDirectory: DataRepository {
    /// Where it is.
    public let path: String
    /// How the records are written; nil to go by the files' names.
    public let format: DataFormat?

    /// Names a directory or file.
    public init(path: String, format: DataFormat? = nil) {
        self.path = path
        self.format = format
    }

    /// The files of each split.
    ///
    /// - Throws: a ``DataError`` if there is no such place or no data in it.
    public func splits() throws(DataError) -> [String: [DataFile]] {
        var splits: [String: [DataFile]] = [:]
        var others: [DataFile] = []
        for file in try LocalDirectory.files(at: path, format: format) {
            let inner = file.path.count > path.count ? String(file.path.dropFirst(path.count)) : file.path
            if let name = LocalDirectory.split(of: inner) {
                splits[name, default: []].append(file)
            } else {
                others.append(file)
            }
        }
        if splits.isEmpty { splits["train"] = others }
        return splits
    }

    /// The data set of a split.
    ///
    /// - Throws: a ``DataError`` if there is none of that name.
    public func dataSet(split: String) throws(DataError) -> DataSet {
        let splits = try splits()
        if let files = splits[split] { return DataSet(files: files) }
        throw .invalidOption(
            name: "split", problem: "\(path) has no split “\(split)”",
            remedy: "It has " + splits.keys.sorted().map { "“\($0)”" }.joined(separator: ", ") + ".")
    }

    /// The split that a path names, the last such word counting.
    static func split(of path: String) -> String? {
        let words = path.lowercased().split { !$0.isLetter }
        for word in words.reversed() {
            switch word {
            case "train", "training": return "train"
            case "validation", "valid", "val", "dev", "development": return "validation"
            case "test", "testing", "eval", "evaluation": return "test"
            default: break
            }
        }
        return nil
    }

    /// The data files at a path, in the order of their paths; those of folders inside it too.
    static func files(at path: String, format: DataFormat?) throws(DataError) -> [DataFile] {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .unreadable(file: path, reason: "there is no such file or directory")
        }
        guard isDirectory else {
            return [try file(at: path, format: format)]
        }
        let names: [String]
        do {
            names = try FileManager.default.subpathsOfDirectory(atPath: path)
        } catch {
            throw .unreadable(file: path, reason: "the directory cannot be listed (\(error))")
        }
        var files: [DataFile] = []
        var unread: DataError?
        for name in names.sorted() where !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
            let file = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            guard DataFormat(path: name) != nil else {
                if let format = DataFormat.unreadFormat(path: name) {
                    unread = unread ?? .unreadFormat(file: file, format: format)
                }
                continue
            }
            files.append(try self.file(at: file, format: format))
        }
        guard !files.isEmpty else { throw unread ?? .noFiles(path: path) }
        return files
    }

    private static func file(at path: String, format: DataFormat?) throws(DataError) -> DataFile {
        if let format { return DataFile(path: path, format: format) }
        return try DataFile(path: path)
    }
}
