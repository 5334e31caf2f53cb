"""Writes Sources/FledgeTokenizers/Training/SeedScriptTable.swift: the script of every Unicode scalar.

    python Tools/script_table.py

needs fonttools (4.68.0 made the committed table, from Unicode 18).
"""

import pathlib

from fontTools import unicodedata

TARGET = pathlib.Path(__file__).parent.parent / "Sources/FledgeTokenizers/Training/SeedScriptTable.swift"

HEADER = '''/// Where the script of scalars changes (Unicode Standard Annex 24).
///
/// Made by Tools/script_table.py. Scripts are numbered: 0 is Inherited, 1 is Common and what has no script, and 2 is Han
/// together with Hiragana and Katakana, which Japanese mixes in words.
enum SeedScriptTable {
    /// In ascending order, `scalar << 8 | script` where the script changes.
    static let changes: [UInt32] = [
'''


def main():
    numbers = {"Zinh": 0, "Zyyy": 1, "Zzzz": 1, "Hani": 2, "Hira": 2, "Kana": 2}
    changes = []
    current = 0
    for scalar in range(0x110000):
        name = "Zyyy" if 0xD800 <= scalar < 0xE000 else unicodedata.script(chr(scalar))
        # The long vowel mark is a common character that only Kana uses.
        number = 2 if scalar == 0x30FC else numbers.setdefault(name, len(set(numbers.values())))
        if number != current:
            changes.append(scalar << 8 | number)
            current = number
    assert max(numbers.values()) < 256
    lines, line = [], "       "
    for change in changes:
        item = f" 0x{change:X},"
        if len(line) + len(item) > 118:
            lines.append(line)
            line = "       "
        line += item
    lines.append(line)
    TARGET.write_text(HEADER + "\n".join(lines) + "\n    ]\n}\n")


if __name__ == "__main__":
    main()
