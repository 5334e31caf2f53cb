/// A text on its way from what the user wrote to what the model sees, and, if asked for, where each byte came from.
///
/// The origin of a byte is the range of bytes of the original text that its character stands for. Every step
/// keeps these ranges exactly as Hugging Face `tokenizers` does (`NormalizedString`), its oddities included, so that
/// offsets agree.
struct AlignedText: Sendable {
    /// UTF-8.
    var bytes: [UInt8]
    /// The origin of each byte; both are empty when origins are not tracked.
    var starts: [Int]
    var ends: [Int]
    let isTracked: Bool
    /// Where in the original text this text begins.
    let origin: Int

    /// An untouched part of the original text.
    init(original: UnsafeBufferPointer<UInt8>, range: Range<Int>, isTracked: Bool) {
        bytes = Array(original[range])
        starts = []
        ends = []
        origin = range.lowerBound
        self.isTracked = isTracked
        guard isTracked else { return }
        starts.reserveCapacity(range.count)
        ends.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let end = min(index + UTF8Scan.length(original[index]), range.upperBound)
            for _ in index..<end {
                starts.append(index)
                ends.append(end)
            }
            index = end
        }
    }

    init(emptyAt origin: Int, isTracked: Bool) {
        bytes = []
        starts = []
        ends = []
        self.origin = origin
        self.isTracked = isTracked
    }

    /// Appends a part of another text with its origins.
    mutating func append(_ other: AlignedText, _ range: Range<Int>) {
        bytes.append(contentsOf: other.bytes[range])
        guard isTracked else { return }
        starts.append(contentsOf: other.starts[range])
        ends.append(contentsOf: other.ends[range])
    }

    /// Appends bytes that all come from one place.
    mutating func append(_ new: some Collection<UInt8>, start: Int, end: Int) {
        bytes.append(contentsOf: new)
        guard isTracked else { return }
        for _ in new {
            starts.append(start)
            ends.append(end)
        }
    }

    /// The origin that an inserted character takes over: that of the byte before it.
    func origin(before index: Int) -> (start: Int, end: Int) {
        guard isTracked, index >= 1, index <= starts.count else { return (origin, origin) }
        return (starts[index - 1], ends[index - 1])
    }

    /// Replaces the whole text, character by character.
    ///
    /// - Parameters:
    ///   - new: the new bytes.
    ///   - changes: for each new character 0 if it replaces the next old one, 1 if it is inserted, −n if it replaces
    ///     the next old one and the n after it disappear.
    ///   - skipped: how many old characters at the start disappear.
    mutating func transform(to new: [UInt8], changes: [Int], skipping skipped: Int = 0) {
        guard isTracked else {
            bytes = new
            return
        }
        guard !bytes.isEmpty else { return }
        var newStarts: [Int] = []
        var newEnds: [Int] = []
        newStarts.reserveCapacity(new.count)
        newEnds.reserveCapacity(new.count)
        var old = 0
        func step() {
            if old < bytes.count { old += UTF8Scan.length(bytes[old]) }
        }
        for _ in 0..<skipped { step() }
        var index = 0
        for change in changes {
            guard index < new.count else { break }
            let source = change > 0 ? origin(before: old) : origin(before: old + 1)
            if change <= 0 {
                for _ in 0...(-change) { step() }
            }
            let length = UTF8Scan.length(new[index])
            for _ in 0..<length {
                newStarts.append(source.start)
                newEnds.append(source.end)
            }
            index += length
        }
        bytes = new
        starts = newStarts
        ends = newEnds
    }
}
