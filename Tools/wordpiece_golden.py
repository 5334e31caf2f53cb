"""Makes Tests/FledgeTokenizersTests/Fixtures/wordpiece: small WordPiece and WordLevel tokenizers, and what Hugging Face
`tokenizers` does with them and with every component around them.

    python Tools/wordpiece_golden.py --shared DIR

needs the package tokenizers, and the folder that holds data/text (two public-domain texts that the small vocabularies
are trained on: Shakespeare's plays and Natsume Soseki's Botchan), data/dialogsum and data/tokenizers/bert-base-uncased.
Of DialogSum and BERT only hashes are kept.
"""

import argparse
import array
import json
import pathlib
import struct
import zlib

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

import tokenizer_golden
from tokenizer_golden import SplitMix64, added, hostile_text

FIXTURES = tokenizer_golden.FIXTURES / "wordpiece"

MARKS = [0x300, 0x301, 0x302, 0x308, 0x323, 0x327, 0x328, 0x334, 0x345, 0x31B, 0x315, 0x5B0, 0x5B4, 0x64B, 0x651,
         0x93C, 0x94D, 0xE48, 0xF71, 0xF74, 0x1DCE, 0x20D0, 0x302A, 0x3099, 0x309A, 0x1D165, 0x1D16E, 0x200D, 0xFE0F]
BASES = [0x41, 0x61, 0x65, 0x6F, 0x75, 0x73, 0xC5, 0xE9, 0x1E69, 0x1EA5, 0x17F, 0x1E9B, 0x3B1, 0x3B9, 0x1F80, 0x915,
         0x958, 0x304B, 0x30AB, 0xFB1D, 0xF900, 0x2126, 0x212B, 0xFB01, 0xBD, 0x3392, 0x1100, 0x1161, 0x11A8, 0xAC00,
         0xAC01, 0x1D15E, 0x2ADC, 0x344, 0x374, 0x20, 0x2E, 0x130, 0xDF, 0x10400]


def combining_text(number):
    """Bases with piles of marks; NormalizerTests.swift makes the same ones."""
    random = SplitMix64(number * 7_919 + 3)
    parts = []
    for _ in range(random.next(8)):
        parts.append(chr(BASES[random.next(len(BASES))]))
        for _ in range(random.next(6)):
            parts.append(chr(MARKS[random.next(len(MARKS))]))
    return "".join(parts)


# Blocks of 256 scalars; those of nothing but ideographs, syllables, private use or nothing are left out.
BLOCKS = [*range(0, 0x36), *range(0x9F, 0xAE), 0xD7, *range(0xF8, 0x130), *range(0x16A, 0x171), *range(0x1AF, 0x200),
          *range(0x2F7, 0x2FB), 0xE00, 0xE01]


def scalar_text(block):
    """256 scalars with a letter after each."""
    return "".join(chr(s) + "a" for s in range(block * 256, block * 256 + 256) if not 0xD800 <= s < 0xE000)


def hashes(tokenizer, texts, group):
    """One CRC-32 for every so many texts: of each text its tokens' ids, places in characters, words and segments, their
    texts, and what they decode to."""
    result = []
    for first in range(0, len(texts), group):
        state = 0
        for encoding in tokenizer.encode_batch(texts[first:first + group]):
            ends = [end for place in encoding.offsets for end in place]
            words = [0xFFFFFFFF if word is None else word for word in encoding.word_ids]
            for column in (encoding.ids, ends, words, encoding.type_ids):
                state = zlib.crc32(array.array("I", column).tobytes(), state)
            for text in ("\x01".join(encoding.tokens), tokenizer.decode(encoding.ids, skip_special_tokens=False)):
                state = zlib.crc32(text.encode(), state)
        result.append(state)
    return result


def packed(values):
    return struct.pack(f"<{len(values)}I", *values)


def hexadecimal(values):
    return [f"{value:08x}" for value in values]


def characters():
    """A model with a token for every byte, so that every character of a text and its place can be seen."""
    vocabulary = {"<unk>": 0} | {f"<0x{byte:02X}>": byte + 1 for byte in range(256)}
    return {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": True, "ignore_merges": False,
            "vocab": vocabulary, "merges": []}


def bert(clean, chinese, accents, lower):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents,
            "lowercase": lower}


def sequence(key, *steps):
    return {"type": "Sequence", key: list(steps)}


def components():
    form = lambda name: {"type": name}
    result = {name: {"normalizer": form(name)} for name in ("NFC", "NFD", "NFKC", "NFKD", "StripAccents", "Nmt", "Lowercase")}
    result |= {
        "NFD, StripAccents, Lowercase": {"normalizer": sequence(
            "normalizers", form("NFD"), form("StripAccents"), form("Lowercase"))},
        "NFKD, StripAccents, NFC": {"normalizer": sequence(
            "normalizers", form("NFKD"), form("StripAccents"), form("NFC"))},
        "Nmt, NFKC, Replace": {"normalizer": sequence(
            "normalizers", form("Nmt"), form("NFKC"),
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "})},
        "Bert": {"normalizer": bert(True, True, None, True)},
        "Bert, clean only": {"normalizer": bert(True, False, None, False)},
        "Bert, Chinese only": {"normalizer": bert(False, True, False, False)},
        "Bert, accents only": {"normalizer": bert(False, False, True, False)},
        "Bert, lower case, accents kept": {"normalizer": bert(True, True, False, True)},
        "BertPreTokenizer": {"pre_tokenizer": form("BertPreTokenizer")},
        "Whitespace": {"pre_tokenizer": form("Whitespace")},
        "UnicodeScripts": {"pre_tokenizer": form("UnicodeScripts")},
        "WhitespaceSplit": {"pre_tokenizer": form("WhitespaceSplit")},
        "CharDelimiterSplit": {"pre_tokenizer": {"type": "CharDelimiterSplit", "delimiter": "é"}},
        "Digits": {"pre_tokenizer": {"type": "Digits", "individual_digits": False}},
        "Digits, individual": {"pre_tokenizer": {"type": "Digits", "individual_digits": True}},
        "Whitespace, Digits, Punctuation": {"pre_tokenizer": sequence(
            "pretokenizers", form("Whitespace"), {"type": "Digits", "individual_digits": True},
            {"type": "Punctuation", "behavior": "Contiguous"})},
    }
    result["ByteLevel"] = {"normalizer": form("ByteLevel")}
    result["CTC"] = {"decoder": {"type": "CTC", "pad_token": "<0x61>", "word_delimiter_token": "<0x20>", "cleanup": True}}
    result["CTC, no cleanup"] = {"decoder": result["CTC"]["decoder"] | {"cleanup": False}}
    for behavior in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        result[f"Punctuation, {behavior}"] = {"pre_tokenizer": {"type": "Punctuation", "behavior": behavior}}
    return result


def description(model, **parts):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
            "pre_tokenizer": None, "post_processor": None, "decoder": None, "model": model} | parts


def component_hashes():
    scalars = [scalar_text(block) for block in BLOCKS]
    hostile = [hostile_text(n) for n in range(2000)]
    combining = [combining_text(n) for n in range(2000)]
    result = []
    for name, parts in components().items():
        tokenizer = Tokenizer.from_str(json.dumps(description(characters(), **parts)))
        result.append({"name": name, "parts": parts, "scalars": hexadecimal(hashes(tokenizer, scalars, 20)),
                       "hostile": hexadecimal(hashes(tokenizer, hostile, 250)),
                       "combining": hexadecimal(hashes(tokenizer, combining, 250))})
    return {"made_by": "Tools/wordpiece_golden.py", "tokenizers": tokenizers.__version__,
            "tokenizer": description(characters()), "components": result}


SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def train(files, kind):
    if kind == "wordlevel":
        tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
        trainer = trainers.WordLevelTrainer(vocab_size=900, special_tokens=SPECIALS, show_progress=False)
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    else:
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        trainer = trainers.WordPieceTrainer(vocab_size=1200, special_tokens=SPECIALS, show_progress=False)
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train(files, trainer)
    # Equal counts come in any order from a parallel trainer; a sorted vocabulary is the same every time.
    pieces = sorted(set(tokenizer.get_vocab()) - set(SPECIALS))
    return {piece: number for number, piece in enumerate(SPECIALS + pieces)}


def template(second=1):
    special = lambda name, kind: {"SpecialToken": {"id": name, "type_id": kind}}
    text = lambda name, kind: {"Sequence": {"id": name, "type_id": kind}}
    single = [special("[CLS]", 0), text("A", 0), special("[SEP]", 0)]
    return {"type": "TemplateProcessing", "single": single,
            "pair": single + [text("B", second), special("[SEP]", second)],
            "special_tokens": {name: {"id": name, "ids": [SPECIALS.index(name)], "tokens": [name]}
                               for name in ("[CLS]", "[SEP]")}}


def small(vocabulary, **parts):
    model = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
             "max_input_chars_per_word": 100, "vocab": vocabulary}
    return description(**({
        "model": model,
        "added_tokens": [added(name, number) for number, name in enumerate(SPECIALS)],
        "normalizer": bert(True, True, None, False), "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": template(), "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True}} | parts))


def variants(pieces, words):
    untyped = {"unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 6, "vocab": "@PIECES@"}
    count = len(pieces)
    return {
        "cased": {},
        "flat": {"post_processor": template(0)},
        "uncased": {"normalizer": bert(True, True, None, True)},
        "untyped": {"model": untyped, "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
                    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False}},
        "prefix": {"model": untyped | {"type": "WordPiece", "continuing_subword_prefix": "", "max_input_chars_per_word": 100},
                   "normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "decoder": None, "post_processor": None},
        "words": {"model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": "@WORDS@"},
                  "pre_tokenizer": {"type": "Whitespace"}, "normalizer": {"type": "Lowercase"}, "decoder": None},
        "words-untyped": {"model": {"unk_token": "[UNK]", "vocab": "@WORDS@"}, "post_processor": sequence(
            "processors", template()), "decoder": {"type": "Sequence", "decoders": [{"type": "WordPiece", "prefix": "##", "cleanup": True}]}},
        "added": {"normalizer": bert(True, True, None, True), "added_tokens": [
            added(name, number) for number, name in enumerate(SPECIALS[:4])] + [
            added("[MASK]", 4, lstrip=True), added("<mask>", count, lstrip=True), added("<end>", count + 1, rstrip=True),
            added("King", count + 2, special=False, single_word=True),
            added("Gentlemen", count + 3, special=False, normalized=True),
            added("citizen", count + 4, special=False, single_word=True, normalized=True),
            added(" thou ", count + 5, special=False, lstrip=True, rstrip=True),
            added("Ωé", count + 6, special=False, normalized=True, lstrip=True, rstrip=True)]},
    }


SENTENCES = [
    "", "First Citizen: Before we proceed any further, hear me speak.", "What's done is done; don't you think so?",
    "I do not know. \"Botchan\" -- isn't it 3.14?", "KING Gentlemen,citizen citizens Kingdom King. [MASK]  <mask>",
    "a  [MASK] b[MASK]c [MASK]", "x <end>  y<end>z  <mask><end> <mask>", "so thou art, thou  thou", "Ωé ωé  ΩÉ\u0301 Ωe\u0301",
    "We're  gentlemen GENTLEMEN é\u0301king King\u0301 _King King_ King-King", "漢字 and 汉字テスト", "x" * 101, "xy" * 50,
    "unaffable \u0301 naïve résumé", "[CLS] [SEP] [UNK] [PAD]", "[CLS]word[SEP]", "tab\tnew\nline\r\n", "\u200bzero\u00ad", "\x00",
    "ﬁ ½ ² Å", "\U0001F600 family \U0001F468\u200d\U0001F469", "Hello,world!How are-you", "\ufffd\ufffd", "do not I'm I've you're he's ' a",
]


def spliced(number):
    """Words, added tokens and white space in any order."""
    random = SplitMix64(number * 31 + 5)
    parts = ["King", "citizen", "Gentlemen", " thou ", "[MASK]", "<mask>", "<end>", "Ωé", "[SEP]", "the", "not", " ",
             " ", "  ", "\t", "\u3000", "_", "é", ".", "s", "\u0301", "KING", "gentlemen", "3", "a"]
    return "".join(parts[random.next(len(parts))] for _ in range(random.next(14)))


def case(tokenizer, text):
    encoding = tokenizer.encode(text)
    return {"text": text, "ids": encoding.ids, "tokens": encoding.tokens,
            "offsets": [offset for pair in encoding.offsets for offset in pair],
            "words": [-1 if word is None else word for word in encoding.word_ids],
            "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=False),
            "skipped": tokenizer.decode(encoding.ids, skip_special_tokens=True)}


def part(encoding):
    none = lambda values: [-1 if value is None else value for value in values]
    return {"ids": encoding.ids, "offsets": [offset for pair in encoding.offsets for offset in pair],
            "words": none(encoding.word_ids), "sequences": none(encoding.sequence_ids), "types": encoding.type_ids,
            "special": encoding.special_tokens_mask, "attention": encoding.attention_mask}


def cuts(text, count):
    """What truncation and padding make of pieces of a text."""
    tokenizer = Tokenizer.from_str(text)
    random = SplitMix64(77)
    words = "the king is dead ; long live his noble majesty and all that unaffable crew of 3.14 naïve don't".split()
    some = lambda most: [words[random.next(len(words))] for _ in range(random.next(most))]
    result = []
    for number in range(count):
        isWords = number % 5 == 4
        first, second = some(8), some(14) if random.next(3) else None
        options = {"max_length": random.next(16), "stride": random.next(6) if random.next(2) else 0,
                   "strategy": ["longest_first", "only_first", "only_second"][random.next(3)],
                   "direction": ["right", "left"][random.next(2)]}
        addSpecial = random.next(4) > 0
        padding = None
        if number % 4 == 3:
            padding = {"length": [None, 10, 30][random.next(3)], "pad_to_multiple_of": [None, 8][random.next(2)],
                       "direction": ["right", "left"][random.next(2)], "pad_id": 0, "pad_type_id": 1, "pad_token": "[PAD]"}
        inputs = (first, second) if isWords else (" ".join(first), None if second is None else " ".join(second))
        entry = {"words": isWords, "first": inputs[0], "second": inputs[1], "special": addSpecial, "options": options,
                 "padding": padding}
        tokenizer.no_padding()
        if padding:
            tokenizer.enable_padding(**padding)
        added_count = tokenizer.num_special_tokens_to_add(second is not None) if addSpecial else 0
        try:
            if options["max_length"] < added_count:
                raise ValueError("tokenizers computes with a negative length here")
            tokenizer.enable_truncation(**options)
            encoding = tokenizer.encode(inputs[0], inputs[1], is_pretokenized=isWords, add_special_tokens=addSpecial)
            entry["parts"] = [part(piece) for piece in [encoding] + encoding.overflowing]
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            entry["parts"] = None
        result.append(entry)
    return result


def write(name, content):
    FIXTURES.mkdir(parents=True, exist_ok=True)
    path = FIXTURES / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=pathlib.Path, required=True)
    data = parser.parse_args().shared / "data"

    write("components.json", component_hashes())

    books = [str(data / "text" / name) for name in ("tinyshakespeare.txt", "botchan.txt")]
    pieces, words = train(books, "wordpiece"), train(books, "wordlevel")
    write("vocabulary-pieces.json", pieces)
    write("vocabulary-words.json", words)
    hostile = [hostile_text(n) for n in range(20_000)]
    for name, changes in variants(pieces, words).items():
        text = json.dumps(small("@PIECES@", **changes), ensure_ascii=False)
        full = text.replace('"@PIECES@"', json.dumps(pieces)).replace('"@WORDS@"', json.dumps(words))
        tokenizer = Tokenizer.from_str(full)
        write(f"{name}.json", {
            "tokenizer": json.loads(text),
            "cases": [case(tokenizer, text) for text in SENTENCES + [spliced(n) for n in range(40)]],
            "hostile": hexadecimal(hashes(tokenizer, hostile, 500))})
        if name in ("cased", "flat"):
            write(f"cuts-{name}.json", cuts(full, 130 if name == "cased" else 60))

    reference = Tokenizer.from_file(str(data / "tokenizers/bert-base-uncased/tokenizer.json"))
    reference.no_padding()
    reference.no_truncation()
    with open(data / "dialogsum/train.jsonl", encoding="utf-8") as lines:
        dialogues = [text for entry in map(json.loads, lines) for text in (entry["dialogue"], entry["summary"])]
    write("bert-dialogsum.hashes", packed(hashes(reference, dialogues, 40)))
    write("bert-hostile.hashes", packed(hashes(reference, hostile, 40)))
    texts = [line for name in ("tinyshakespeare.txt", "wikitext2-valid.txt")
             for line in (data / "text" / name).read_text(encoding="utf-8").split("\n")]
    write("bert-text.hashes", packed(hashes(reference, texts, 100)))


if __name__ == "__main__":
    main()
