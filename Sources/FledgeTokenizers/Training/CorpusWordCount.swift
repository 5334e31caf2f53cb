#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Counts the words of blocks of lines, on several threads.
final class CorpusWordCount {
    /// What one thread has counted. Only that thread touches it while it counts.
    final class Worker: @unchecked Sendable {
        var counter = WordCounter()
        /// The first line of its part that is wrong, counted from 0.
        var failure: (line: Int, error: (String, Int) -> TokenizerTrainingError)?
        var lineCount = 0
    }

    private let source: any WordSource
    private let keepsLineEnds: Bool
    private let workers: [Worker]

    init(source: any WordSource, keepsLineEnds: Bool, threads: Int) {
        self.source = source
        self.keepsLineEnds = keepsLineEnds
        workers = (0..<max(threads, 1)).map { _ in Worker() }
    }

    /// All words so far.
    func result() -> WordCounter {
        var result = workers[0].counter
        for worker in workers.dropFirst() { result.merge(worker.counter) }
        return result
    }

    func add(texts: [String]) {
        let (workers, source) = (workers, source)
        TrainingThreads.run(workers.count) { index in
            var counter = workers[index].counter
            workers[index].counter = WordCounter()
            for number in TrainingThreads.part(index, of: workers.count, texts.count) {
                var text = texts[number]
                text.withUTF8 { source.addWords(of: $0, to: &counter) }
            }
            workers[index].counter = counter
        }
    }

    /// Counts the words of a block of a file, and its lines.
    ///
    /// - Throws: ``TokenizerTrainingError`` for the first line that is wrong.
    func add(
        block: [UInt8], of file: TrainingCorpus.File, firstLine: Int
    ) throws(TokenizerTrainingError) -> Int {
        let parts =
            file.format == .wholeFile ? [0..<block.count] : Self.parts(of: block, count: workers.count)
        let (workers, source, keepsLineEnds) = (workers, source, keepsLineEnds)
        TrainingThreads.run(parts.count) { index in
            let worker = workers[index]
            var counter = worker.counter
            worker.counter = WordCounter()
            block.withUnsafeBufferPointer { bytes in
                let part = UnsafeBufferPointer(rebasing: bytes[parts[index]])
                worker.count(part, file.format, source, keepsLineEnds: keepsLineEnds, to: &counter)
            }
            worker.counter = counter
        }
        var lines = 0
        for worker in workers.prefix(parts.count) {
            if let failure = worker.failure {
                throw failure.error(file.path == "-" ? "standard input" : file.path, firstLine + lines + failure.line)
            }
            lines += worker.lineCount
        }
        return lines
    }

    /// Cuts a block after line feeds into parts of about equal size.
    private static func parts(of block: [UInt8], count: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        for index in 0..<count {
            let wanted = max(start, TrainingThreads.part(index, of: count, block.count).upperBound)
            let end = index == count - 1 ? block.count : block[wanted...].firstIndex(of: 0x0A).map { $0 + 1 }
            parts.append(start..<(end ?? block.count))
            start = end ?? block.count
        }
        return parts
    }
}

extension CorpusWordCount.Worker {
    /// Counts the words of a part of a block.
    func count(
        _ part: UnsafeBufferPointer<UInt8>, _ format: TrainingCorpus.Format, _ source: any WordSource,
        keepsLineEnds: Bool, to counter: inout WordCounter
    ) {
        lineCount = 0
        failure = nil
        if case .wholeFile = format {
            guard let line = Self.firstInvalidLine(of: part) else { return source.addWords(of: part, to: &counter) }
            failure = (line, { .notUTF8(file: $0, line: $1) })
            return
        }
        var start = 0
        while start < part.count, failure == nil {
            let end = Self.lineEnd(of: part, from: start)
            let line = UnsafeBufferPointer(rebasing: part[start..<end])
            if !UTF8Scan.isASCII(line), !UTF8Scan.isValid(line) {
                failure = (lineCount, { .notUTF8(file: $0, line: $1) })
            } else if case .jsonLines(let field) = format {
                count(json: line, field: field, source, to: &counter)
            } else if keepsLineEnds {
                source.addWords(of: line, to: &counter)
            } else {
                source.addWords(of: Self.withoutEnd(line), to: &counter)
            }
            lineCount += 1
            start = end
        }
    }

    private func count(
        json line: UnsafeBufferPointer<UInt8>, field: String, _ source: any WordSource, to counter: inout WordCounter
    ) {
        let text = Self.withoutEnd(line)
        guard !text.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return }
        func fail(_ problem: String) { failure = (lineCount, { .malformedLine(file: $0, line: $1, problem: problem) }) }
        do {
            let root = try JSONDocument(parsing: Array(text), source: "line").root
            guard root.node.kind == .object else { return fail("is not a JSON object. Give one a line.") }
            guard let value = root[field] else {
                return fail("the object has no field “\(field)”. Add it, or name another one with --field.")
            }
            guard let document = value.utf8 else { return fail("the field “\(field)” is not a string.") }
            document.withUnsafeBufferPointer { source.addWords(of: $0, to: &counter) }
        } catch {
            fail("is not JSON. Give one object a line, in a file that ends in .jsonl.")
        }
    }

    /// The index after the line feed that ends the line at an index.
    private static func lineEnd(of part: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let base = UnsafeRawPointer(part.baseAddress),
            let feed = memchr(base + start, 0x0A, part.count - start)
        else { return part.count }
        return UnsafeRawPointer(feed) - base + 1
    }

    private static func withoutEnd(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var end = line.count
        if end > 0, line[end - 1] == 0x0A { end -= 1 }
        if end > 0, line[end - 1] == 0x0D { end -= 1 }
        return UnsafeBufferPointer(rebasing: line[..<end])
    }

    /// The number of the first line that is not UTF-8, from 0.
    private static func firstInvalidLine(of part: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = 0
        var line = 0
        while index < part.count {
            guard let length = UTF8Scan.validLength(at: index, in: part) else { return line }
            if part[index] == 0x0A { line += 1 }
            index += length
        }
        return nil
    }
}
