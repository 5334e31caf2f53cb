#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A page on its way to a file.
enum PageFile {
    /// Says before anything is computed what would stand in the way of the file.
    ///
    /// - Throws: ``UserError``.
    static func check(_ path: String) throws(UserError) {
        let url = URL(filePath: path)
        let directory = url.deletingLastPathComponent().path
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory else {
            throw .inputOutput("\(path): there is no directory \(directory); create it, or give another --html")
        }
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory), isDirectory {
            throw .inputOutput("\(path): is a directory; give a file as --html")
        }
    }

    /// - Throws: ``UserError``.
    static func write(_ html: String, to path: String) throws(UserError) {
        do {
            try Data(html.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw .inputOutput(
                "\(path): cannot be written; check that its directory may be written to and that its disk has room, "
                    + "or give another --html")
        }
    }
}
