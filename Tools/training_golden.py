"""What `tokenizers` and SentencePiece learn from a small corpus: Tests/FledgeTokenizersTests/Fixtures/training.

    python Tools/training_golden.py [--shared DIR]

DIR holds real texts, of whose vocabularies only hashes and counts are committed (shared.json).
needs the packages tokenizers and sentencepiece (0.23.3 and 0.2.3 made the committed files).
"""

import argparse
import collections
import io
import json
import os
import pathlib
import random

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import sentencepiece  # noqa: E402
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers  # noqa: E402

from fixture_text import LINES  # noqa: E402

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Tests/FledgeTokenizersTests/Fixtures/training"

# Other scripts, marks, digits, spaces and line ends, written for this purpose.
OTHERS = """Zürich, naïve café, œuvre, ǅungla: the élan of Ångström's coöperation. ÉCOLE école
Ελληνικά και ελληνικά, ΕΛΛΗΝΙΚΑ. Привет, привет, ПРИВЕТ мир! Мир и мир.
東京の天気は晴れです。今日の天気は雨です。トウキョウ ﾄｳｷｮｳ ｶﾞｷﾞ 한국어 한국말 하나 둘
नमस्ते दुनिया नमस्ते שלום עולם שלום مرحبا بالعالم مرحبا
👩‍👩‍👧 👍🏽 🙂🙂🙂 ½ ⅓ x² ™ ﬁne ﬁre e\u0301 a\u0323\u0302 \u1112\u1161\u11ab
  two  spaces\tand a tab\u00a0and a narrow\u202fspace \u200b\u3000 ▁ ▁▁word
aaaa aaaaa aaaaaa abab ababab abcabcabc 2024 2025 20240 3.14 3.1415 1,000,000
it's I'm we'll they've you're he'd IT'S don't 'quoted' ''twice'' --dash-- (brackets) [UNK] <s> </s>
"""


def corpus():
    words = (LINES if isinstance(LINES, str) else "\n".join(LINES)).split()
    randomness = random.Random(7)
    mixed = [" ".join(randomness.choices(words, k=randomness.randint(3, 14))) + "." for _ in range(160)]
    lines = (LINES if isinstance(LINES, str) else "\n".join(LINES)).strip().split("\n")
    return "\n".join(lines + mixed) + "\n" + OTHERS * 2 + "the last line has no end"


def word_counts(path, normalizer, pre_tokenizer):
    counts = collections.Counter()
    with open(path, encoding="utf-8", newline="") as lines:
        for line in lines:
            text = normalizer.normalize_str(line) if normalizer else line
            counts.update(word for word, _ in pre_tokenizer.pre_tokenize_str(text))
    return counts


def train(path, normalizer, pre_tokenizer, model, trainer):
    tokenizer = Tokenizer(model)
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train([str(path)], trainer)
    made = json.loads(tokenizer.to_str())["model"]
    vocabulary = sorted(made["vocab"], key=made["vocab"].get)
    assert list(range(len(vocabulary))) == sorted(made["vocab"].values())
    return vocabulary, made.get("merges")


def characters(path):
    """Cases of the learner alone: words of characters, between white space."""
    split = pre_tokenizers.WhitespaceSplit()
    counts = word_counts(path, None, split)
    alphabet = collections.Counter()
    for word, count in counts.items():
        for character in word:
            alphabet[character] += count
    ranked = sorted(alphabet.values(), reverse=True)
    # The limit must not fall between equally frequent characters: which one goes is left to chance.
    limit = next(n for n in range(40, len(ranked)) if ranked[n - 1] != ranked[n])
    cases = []
    for name, settings in {
        "plain": dict(vocab_size=500),
        "frequent": dict(vocab_size=2000, min_frequency=4),
        "exhausted": dict(vocab_size=100_000),
        "limited": dict(vocab_size=300, limit_alphabet=limit),
        "short": dict(vocab_size=600, max_token_length=4),
        "initial": dict(vocab_size=500, initial_alphabet=["ß", "中", "!"]),
        "special": dict(vocab_size=500, special_tokens=["<s>", "the", "e", "an", "<s>"]),
        "continuing": dict(
            vocab_size=900, continuing_subword_prefix="##", special_tokens=["##" + c for c in sorted(alphabet)]),
        "limited-continuing": dict(
            vocab_size=500, continuing_subword_prefix="##", limit_alphabet=limit,
            special_tokens=["##" + c for c in sorted(alphabet)]),
    }.items():
        trainer = trainers.BpeTrainer(show_progress=False, **settings)
        # A plain model, for with a prefix of its own BPE would not take one from the trainer.
        vocabulary, merges = train(path, None, split, models.BPE(), trainer)
        cases.append({"name": name, "settings": settings, "vocabulary": vocabulary, "merges": merges})
    return {"words": sorted(counts.items()), "cases": cases}


def styles(path):
    """Whole tokenizers: what a corpus is cut into, and what is learned."""
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    result = {}
    for name, size in (("gpt2", 700), ("gpt2-lowercase", 600)):
        normalizer = normalizers.Lowercase() if "lower" in name else None
        trainer = trainers.BpeTrainer(
            vocab_size=size, min_frequency=2, special_tokens=["<|endoftext|>", "<sep>"], show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
        vocabulary, merges = train(path, normalizer, byte_level, models.BPE(), trainer)
        result[name] = {"size": size, "vocabulary": vocabulary, "merges": merges}
    for name, lowercase in (("bert", False), ("bert-lowercase", True)):
        normalizer = normalizers.BertNormalizer(lowercase=lowercase)
        counts = word_counts(path, normalizer, pre_tokenizers.BertPreTokenizer())
        special = ["##" + c for c in sorted({c for word in counts for c in word[1:]})]
        trainer = trainers.WordPieceTrainer(
            vocab_size=1100, min_frequency=2, limit_alphabet=1000, show_progress=False,
            special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + special)
        vocabulary, _ = train(
            path, normalizer, pre_tokenizers.BertPreTokenizer(), models.WordPiece(unk_token="[UNK]"), trainer)
        result[name] = {"size": 1100, "special": special, "vocabulary": vocabulary}
    return result


def unigram(path):
    """How many tokens SentencePiece's own pieces need, line by line."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").split("\n")
    cases = []
    for size in (300, 450, 600):
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            input=str(path), model_writer=model, vocab_size=size, minloglevel=2, num_threads=1, pad_id=0, eos_id=1,
            unk_id=2, bos_id=-1)
        processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
        cases.append({
            "size": size, "tokens": sum(len(ids) for ids in processor.encode(lines)),
            "pieces": [processor.id_to_piece(i) for i in range(processor.get_piece_size())]})
    return cases


def fnv(pieces):
    value = 0xCBF29CE484222325
    for byte in "".join(piece + "\n" for piece in pieces).encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return format(value, "016x")


def shared(directory):
    """Hashes of BPE's vocabularies and merges, and SentencePiece's counts of tokens, for real texts."""
    cases = []
    for name in ("tinyshakespeare", "wikitext2-valid"):
        path = pathlib.Path(directory, f"data/text/{name}.txt")
        for size in (1000, 8000, 32000):
            trainer = trainers.BpeTrainer(
                vocab_size=size, min_frequency=2, special_tokens=["<|endoftext|>"], show_progress=False,
                initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
            vocabulary, merges = train(
                path, None, pre_tokenizers.ByteLevel(add_prefix_space=False), models.BPE(), trainer)
            cases.append({"corpus": name, "style": "gpt2", "size": size, "vocabulary": fnv(vocabulary),
                          "merges": fnv(" ".join(pair) for pair in merges)})
        for size in (1000, 8000):
            model = io.BytesIO()
            sentencepiece.SentencePieceTrainer.train(
                input=str(path), model_writer=model, vocab_size=size, minloglevel=2, num_threads=1, pad_id=0,
                eos_id=1, unk_id=2, bos_id=-1, max_sentence_length=1 << 20)
            processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
            lines = path.read_text(encoding="utf-8").split("\n")
            cases.append({"corpus": name, "style": "t5", "size": size,
                          "tokens": sum(len(ids) for ids in processor.encode(lines))})
    return cases


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared")
    options = parser.parse_args()
    if options.shared:
        (TARGET / "shared.json").write_text(json.dumps(shared(options.shared), indent=1) + "\n")
    TARGET.mkdir(parents=True, exist_ok=True)
    path = TARGET / "corpus.txt"
    path.write_text(corpus(), encoding="utf-8", newline="")
    for name, value in (("characters", characters(path)), ("styles", styles(path)), ("unigram", unigram(path))):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        (TARGET / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
