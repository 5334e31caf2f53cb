"""Makes Tests/FledgeTokenizersTests/Fixtures/split: how `tokenizers` cuts texts by the patterns of `Split`.

    python Tools/split_golden.py

needs the package tokenizers. Each file has a tokenizer whose model knows nothing, so that every part becomes one
unknown token with the part's place, cases, and for 3,000 hostile and 6,000 dense strings, and for texts that hold every
Unicode scalar, a hash of every hundred.
"""

import base64
import json

from tokenizers import Tokenizer
from tokenizer_golden import FIXTURES, SplitMix64, hashes, hostile_text

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + TAIL
QWEN2 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + TAIL
CL100K = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|"
          r"\s+(?!\S)|\s")
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + CONTRACTIONS + "?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + CONTRACTIONS + "?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"

PATTERNS = {"gpt2": GPT2, "llama3": LLAMA3, "qwen2": QWEN2, "cl100k": CL100K, "o200k": O200K, "bloom": BLOOM}
BEHAVIORS = ["removed", "merged_with_previous", "merged_with_next", "contiguous"]
DENSE = ["'s", "'S", "'\u017f", "'ll", "'Re", "'vE", "'", "'x", "a", "b", "A", "B", "é", "É", "\u2167", "1", "23", "456",
         " ", " ", "  ", "\n", "\r\n", "\t", "\xa0", "\u3000", "\x85", "!", "...", "/", "_", "\u0301", "\u01c5", "\u02b0",
         "\u6f22", "\u2026", "\u3002", "(", "|", ",", "\u0663", "\xb2", "\U0001F600", "\xdf", "\u0130", "\u017f", "\u212a",
         "\u0903", "\u20dd", "\ufeff", "\u200d"]


def dense_text(number):
    """A string of what the patterns distinguish; SplitPatternTests.swift makes the same one."""
    random = SplitMix64(number * 7919 + 3)
    return "".join(DENSE[random.next(len(DENSE))] for _ in range(random.next(24)))


def scalar_texts():
    """Texts with every scalar between what shows its class; SplitPatternTests.swift makes the same ones."""
    return ["".join(f"a{chr(code)}B1" for code in range(first, first + 256) if not 0xD800 <= code < 0xE000)
            for first in range(0, 0x110000, 256)]


def tokenizer(steps):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps}, "post_processor": None, "decoder": None,
            "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0]], "byte_fallback": False}}


def split(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


def descriptions():
    for name, pattern in PATTERNS.items():
        yield name, [split({"Regex": pattern})]
    for behavior in ("Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        for invert in (False, True):
            yield f"{behavior}-{invert}".lower(), [split({"Regex": BLOOM}, behavior, invert)]
            yield f"{behavior}-{invert}-text".lower(), [split({"String": " "}, behavior, invert)]
    yield "byte-level", [{"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}]
    yield "steps", [split({"Regex": BLOOM}), split({"Regex": QWEN2}, "MergedWithNext"),
                    {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]


def main():
    hostile = [hostile_text(n) for n in range(3000)]
    dense = [dense_text(n) for n in range(6000)]
    scalars = scalar_texts()
    for name, steps in descriptions():
        description = tokenizer(steps)
        reference = Tokenizer.from_str(json.dumps(description))
        cases = []
        for text in dense[:12] + ["", " ", "I'LL say: it's 12345 o'clock...\r\n\r\n  Don't (you) HTTPServer's?\n \n", "\n  "]:
            offsets = [offset for pair in reference.encode(text).offsets for offset in pair]
            cases.append({"text": text, "offsets": offsets})
        content = {"tokenizer": description, "cases": cases,
                   "hostile": base64.b64encode(hashes(reference, hostile, 100)).decode(),
                   "scalars": base64.b64encode(hashes(reference, scalars, 100)).decode() if name in PATTERNS else "",
                   "dense": base64.b64encode(hashes(reference, dense, 100)).decode()}
        path = FIXTURES / f"split/{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
