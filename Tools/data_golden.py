"""Makes Tests/FledgeDataTests/Fixtures: what Python's csv module makes of hostile texts, and gzip files of several
members.

    python Tools/data_golden.py

needs nothing but Python (committed with 3.11).
"""

import csv
import gzip
import io
import json
import pathlib
import random

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "FledgeDataTests" / "Fixtures"

CHOSEN = [
    "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "a,b\n1,2", "a", "\n\na\n\n", ",", ",,\n,", '""', '"",""\n',
    '"a,b",c\n', '"a\nb",c\n', '"a\r\nb",c\r\n', '"a""b"\n', '""""\n', '"a"b,c\n', 'a"b,c\n', 'a""b\n', ' "a",b\n',
    '"a" ,b\n', '"a"b"c",d\n', '"a', 'x,"a\n', '"a""', "ä,€,😀\n", '"\n\n",\n', "a,b\n\n\nc,d", "\r\n", "\ra",
    'a,"b"', '"a"\r"b"\r', '"\r"\n', "a\r\n\r\nb",
]


def rows(text, separator):
    """The rows that are not empty; None if a quotation mark is not closed."""
    try:
        list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
    # Without strict, text may follow a closing quotation mark, and the end of the file closes one.
    result = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    if is_open(text, separator):
        return None
    return [row for row in result if row]


def is_open(text, separator):
    """Whether the text ends between quotation marks: then one more changes what a letter after it belongs to."""
    def read(end):
        return list(csv.reader(io.StringIO(text + end, newline=""), delimiter=separator))
    return read("\nx")[-1:] != [["x"]]


def cases():
    generator = random.Random(1)
    texts = list(CHOSEN)
    for _ in range(500):
        length = generator.randrange(1, 40)
        texts.append("".join(generator.choice('ab,"\r\n\t;é "",') for _ in range(length)))
    return [{"text": text, "separator": separator, "rows": rows(text, separator)}
            for text in texts for separator in (",", "\t")]


def member(lines):
    return gzip.compress("".join(json.dumps({"text": line}) + "\n" for line in lines).encode(), mtime=0)


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    golden = {"note": "made by Tools/data_golden.py with Python's csv module", "cases": cases()}
    (FIXTURES / "csv.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")))
    numbers = [f"line {number} " + "x" * (number % 97) for number in range(3000)]
    members = [member(numbers[:10]), gzip.compress(b"", mtime=0), member(numbers[10:1500]), member(numbers[1500:])]
    whole = b"".join(members)
    (FIXTURES / "members.jsonl.gz").write_bytes(whole)
    (FIXTURES / "zeros.jsonl.gz").write_bytes(members[0] + bytes(1000))
    (FIXTURES / "cut.jsonl.gz").write_bytes(whole[:len(whole) - 20])
    broken = bytearray(whole)
    broken[-6] ^= 0xFF
    (FIXTURES / "checksum.jsonl.gz").write_bytes(broken)


if __name__ == "__main__":
    main()
