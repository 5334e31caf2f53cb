#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension TrainedTokenizer {
    /// Writes `tokenizer.json` and `tokenizer_config.json`, and a SentencePiece model if asked for, into a directory,
    /// which is made if it is not there.
    ///
    /// Every file is written beside its place and then moved there, so that it is never seen half written.
    ///
    /// - Parameters:
    ///   - directory: where the files go.
    ///   - includesSentencePiece: whether to write ``sentencePieceFileName`` too.
    /// - Returns: the names of the files.
    /// - Throws: ``TokenizerTrainingError/unwritable(path:reason:)``, or ``TokenizerTrainingError/badSetting(_:)`` for a style that
    ///   SentencePiece does not know.
    @discardableResult
    public func save(to directory: String, includesSentencePiece: Bool = false) throws(TokenizerTrainingError)
        -> [String]
    {
        var files = [("tokenizer.json", tokenizerJSON()), ("tokenizer_config.json", configurationJSON())]
        if includesSentencePiece { files.append((sentencePieceFileName, try sentencePieceModel())) }
        try TokenizerDirectory.write(files, to: directory)
        return files.map(\.0)
    }

    /// Finds out, before anything is learned, whether a tokenizer can be saved to a directory.
    ///
    /// - Throws: ``TokenizerTrainingError/unwritable(path:reason:)``.
    public static func check(output directory: String) throws(TokenizerTrainingError) {
        try TokenizerDirectory.check(directory)
    }
}

/// Writes the files of a tokenizer, all or none of them.
enum TokenizerDirectory {
    /// Checks that there is a directory that files can be written into, or that one can be made.
    ///
    /// - Returns: whether it is there.
    /// - Throws: ``TokenizerTrainingError/unwritable(path:reason:)``.
    @discardableResult
    static func check(_ directory: String) throws(TokenizerTrainingError) -> Bool {
        var status = stat()
        guard stat(directory, &status) == 0 else {
            let parts = directory.split(separator: "/", omittingEmptySubsequences: true).dropLast()
            let parent = (directory.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
            guard access(parent.isEmpty ? "." : parent, W_OK | X_OK) == 0 else {
                let reason =
                    errno == ENOENT ? "the directory to make it in does not exist" : CorpusFileReader.message(errno)
                throw .unwritable(path: directory, reason: reason)
            }
            return false
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .unwritable(path: directory, reason: "it is not a directory")
        }
        guard access(directory, W_OK | X_OK) == 0 else {
            throw .unwritable(path: directory, reason: CorpusFileReader.message(errno))
        }
        return true
    }

    static func write(_ files: [(name: String, bytes: [UInt8])], to directory: String) throws(TokenizerTrainingError) {
        if try !check(directory), mkdir(directory, 0o777) != 0, errno != EEXIST {
            throw .unwritable(path: directory, reason: CorpusFileReader.message(errno))
        }
        // An interruption now would leave files behind that nobody asked for; it is over in milliseconds.
        let handlers = [SIGINT, SIGTERM, SIGHUP].map { ($0, signal($0, SIG_IGN)) }
        defer { for (number, handler) in handlers { signal(number, handler) } }
        var written: [(from: String, to: String)] = []
        defer { for file in written { unlink(file.from) } }
        for (name, bytes) in files {
            let path = "\(directory)/\(name)"
            let temporary = "\(directory)/.\(name).\(getpid())"
            written.append((temporary, path))
            try write(bytes, to: temporary, named: path)
        }
        for file in written {
            guard rename(file.from, file.to) == 0 else {
                throw .unwritable(path: file.to, reason: CorpusFileReader.message(errno))
            }
        }
        written.removeAll()
    }

    private static func write(_ bytes: [UInt8], to path: String, named name: String) throws(TokenizerTrainingError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritable(path: name, reason: CorpusFileReader.message(errno)) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                let rest = bytes.baseAddress.map { $0 + done }
                #if canImport(Darwin)
                    return Darwin.write(descriptor, rest, bytes.count - done)
                #elseif canImport(Glibc)
                    return Glibc.write(descriptor, rest, bytes.count - done)
                #else
                    return Musl.write(descriptor, rest, bytes.count - done)
                #endif
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let reason = CorpusFileReader.message(errno)
                close(descriptor)
                throw .unwritable(path: name, reason: reason)
            }
            done += count
        }
        guard close(descriptor) == 0 else { throw .unwritable(path: name, reason: CorpusFileReader.message(errno)) }
    }
}
