/// Strings that try to confuse tokenizers, the same ones as Tools/tokenizer_golden.py makes.
enum HostileCorpus {
    private static let words = [
        "the", "Weather", "is", "isn't", "don't", "going", "#Person1#:", "3.14", "e-mail", "na\u{EF}ve", "Z\u{FC}rich",
        "\u{153}uvre",
    ]
    private static let spaces: [UInt32] = [
        0x20, 0x20, 0x20, 0x09, 0x0A, 0x0D, 0x0B, 0x0C, 0x85, 0xA0, 0x1680, 0x2003, 0x200A, 0x2028, 0x2029, 0x202F,
        0x205F, 0x3000,
    ]
    private static let snippets = [
        "</s>", "<pad>", "<unk>", "<extra_id_0>", "<extra_id_99>", "<extra_id_100>", "<extra_id_1", "▁", "▁▁",
        "<0x41>", "\r\n", "\u{0}", "\u{FEFF}", "  ", "\u{FDFA}", "\u{344}", "\u{1E9B}\u{323}", "\u{AC00}\u{11A8}", "<",
        "s>",
    ]
    private static let joiners: [UInt32] = [0x200D, 0xFE0F, 0xFE0E, 0x200C, 0x1F3FB, 0x1F3FF, 0x20E3, 0xAD, 0x34F]
    private static let ranges: [(first: UInt32, count: Int)] = [
        (0x0, 0x20), (0x21, 0x5E), (0x80, 0x1D0), (0x300, 0x70), (0x370, 0x190), (0x590, 0x270), (0x900, 0x480),
        (0xE00, 0x80), (0x1100, 0x100), (0x1E00, 0x200), (0x2000, 0x70), (0x2070, 0x190), (0x2200, 0x100),
        (0x2460, 0xA0), (0x3040, 0xC0), (0x3200, 0x200), (0x4E00, 0x5200), (0xA960, 0x20), (0xAC00, 0x2BA4),
        (0xD7B0, 0x50), (0xE000, 0x1900), (0xF900, 0x200), (0xFB00, 0x50), (0xFB50, 0x2B0), (0xFE00, 0x100),
        (0xFF00, 0xF0), (0x10000, 0x10000), (0x1D400, 0x400), (0x1F1E6, 26), (0x1F300, 0x400), (0x1F900, 0x100),
        (0x20000, 0x10000), (0x2F800, 0x220), (0xE0000, 0x200), (0x30000, 0xDFFFF),
    ]

    static func text(_ number: Int) -> String {
        var random = SplitMix64(state: UInt64(number) &* 1_000_003 &+ 17)
        var text = String.UnicodeScalarView()
        func append(_ code: UInt32) { text.append(Unicode.Scalar(code) ?? "\u{FFFD}") }
        for _ in 0..<(number % 50 == 0 ? random.next(400) : random.next(20)) {
            switch random.next(16) {
            case 0..<4: text.append(contentsOf: words[random.next(words.count)].unicodeScalars)
            case 4..<7: append(spaces[random.next(spaces.count)])
            case 7: text.append(contentsOf: snippets[random.next(snippets.count)].unicodeScalars)
            case 8: append(joiners[random.next(joiners.count)])
            case 9:
                append(0x41 + UInt32(random.next(0x3A)))
                append(0x300 + UInt32(random.next(0x70)))
            case 10:
                let range = ranges[random.next(ranges.count)]
                for _ in 0..<random.next(6) { append(range.first + UInt32(random.next(range.count))) }
            default:
                let range = ranges[random.next(ranges.count)]
                append(range.first + UInt32(random.next(range.count)))
            }
        }
        return String(text)
    }
}
