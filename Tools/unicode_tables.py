"""Makes the tables of Unicode properties in Sources/FledgeTokenizers/Text: CharacterTable, NormalizationTable,
LowercaseTable and ScriptTable.

    python Tools/unicode_tables.py

needs the package tokenizers, whose behaviour on every scalar is what the tables hold: ids must be the same as there,
and its parts are built with different versions of Unicode. Single steps of decompositions and combining classes come
from Python's unicodedata and are checked against `tokenizers` on every scalar.
"""

import base64
import pathlib
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

TEXT = pathlib.Path(__file__).resolve().parent.parent / "Sources/FledgeTokenizers/Text"
SCALARS = [n for n in range(0x110000) if not 0xD800 <= n < 0xE000]

# Above the three bits of the class.
OTHER, PUNCTUATION, NONSPACING, MARK, NUMERIC, WORD = 8, 16, 32, 64, 128, 256
# In the order of CharacterClass's raw values, from 1.
CLASSES = [r"\s", r"\p{N}", r"[\p{Lu}\p{Lt}]", r"\p{Ll}", r"[\p{Lm}\p{Lo}]", r"\p{M}"]


def classes():
    """The class of each scalar that has one, as the regular expressions of `tokenizers` see it."""
    text = "".join(map(chr, SCALARS))
    result = {}
    for number, pattern in enumerate(CLASSES, 1):
        rest = set(normalizers.Replace(Regex(pattern), "").normalize_str(text))
        result |= {scalar: number for scalar in SCALARS if chr(scalar) not in rest}
    return result


def flags():
    """What each scalar is, for all scalars."""
    clean = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    strip = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    marks, nfd = normalizers.StripAccents(), normalizers.NFD()
    punctuation, digits = pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)
    words, spaces = pre_tokenizers.Whitespace(), pre_tokenizers.WhitespaceSplit()
    result = {}
    for scalar in SCALARS:
        text = "a" + chr(scalar) + "a"
        value = 0
        # U+0000 and U+FFFD are removed whatever their category is.
        if clean.normalize_str(text) == "aa" and scalar not in (0, 0xFFFD):
            value |= OTHER
        if len(punctuation.pre_tokenize_str(text)) == 3:
            value |= PUNCTUATION
        if nfd.normalize_str(text) == text and strip.normalize_str(text) == "aa":
            value |= NONSPACING
        if marks.normalize_str(text) == "aa":
            value |= MARK
        if len(digits.pre_tokenize_str(text)) == 3:
            value |= NUMERIC
        if len(words.pre_tokenize_str(text)) == 1:
            value |= WORD
        white = scalar in range(9, 14) or scalar in (0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
        assert (len(spaces.pre_tokenize_str(text)) == 2) == (white or scalar in range(0x2000, 0x200B)), hex(scalar)
        result[scalar] = value
    return result


def changes(values, shift):
    """`scalar << shift | value` wherever the value of consecutive scalars changes."""
    result, current = [], 0
    for scalar in SCALARS:
        value = values.get(scalar, 0)
        if value != current:
            result.append(scalar << shift | value)
            current = value
    return result


def combining_classes():
    """Canonical_Combining_Class of the scalars that normalization puts in order."""
    nfd = normalizers.NFD()
    classes = {}
    for scalar in SCALARS:
        if scalar == 0x345 or nfd.normalize_str(chr(scalar)) != chr(scalar):
            continue
        after, before = "\u0345" + chr(scalar), chr(scalar) + "\u0334"
        if nfd.normalize_str(after) != after or nfd.normalize_str(before) != before:
            classes[scalar] = unicodedata.combining(chr(scalar))
            assert classes[scalar] > 0, hex(scalar)
    classes[0x345] = 240
    # Scalars with classes of their own decompositions are not seen above.
    return classes


def varint(value):
    result = bytearray()
    while value >= 128:
        result.append(value & 127 | 128)
        value >>= 7
    result.append(value)
    return bytes(result)


def zigzag(value):
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def decompositions(classes):
    """Single steps, checked against the full decompositions of `tokenizers`; 0 canonical and composed again,
    1 canonical, 2 compatibility."""
    nfd, nfkd, nfc = normalizers.NFD(), normalizers.NFKD(), normalizers.NFC()
    steps = {}
    for scalar in SCALARS:
        text = chr(scalar)
        if 0xAC00 <= scalar <= 0xD7A3 or (nfd.normalize_str(text) == text and nfkd.normalize_str(text) == text):
            continue
        fields = unicodedata.decomposition(text).split()
        kind = 2 if fields[0].startswith("<") else 1
        parts = [int(field, 16) for field in fields[kind == 2:]]
        if kind == 1 and len(parts) == 2 and nfc.normalize_str("".join(map(chr, parts))) == text:
            kind = 0
        steps[scalar] = (kind, parts)

    def full(scalar, compatibility):
        if 0xAC00 <= scalar <= 0xD7A3:
            return [ord(c) for c in unicodedata.normalize("NFD", chr(scalar))]
        kind, parts = steps.get(scalar, (3, []))
        if kind == 3 or (kind == 2 and not compatibility):
            return [scalar]
        return [piece for part in parts for piece in full(part, compatibility)]

    for scalar in SCALARS:
        for compatibility, reference in ((False, nfd), (True, nfkd)):
            mine = full(scalar, compatibility)
            assert "".join(map(chr, mine)) == reference.normalize_str(chr(scalar)), hex(scalar)
    return steps


def packed(steps):
    result = bytearray()
    last, previous = 0, 0
    for scalar, (kind, parts) in sorted(steps.items()):
        result += varint(scalar - last) + varint(len(parts) << 2 | kind)
        last = scalar
        for part in parts:
            result += zigzag(part - previous)
            previous = part
    return bytes(result)


def lowercase():
    """Runs of (first, count, stride, distance); the mappings to several scalars are left out."""
    lower = normalizers.Lowercase()
    runs = []
    for scalar in SCALARS:
        mapped = lower.normalize_str(chr(scalar))
        if mapped == chr(scalar) or scalar < 0x80:
            continue
        if len(mapped) > 1:
            assert (scalar, mapped) == (0x130, "i\u0307")
            continue
        distance = ord(mapped) - scalar
        for stride in (1, 2):
            if runs and runs[-1][3] == distance and runs[-1][2] in (0, stride) \
                    and scalar == runs[-1][0] + runs[-1][1] * stride:
                runs[-1][1] += 1
                runs[-1][2] = stride
                break
        else:
            runs.append([scalar, 1, 0, distance])
    return [(first, count, max(stride, 1), distance) for first, count, stride, distance in runs]


def scripts():
    """A number for the script of each scalar, in the order of their first scalars; 0 for none."""
    pre_tokenizer = pre_tokenizers.UnicodeScripts()
    result, first, last = {}, [], None
    for scalar in SCALARS:
        text = chr(scalar)
        if not pre_tokenizer.pre_tokenize_str(text):
            continue
        for number in ([result[last]] if last else []) + list(range(1, len(first) + 1)):
            if len(pre_tokenizer.pre_tokenize_str(first[number - 1] + text)) == 1:
                result[scalar] = number
                break
        else:
            first.append(text)
            result[scalar] = len(first)
        last = scalar
    assert len(first) < 256
    return result


def rows(items, indent=8):
    lines, line = [], " " * indent
    for item in items:
        if len(line) + len(item) + 2 > 120:
            lines.append(line.rstrip())
            line = " " * indent
        line += item + ", "
    return lines + [line.rstrip()]


def write(name, lines):
    (TEXT / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    made = f"/// Made by `Tools/unicode_tables.py` from the behaviour of Hugging Face `tokenizers` {tokenizers.__version__} on every scalar"
    kinds = classes()
    properties = {scalar: value | kinds.get(scalar, 0) for scalar, value in flags().items()}
    write("CharacterTable.swift", [
        "/// Where the properties of scalars change, in ascending order: `scalar << 9 | properties` from that scalar on,",
        "/// with the bits of ``CharacterProperties``.",
        "///",
        made + ",",
        "/// so that ids do not depend on the operating system: general categories are those of Unicode 8.0",
        "/// (`unicode_categories`), combining marks of Unicode 9.0, numbers and word characters of the version that its",
        "/// Rust and `regex` have, classes of that of its regular expressions.",
        "enum CharacterTable {",
        "    static let changes: [UInt32] = [",
        *rows([f"0x{change:X}" for change in changes(properties, 9)]), "    ]", "}"])
    combining = combining_classes()
    steps = decompositions(combining)
    blob = base64.b64encode(packed(steps)).decode()
    write("NormalizationTable.swift", [
        "/// Decompositions and combining classes of Unicode 9.0, the version that Hugging Face `tokenizers` normalizes by.",
        "///",
        made + ".",
        "enum NormalizationTable {",
        "    /// Where the canonical combining class changes, in ascending order: `scalar << 8 | class` from that scalar on.",
        "    static let classes: [UInt32] = [",
        *rows([f"0x{change:X}" for change in changes(combining, 8)]), "    ]", "",
        "    /// Single steps of decompositions, by ascending scalar and without the Hangul syllables, in base64: the",
        "    /// distance to the scalar before, then `count << 2 | kind`, then each part's distance to the part before it,",
        "    /// all as varints, the last ones zigzag. Kinds: 0 canonical, 1 canonical but never composed, 2 compatibility.",
        '    static let decompositions = """',
        *["        " + blob[at:at + 112] for at in range(0, len(blob), 112)],
        '        """', "}"])
    write("ScriptTable.swift", [
        "/// Where the script of scalars changes, in ascending order: `scalar << 8 | script` from that scalar on. Scripts",
        "/// are numbered by their first scalars; 0 is none.",
        "///",
        made + ".",
        "enum ScriptTable {",
        "    static let changes: [UInt32] = [",
        *rows([f"0x{change:X}" for change in changes(scripts(), 8)]), "    ]", "}"])
    write("LowercaseTable.swift", [
        "/// Runs of characters outside ASCII whose lower case is at the same distance: first, count, stride, distance.",
        "/// U+0130, which becomes two characters, is left out.",
        "///",
        made + ".",
        "enum LowercaseTable {",
        "    static let runs: [(first: UInt32, count: UInt32, stride: UInt32, distance: Int32)] = [",
        *rows([f"(0x{a:X}, {b}, {c}, {d})" for a, b, c, d in lowercase()]), "    ]", "}"])


if __name__ == "__main__":
    main()
