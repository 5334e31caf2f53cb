"""Makes Sources/FledgeTokenizers/Text/CharacterClassTable.swift: letters, numbers, marks and white space.

    python Tools/character_classes.py

needs the package tokenizers: the classes are those that its regular expressions know, asked for every scalar.
"""

import pathlib

import tokenizers
from tokenizers import Regex, normalizers

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Sources/FledgeTokenizers/Text/CharacterClassTable.swift"
# In the order of CharacterClass's raw values, from 1.
CLASSES = [r"\s", r"\p{N}", r"[\p{Lu}\p{Lt}]", r"\p{Ll}", r"[\p{Lm}\p{Lo}]", r"\p{M}"]

HEADER = """/// Where the class of scalars changes, as the regular expressions of Hugging Face `tokenizers` %s see them.
///
/// Made by Tools/character_classes.py. The standard library's own tables depend on the operating system's version;
/// ids must not.
enum CharacterClassTable {
    /// In ascending order: `scalar << 3 | class` from that scalar on, a class being a ``CharacterClass``.
    static let changes: [UInt32] = [
"""


def classes():
    scalars = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    text = "".join(scalars)
    result = dict.fromkeys(scalars, 0)
    for number, pattern in enumerate(CLASSES, 1):
        rest = set(normalizers.Replace(Regex(pattern), "").normalize_str(text))
        for scalar in scalars:
            if scalar not in rest:
                result[scalar] = number
    return result


def main():
    known = classes()
    changes, last = [], 0
    for code in range(0x110000):
        kind = known.get(chr(code), 0)
        if kind != last:
            changes.append(f"0x{code << 3 | kind:X}")
            last = kind
    lines, line = [], ""
    for change in changes:
        if len(line) + len(change) + 2 > 110:
            lines.append(line)
            line = ""
        line += (" " if line else "") + change + ","
    lines.append(line)
    body = "".join(f"        {line}\n" for line in lines)
    TARGET.write_text(HEADER % tokenizers.__version__ + body + "    ]\n}\n", encoding="utf-8")
    print(len(changes), "changes")


if __name__ == "__main__":
    main()
