#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The few system calls that the cache needs, with their errors typed.
enum FileSystem {
    /// What `stat` says about a path, following symbolic links.
    struct Status {
        let size: Int64
        let isDirectory: Bool
        let isRegularFile: Bool
    }

    static func status(of path: String) -> Status? {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        let kind = information.st_mode & S_IFMT
        return Status(
            size: Int64(information.st_size), isDirectory: kind == S_IFDIR, isRegularFile: kind == S_IFREG)
    }

    /// The error for the current `errno`.
    static func error(_ operation: String, _ path: String, code: Int32 = errno) -> HubError {
        switch code {
        case ENOSPC, EDQUOT:
            return .diskFull(path: path, neededBytes: nil, availableBytes: nil)
        case EACCES, EPERM, EROFS:
            return .permissionDenied(path: path)
        default:
            return .fileSystem(operation: operation, path: path, reason: String(cString: strerror(code)))
        }
    }

    /// The bytes of a file, or `nil` when there is no such file.
    ///
    /// - Throws: A ``HubError`` when the file exists but cannot be read or is longer than `limit`.
    static func contentsIfPresent(of path: String, limit: Int) throws(HubError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw error("Opening", path)
        }
        defer { close(descriptor) }
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return contents }
            if count < 0 {
                if errno == EINTR { continue }
                throw error("Reading", path)
            }
            contents.append(contentsOf: buffer[..<count])
            if contents.count > limit {
                throw .malformedFile(path: path, reason: "it is longer than \(limit) bytes")
            }
        }
    }

    /// Creates the directory and those above it.
    static func createDirectory(_ path: String) throws(HubError) {
        if mkdir(path, 0o777) == 0 || status(of: path)?.isDirectory == true { return }
        let code = errno
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw error("Creating the directory", path, code: code)
        }
        try createDirectory(String(path[..<slash]))
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw error("Creating the directory", path) }
    }

    /// Replaces a file's contents so that a reader sees either the old or the new ones.
    static func writeAtomically(_ bytes: [UInt8], to path: String) throws(HubError) {
        if let slash = path.lastIndex(of: "/") { try createDirectory(String(path[..<slash])) }
        let temporary = path + ".\(getpid())-\(UInt32.random(in: 0...UInt32.max)).tmp"
        let file = try OutputFile(path: temporary)
        do throws(HubError) {
            try file.write(bytes)
            try rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    static func rename(_ source: String, to destination: String) throws(HubError) {
        #if canImport(Darwin)
            let result = Darwin.rename(source, destination)
        #elseif canImport(Glibc)
            let result = Glibc.rename(source, destination)
        #else
            let result = Musl.rename(source, destination)
        #endif
        guard result == 0 else { throw error("Renaming", source) }
    }

    /// Makes `path` a symbolic link to `target`, atomically replacing what was there.
    ///
    /// - Returns: `false` when the file system has no symbolic links, as exFAT.
    /// - Throws: A ``HubError`` of the category `inputOutput`.
    static func link(_ path: String, to target: String) throws(HubError) -> Bool {
        if let slash = path.lastIndex(of: "/") { try createDirectory(String(path[..<slash])) }
        let temporary = path + ".\(getpid())-\(UInt32.random(in: 0...UInt32.max)).tmp"
        guard symlink(target, temporary) == 0 else {
            if [EPERM, ENOSYS, ENOTSUP, EOPNOTSUPP].contains(errno) { return false }
            throw error("Linking", path)
        }
        do throws(HubError) {
            try rename(temporary, to: path)
            return true
        } catch {
            unlink(temporary)
            throw error
        }
    }

    static func remove(_ path: String) {
        unlink(path)
    }

    /// The bytes that this user may still write to the disk that holds `path`; `nil` when it cannot be known.
    static func availableBytes(at path: String) -> Int64? {
        var information = statvfs()
        guard statvfs(path, &information) == 0 else { return nil }
        let (bytes, overflow) = UInt64(information.f_bavail).multipliedReportingOverflow(
            by: UInt64(information.f_frsize))
        return overflow || bytes > UInt64(Int64.max) ? nil : Int64(bytes)
    }

    /// The names in a directory, `.` and `..` excluded; empty when it cannot be read.
    static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
