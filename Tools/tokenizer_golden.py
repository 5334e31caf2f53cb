"""Makes Tests/FledgeTokenizersTests/Fixtures: small tokenizers and what the reference implementations do with them.

    python Tools/tokenizer_golden.py [--shared DIR]

needs the packages tokenizers and sentencepiece; Fixtures/golden.json records their versions. The small models are
trained on the text below, which was written for this project. With --shared, the folder that holds
data/tokenizers/t5 and data/dialogsum, it also hashes what `tokenizers` makes of all of DialogSum and of the hostile
corpus with T5's own tokenizer; those hashes are all that is kept of that data.
"""

import argparse
import base64
import io
import json
import pathlib
import struct

import sentencepiece
import tokenizers
from tokenizers import Tokenizer

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests/FledgeTokenizersTests/Fixtures"

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


def hostile_text(number):
    """String number `number` of those that try to confuse tokenizers; HostileCorpus.swift makes the same ones."""
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


PEOPLE = ["The baker", "My neighbour", "A young sailor", "The old teacher", "Our mayor", "Nobody", "The night nurse"]
VERBS = ["mended", "painted", "carried", "forgot", "described", "sold", "borrowed", "weighed", "photographed"]
THINGS = ["a broken clock", "seven blue chairs", "the harbour lights", "an unfinished letter", "the café's window",
          "two kilograms of cherries", "a map of the river", "the smallest violin", "a suitcase full of postcards"]
PLACES = ["behind the station", "in the quiet morning", "before breakfast", "under the bridge", "at a quarter past nine",
          "during the storm", "near Zürich", "on Tuesday", "without saying a word", "for the third time"]
REMARKS = ["Wasn't it strange?", "I don't think so.", "That cost 12.50 in 1987!", "We'll see.", "Übung macht den Meister.",
           "“Perhaps,” she said; “perhaps not.”", "It rained -- again.", "Summarize the following conversation."]

CASES = [
    "", " ", "  \t\n ", "The baker mended a broken clock.", "  leading and trailing  ", "two  spaces   three",
    "line\nbreak\r\nand\ttab", "ＦＵＬＬ width ﬁ ligature ½", "cafe\u0301 café", "e\u0301\u0302\u0303\u0304 stacked",
    "\u0301starts with a mark", "a\u200db zero\u200cwidth", "\u0001control\u007f", "NUL\u0000inside", "delete\u007f\u0301x", "\ufeffBOM",
    "family \U0001F468\u200d\U0001F469\u200d\U0001F467 flag \U0001F1E8\U0001F1ED\U0001F1E9", "한국어 \u1112\u1161\u11ab",
    "שלום עולם مرحبا", "नमस्ते क्ष", "\u2028line\u2029paragraph", "\ue000private\U0010ffff", "▁visible▁▁space",
    " ▁ ", "</s> in text</s>", "<extra_id_0> x<extra_id_1>y <extra_id_2>", "<unk>", "<0x41>", "unknown ☃☃ 漢字",
    "12.50 in 1987!", "\u00c5\u0323 \u212b\u0301", "\u0600a", "x" * 300, "ß İstanbul ŒUVRE ǅ", "\u3000ideographic\u3000",
    "\ufdfa", "don't", "a b c d e", "\u1e9b\u0323",
]

SENTINELS = 5


def training_text():
    lines = []
    for a, person in enumerate(PEOPLE):
        for b, verb in enumerate(VERBS):
            for c, thing in enumerate(THINGS):
                place = PLACES[(a + b * 3 + c) % len(PLACES)]
                lines.append(f"{person} {verb} {thing} {place}. {REMARKS[(a * 2 + b + c) % len(REMARKS)]}")
    return lines


def train(**options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(training_text()), model_writer=model, model_type="unigram", pad_id=0, eos_id=1, unk_id=2,
        bos_id=-1, num_threads=1, minloglevel=2, hard_vocab_limit=False, **options)
    return model.getvalue()


def vocabulary(model):
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    size = processor.get_piece_size()
    pieces = [[processor.id_to_piece(i), processor.get_score(i)] for i in range(size)]
    return pieces + [[f"<extra_id_{i}>", 0.0] for i in reversed(range(SENTINELS))]


def character_map(model):
    """The precompiled_charsmap of a model, found by walking its fields."""
    def fields(data):
        at = 0
        while at < len(data):
            key, at = varint(data, at)
            if key & 7 == 0:
                value, at = varint(data, at)
            elif key & 7 == 5:
                value, at = data[at:at + 4], at + 4
            else:
                size, at = varint(data, at)
                value, at = data[at:at + size], at + size
            yield key >> 3, value

    def varint(data, at):
        value = shift = 0
        while True:
            byte = data[at]
            value |= (byte & 127) << shift
            shift, at = shift + 7, at + 1
            if byte < 128:
                return value, at

    spec = next(value for field, value in fields(model) if field == 3)
    return next(value for field, value in fields(spec) if field == 2)


def added(content, number, special=True, **flags):
    token = {"id": number, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": special}
    token.update(flags)
    return token


def metaspace(scheme="always", split=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}


def t5(pieces):
    ids = {piece: number for number, (piece, _) in enumerate(pieces)}
    specials = ["<pad>", "</s>", "<unk>"] + [f"<extra_id_{i}>" for i in reversed(range(SENTINELS))]
    end = {"SpecialToken": {"id": "</s>", "type_id": 0}}
    first, second = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [added(content, ids[content]) for content in specials],
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": "@CHARSMAP@"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace()]},
        "post_processor": {
            "type": "TemplateProcessing", "single": [first, end], "pair": [first, end, second, end],
            "special_tokens": {"</s>": {"id": "</s>", "ids": [ids["</s>"]], "tokens": ["</s>"]}}},
        "decoder": metaspace(),
        "model": {"type": "Unigram", "unk_id": 2, "vocab": pieces, "byte_fallback": False},
    }


def variants(pieces):
    """Name and changed parts; everything else is as in T5's."""
    precompiled = {"type": "Precompiled", "precompiled_charsmap": "@CHARSMAP@"}
    count = len(pieces)
    bytes_first = [["<unk>", 0.0], ["</s>", 0.0], ["<pad>", 0.0]] + [[f"<0x{b:02X}>", 0.0] for b in range(256)]
    spelled = bytes_first + [p for p in pieces[3:] if not p[0].startswith("<")]
    llama_decoder = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    return {
        "t5": {},
        "sequence": {
            "normalizer": {"type": "Sequence", "normalizers": [
                precompiled, {"type": "Strip", "strip_left": True, "strip_right": True},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}]},
            "pre_tokenizer": metaspace()},
        "first": {"pre_tokenizer": metaspace("first"), "decoder": metaspace("first")},
        "never": {"pre_tokenizer": metaspace("never", split=False), "decoder": metaspace("never")},
        "old": {
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "str_rep": "▁", "add_prefix_space": True},
            "decoder": {"type": "Metaspace", "replacement": "▁", "str_rep": "▁", "add_prefix_space": True},
            "model": {"unk_id": 2, "vocab": pieces}, "post_processor": None},
        "bytes": {
            "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
            "pre_tokenizer": None, "decoder": llama_decoder, "post_processor": None,
            "added_tokens": [added("<unk>", 0), added("</s>", 1), added("<pad>", 2)],
            "model": {"type": "Unigram", "unk_id": 0, "vocab": spelled, "byte_fallback": True}},
        "bytes-metaspace": {
            "normalizer": None, "post_processor": None, "added_tokens": [],
            "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, metaspace()]},
            "model": {"type": "Unigram", "unk_id": 0, "vocab": spelled, "byte_fallback": True}},
        "added": {
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Lowercase"}, precompiled]},
            "added_tokens": t5(pieces)["added_tokens"] + [
                added("<extra_id_1>", count - 2, lstrip=True), added("<extra_id_2>", count - 3, rstrip=True),
                added("cherries", count, special=False, single_word=True),
                added("Zürich", count + 1, special=False, normalized=True),
                added("two", count + 2, special=False, lstrip=True, rstrip=True),
                added("ﬁ", count + 3, special=False, normalized=True, single_word=True)]},
        "plain": {"normalizer": None, "pre_tokenizer": {"type": "WhitespaceSplit"}, "decoder": None},
        "strip-decoder": {
            "decoder": {"type": "Sequence", "decoders": [
                {"type": "Fuse"}, {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}},
    }


def cases(tokenizer):
    result = []
    for text in CASES + [hostile_text(n) for n in range(1, 25)] + ["two  TWO cherries,Cherries cherriesx ZÜRICH"]:
        encoding = tokenizer.encode(text)
        result.append({
            "text": text, "ids": encoding.ids, "tokens": encoding.tokens,
            "offsets": [offset for pair in encoding.offsets for offset in pair],
            "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=False),
            "skipped": tokenizer.decode(encoding.ids, skip_special_tokens=True)})
    return result


def decodes(tokenizer):
    """What random ids decode to."""
    random = SplitMix64(5)
    size = tokenizer.get_vocab_size()
    result = []
    for _ in range(40):
        # Half of the ids are among the first, where the special and the byte tokens are.
        ids = [random.next(size if random.next(2) else min(size, 260)) for _ in range(random.next(14))]
        result.append({"text": "", "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False),
                       "skipped": tokenizer.decode(ids, skip_special_tokens=True)})
    return result


def fnv(state, data):
    for byte in data:
        state = ((state ^ byte) * 0x100000001B3) & (1 << 64) - 1
    return state


def hashes(tokenizer, texts, group=10):
    """One hash for every ten texts: of each token its id, its start and end in characters, and its text."""
    result = bytearray()
    for first in range(0, len(texts), group):
        state = 0xCBF29CE484222325
        for encoding in tokenizer.encode_batch(texts[first:first + group]):
            for number, (start, end), token in zip(encoding.ids, encoding.offsets, encoding.tokens):
                state = fnv(state, struct.pack("<III", number, start, end) + token.encode())
            state = fnv(state, b"\xff")
        result += struct.pack("<Q", state)
    return bytes(result)


def write(name, content):
    path = FIXTURES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=pathlib.Path)
    shared = parser.parse_args().shared

    model = train(vocab_size=600, normalization_rule_name="nmt_nfkc")
    bytes_model = train(
        vocab_size=700, normalization_rule_name="identity", byte_fallback=True, remove_extra_whitespaces=False,
        user_defined_symbols=["<sep>", "12.50", "mended a"])
    write("small/spiece.model", model)
    write("bytes/spiece.model", bytes_model)
    pieces = vocabulary(model)
    charsmap = base64.b64encode(character_map(model)).decode()

    for name, changes in variants(pieces).items():
        description = t5(pieces) | changes
        text = json.dumps(description, ensure_ascii=False, separators=(",", ":"))
        tokenizer = Tokenizer.from_str(text.replace("@CHARSMAP@", charsmap))
        write(f"variants/{name}.json", {"tokenizer": description, "cases": cases(tokenizer), "decodes": decodes(tokenizer)})

    texts = [text for text in CASES + [hostile_text(n) for n in range(300)]
             if not any(mark in text for mark in ("</s>", "<pad>", "<unk>", "<extra_id_"))]
    for name, proto in (("small", model), ("bytes", bytes_model)):
        processor = sentencepiece.SentencePieceProcessor(model_proto=proto)
        write(f"{name}/cases.json", [
            {"text": text, "ids": processor.encode(text)} for text in texts + ["a<sep>b 12.50 x", "mended a clock"]])

    golden = {"made_by": "Tools/tokenizer_golden.py", "tokenizers": tokenizers.__version__,
              "sentencepiece": sentencepiece.__version__}
    if shared:
        reference = Tokenizer.from_file(str(shared / "data/tokenizers/t5/tokenizer.json"))
        with open(shared / "data/dialogsum/train.jsonl", encoding="utf-8") as lines:
            dialogues = [entry["dialogue"] + "\n" + entry["summary"] for entry in map(json.loads, lines)]
        hostile = [hostile_text(n) for n in range(20_000)]
        write("t5-dialogsum.hashes", hashes(reference, dialogues))
        write("t5-hostile.hashes", hashes(reference, hostile))
        golden |= {"dialogues": len(dialogues), "hostile": len(hostile)}
    write("golden.json", golden)


if __name__ == "__main__":
    main()
