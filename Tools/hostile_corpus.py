"""Strings that try to confuse tokenizers, the same ones as Tests/FledgeTokenizersTests/HostileCorpus.swift makes.

String number n depends on n alone, through the SplitMix64 generator, so that both sides can make any of them.
"""

MASK = (1 << 64) - 1

WORDS = ["the", "Weather", "is", "isn't", "don't", "going", "#Person1#:", "3.14", "e-mail", "naïve", "Zürich", "œuvre"]
SPACES = [0x20, 0x20, 0x20, 0x09, 0x0A, 0x0D, 0x0B, 0x0C, 0x85, 0xA0, 0x1680, 0x2003, 0x200A, 0x2028, 0x2029,
          0x202F, 0x205F, 0x3000]
SNIPPETS = ["</s>", "<pad>", "<unk>", "<extra_id_0>", "<extra_id_99>", "<extra_id_100>", "<extra_id_1", "▁", "▁▁",
            "<0x41>", "\r\n", "\x00", "\ufeff", "  ", "\ufdfa", "\u0344", "\u1e9b\u0323", "\uac00\u11a8", "<", "s>"]
JOINERS = [0x200D, 0xFE0F, 0xFE0E, 0x200C, 0x1F3FB, 0x1F3FF, 0x20E3, 0xAD, 0x34F]
# first, count
RANGES = [
    (0x0, 0x20), (0x21, 0x5E), (0x80, 0x1D0), (0x300, 0x70), (0x370, 0x190), (0x590, 0x270), (0x900, 0x480),
    (0xE00, 0x80), (0x1100, 0x100), (0x1E00, 0x200), (0x2000, 0x70), (0x2070, 0x190), (0x2200, 0x100),
    (0x2460, 0xA0), (0x3040, 0xC0), (0x3200, 0x200), (0x4E00, 0x5200), (0xA960, 0x20), (0xAC00, 0x2BA4),
    (0xD7B0, 0x50), (0xE000, 0x1900), (0xF900, 0x200), (0xFB00, 0x50), (0xFB50, 0x2B0), (0xFE00, 0x100),
    (0xFF00, 0xF0), (0x10000, 0x10000), (0x1D400, 0x400), (0x1F1E6, 26), (0x1F300, 0x400), (0x1F900, 0x100),
    (0x20000, 0x10000), (0x2F800, 0x220), (0xE0000, 0x200), (0x30000, 0xDFFFF),
]


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & MASK

    def next(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (z ^ (z >> 31)) % bound


def text(number):
    random = SplitMix64(number * 1_000_003 + 17)
    count = random.next(20) if number % 50 else random.next(400)
    parts = []
    for _ in range(count):
        kind = random.next(16)
        if kind < 4:
            parts.append(WORDS[random.next(len(WORDS))])
        elif kind < 7:
            parts.append(chr(SPACES[random.next(len(SPACES))]))
        elif kind < 8:
            parts.append(SNIPPETS[random.next(len(SNIPPETS))])
        elif kind < 9:
            parts.append(chr(JOINERS[random.next(len(JOINERS))]))
        elif kind < 10:
            # A base and marks of few bytes: the clusters that a character map sees as a whole.
            parts.append(chr(0x41 + random.next(0x3A)) + chr(0x300 + random.next(0x70)))
        elif kind < 11:
            first = RANGES[random.next(len(RANGES))]
            for _ in range(random.next(6)):
                parts.append(chr(first[0] + random.next(first[1])))
        else:
            first = RANGES[random.next(len(RANGES))]
            parts.append(chr(first[0] + random.next(first[1])))
    return "".join(parts)
