#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads a file in blocks of whole lines, so that a corpus need not fit into memory.
struct CorpusFileReader: ~Copyable {
    /// How much is read for each thread before counting goes on, in bytes.
    private static let blockSize = 4 << 20

    private let name: String
    private let descriptor: Int32
    private var rest: [UInt8] = []
    private var isAtEnd = false
    private var isFirst = true

    init(path: String) throws(TokenizerTrainingError) {
        name = path == "-" ? "standard input" : path
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unreadable(file: name, reason: errno == ENOENT ? "there is no such file" : Self.message(errno))
        }
    }

    /// The size of all files together, or nil if it is not known.
    static func size(of paths: [String]) -> Int? {
        var total = 0
        for path in paths {
            var status = stat()
            guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            total += Int(status.st_size)
        }
        return total
    }

    /// The next lines of the file, or all of it; nil at its end. A byte order mark at the start is skipped.
    mutating func next(wholeFile: Bool, threads: Int) throws(TokenizerTrainingError) -> [UInt8]? {
        var block = rest
        rest = []
        let wanted = CorpusFileReader.blockSize * threads
        while !isAtEnd {
            let start = block.count
            try read(into: &block, count: wanted)
            guard !wholeFile, !isAtEnd else { continue }
            if let end = block[start...].lastIndex(of: 0x0A) {
                rest = Array(block[(end + 1)...])
                block.removeSubrange((end + 1)...)
                break
            }
        }
        if isFirst, block.starts(with: [0xEF, 0xBB, 0xBF]) { block.removeFirst(3) }
        isFirst = false
        return block.isEmpty && isAtEnd && rest.isEmpty ? nil : block
    }

    private mutating func read(into block: inout [UInt8], count: Int) throws(TokenizerTrainingError) {
        let start = block.count
        block.append(contentsOf: repeatElement(0, count: count))
        var filled = start
        while filled < block.count {
            let got = block.withUnsafeMutableBytes { bytes in
                #if canImport(Darwin)
                    Darwin.read(descriptor, bytes.baseAddress.map { $0 + filled }, bytes.count - filled)
                #elseif canImport(Glibc)
                    Glibc.read(descriptor, bytes.baseAddress.map { $0 + filled }, bytes.count - filled)
                #else
                    Musl.read(descriptor, bytes.baseAddress.map { $0 + filled }, bytes.count - filled)
                #endif
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .unreadable(file: name, reason: Self.message(errno)) }
            if got == 0 {
                isAtEnd = true
                break
            }
            filled += got
        }
        block.removeSubrange(filled...)
    }

    mutating func close() {
        if descriptor > 0 { closeDescriptor(descriptor) }
    }

    static func message(_ code: Int32) -> String {
        code == EISDIR ? "it is a directory" : String(cString: strerror(code)).lowercased()
    }
}

private func closeDescriptor(_ descriptor: Int32) { close(descriptor) }
