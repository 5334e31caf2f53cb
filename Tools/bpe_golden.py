"""Makes Tests/FledgeTokenizersTests/Fixtures/bpe: small byte-pair encodings and what the reference does with them.

    python Tools/bpe_golden.py --shared DIR

needs the packages tokenizers, sentencepiece and tiktoken. A second run writes the same bytes. The small models are
trained on two books that are in the public domain, DIR/data/text/tinyshakespeare.txt and botchan.txt. Of DialogSum,
WikiText-2 and the books only hashes are kept: one for every hundred texts, of each token its id, place and text (for
sentencepiece and tiktoken its id).
"""

import argparse
import base64
import io
import json
import pathlib
import struct

import sentencepiece
import tiktoken
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from tokenizer_golden import CASES, FIXTURES, SplitMix64, fnv, hashes, hostile_text
from split_golden import BLOOM, LLAMA3

OWN_CASES = CASES + ["I'LL say: it's 12345 o'clock...\r\n\r\n  Don't you?", "<mask> a <mask>  <mask>x", "  two  ", " x",
                     "tab\tand  spaces ", "<|endoftext|>hello<|endoftext|>", "thou art, thy lordship", "\n\n", "a\n b"]
GROUP = 100


def byte_level(pattern=None, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    if pattern is None:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def trained(tokenizer, lines, size, **options):
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=size, show_progress=False, **options))
    return tokenizer


def trained_on_words(tokenizer, lines, size, form, **options):
    """Training gives the characters within words ids in the order of a hash map, another one in each process; here they
    get theirs beforehand, as special tokens that are none afterwards. `form` is what such a piece looks like."""
    characters = sorted({form.format(c) for line in lines for c in line if not c.isspace()})
    trained(tokenizer, lines, size, special_tokens=["<unk>"] + characters, **options)
    description = json.loads(tokenizer.to_str())
    description["added_tokens"] = description["added_tokens"][:1]
    return description


def sentencepiece_model(lines, **options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for line in lines if line.strip()), model_writer=model, model_type="bpe",
        num_threads=1, minloglevel=2, max_sentence_length=100_000, **options)
    return model.getvalue()


def converted(processor):
    """A LLaMA style tokenizer.json of a SentencePiece model: every way to make a piece of two, by the piece's id."""
    size = processor.get_piece_size()
    pieces = {processor.id_to_piece(i): i for i in range(size)}
    merges = []
    for piece, number in pieces.items():
        if processor.is_control(number) or processor.is_byte(number) or processor.is_unknown(number):
            continue
        splits = [(piece[:i], piece[i:]) for i in range(1, len(piece)) if piece[:i] in pieces and piece[i:] in pieces]
        merges += [(-processor.get_score(number), pieces[a], pieces[b], [a, b]) for a, b in splits]
    merges = [pair for *_, pair in sorted(merges)]
    added = [{"id": i, "content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
              "special": True} for i, c in enumerate(["<unk>", "<s>", "</s>"])]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        "pre_tokenizer": None,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                     {"SpecialToken": {"id": "<s>", "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
            {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
                  "vocab": pieces, "merges": merges},
    }



def reference_cases(tokenizer):
    result = []
    for text in OWN_CASES + [hostile_text(n) for n in range(1, 30)]:
        encoding = tokenizer.encode(text)
        result.append({
            "text": text, "ids": encoding.ids, "tokens": encoding.tokens,
            "offsets": [offset for pair in encoding.offsets for offset in pair],
            "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=False),
            "skipped": tokenizer.decode(encoding.ids, skip_special_tokens=True)})
    return result


def decodes(tokenizer):
    random = SplitMix64(5)
    size = tokenizer.get_vocab_size()
    result = []
    for _ in range(40):
        ids = [random.next(size if random.next(2) else min(size, 260)) for _ in range(random.next(14))]
        result.append({"text": "", "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False),
                       "skipped": tokenizer.decode(ids, skip_special_tokens=True)})
    return result


def pairs(tokenizer):
    result = []
    for first, second in [("Hello there", " my lord"), ("", "x"), ("a", "")]:
        encoding = tokenizer.encode(first, second)
        result.append({"text": first, "second": second, "ids": encoding.ids, "types": encoding.type_ids,
                       "offsets": [offset for pair in encoding.offsets for offset in pair]})
    return result


def id_hashes(encode, texts):
    result = bytearray()
    for first in range(0, len(texts), GROUP):
        state = 0xCBF29CE484222325
        for text in texts[first:first + GROUP]:
            for number in encode(text):
                state = fnv(state, struct.pack("<I", number))
            state = fnv(state, b"\xff")
        result += struct.pack("<Q", state)
    return bytes(result)


def write(name, content):
    path = FIXTURES / "bpe" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def corpora(shared):
    with open(shared / "data/dialogsum/train.jsonl", encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    def parts(name):
        text = (shared / "data/text" / name).read_text(encoding="utf-8")
        return [text[i:i + 4000] for i in range(0, len(text), 4000)]
    return {"hostile": [hostile_text(n) for n in range(4000)],
            "dialogsum": [entry["dialogue"] + "\n" + entry["summary"] for entry in entries],
            "tinyshakespeare": parts("tinyshakespeare.txt"), "wikitext2": parts("wikitext2-valid.txt")}


def encoded(data):
    return base64.b64encode(data).decode()


def gpt2_like(shared, name):
    directory = shared / "data/tokenizers" / name
    tokenizer = Tokenizer(models.BPE.from_file(str(directory / "vocab.json"), str(directory / "merges.txt")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    if name == "gpt2":
        tokenizer.add_special_tokens([AddedToken("<|endoftext|>", normalized=False)])
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    else:
        # transformers 5.24 takes in the space before <mask> only where a configuration says so; here is none.
        tokenizer.add_special_tokens([AddedToken(c, normalized=False)
                                      for c in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")])
        tokenizer.post_processor = processors.RobertaProcessing(
            ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return tokenizer


def variants(lines):
    """Name and tokenizer.json of small tokenizers."""
    alphabet = {"initial_alphabet": pre_tokenizers.ByteLevel.alphabet()}
    llama3 = trained(byte_level(LLAMA3, ignore_merges=True), lines, 900, special_tokens=["<|endoftext|>"], **alphabet)
    llama3.post_processor = processors.ByteLevel(trim_offsets=False)
    bloom = trained(byte_level(BLOOM), lines, 800, special_tokens=["<s>", "</s>", "<mask>"], **alphabet)
    bloom.post_processor = processors.ByteLevel(trim_offsets=True, add_prefix_space=False)
    roberta = trained(byte_level(), lines, 600, special_tokens=["<s>", "<pad>", "</s>", "<mask>"], **alphabet)
    roberta.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True)
    words = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", fuse_unk=True))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.decoder = decoders.BPEDecoder(suffix="</w>")
    words = trained_on_words(words, lines, 500, "{}</w>", end_of_word_suffix="</w>")
    pieces = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##"))
    pieces.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    pieces = trained_on_words(pieces, lines, 400, "##{}", continuing_subword_prefix="##")
    described = {name: json.loads(t.to_str()) for name, t in
                 {"llama3": llama3, "bloom": bloom, "roberta": roberta}.items()} | {"suffix": words, "prefix": pieces}
    # Older files: merges as strings, no type, and, without an unknown token, characters that disappear.
    old = json.loads(json.dumps(described["prefix"]))
    old["model"] = {"vocab": old["model"]["vocab"], "merges": [" ".join(pair) for pair in old["model"]["merges"]],
                    "continuing_subword_prefix": "##"}
    described["old"] = old
    return described


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=pathlib.Path, required=True)
    shared = parser.parse_args().shared
    lines = []
    for name in ("tinyshakespeare.txt", "botchan.txt"):
        lines += (shared / "data/text" / name).read_text(encoding="utf-8").split("\n")
    texts = corpora(shared)

    def all_hashes(tokenizer):
        return {name: encoded(hashes(tokenizer, some, GROUP)) for name, some in texts.items()}

    described = variants(lines)
    options = dict(vocab_size=800, byte_fallback=True, normalization_rule_name="identity",
                   remove_extra_whitespaces=False, split_digits=True, allow_whitespace_only_pieces=True)
    model = sentencepiece_model(lines, **options)
    plain = sentencepiece_model(lines, vocab_size=500, normalization_rule_name="identity",
                                user_defined_symbols=["<sep>", "my lord"])
    described["llama"] = converted(sentencepiece.SentencePieceProcessor(model_proto=model))
    for name, description in described.items():
        tokenizer = Tokenizer.from_str(json.dumps(description))
        write(f"{name}.json", {"tokenizer": description, "cases": reference_cases(tokenizer),
                               "decodes": decodes(tokenizer), "pairs": pairs(tokenizer),
                               "hashes": all_hashes(tokenizer)})

    for name, proto in (("bytes", model), ("plain", plain)):
        processor = sentencepiece.SentencePieceProcessor(model_proto=proto)
        write(f"{name}.model", proto)
        specials = ("<s>", "</s>", "<unk>")
        some = {key: [t for t in value if not any(s in t for s in specials)] for key, value in texts.items()}
        cases = [{"text": t, "ids": processor.encode(t), "decoded": processor.decode(processor.encode(t))}
                 for t in OWN_CASES + ["a<sep>b  my lord", "good my lord,my lord"] if not any(s in t for s in specials)]
        write(f"{name}.model.json", {"cases": cases, "hashes": {k: encoded(id_hashes(processor.encode, v))
                                                                for k, v in some.items()}})

    # tiktoken's ranks: the bytes first, then the pieces in the order of the merges.
    table = described["llama3"]["model"]
    of_character = {c: b for b, c in zip(
        [*range(33, 127), *range(161, 173), *range(174, 256)], map(chr, [*range(33, 127), *range(161, 173), *range(174, 256)]))}
    rest = [b for b in range(256) if b not in of_character.values()]
    of_character |= {chr(256 + n): b for n, b in enumerate(rest)}
    tokens = [bytes([b]) for b in range(256)]
    tokens += [bytes(of_character[c] for c in a + b) for a, b in table["merges"]]
    ranks = {token: rank for rank, token in enumerate(dict.fromkeys(tokens))}
    write("ranks.tiktoken", "".join(f"{encoded(t)} {r}\n" for t, r in ranks.items()).encode())
    encoding = tiktoken.Encoding("small", pat_str=LLAMA3, mergeable_ranks=ranks, special_tokens={})
    write("ranks.json", {
        "cases": [{"text": t, "ids": encoding.encode_ordinary(t), "decoded": t} for t in OWN_CASES],
        "hashes": {k: encoded(id_hashes(encoding.encode_ordinary, v)) for k, v in texts.items()}})

    golden = {}
    for name in ("gpt2", "roberta-base"):
        tokenizer = gpt2_like(shared, name)
        golden[name] = {"cases": reference_cases(tokenizer), "pairs": pairs(tokenizer), "hashes": all_hashes(tokenizer)}
    stories = Tokenizer.from_file(str(shared / "checkpoints/stories260K-hf/tokenizer.json"))
    golden["stories260K-hf"] = {"cases": [], "pairs": [], "hashes": all_hashes(stories)}
    write("shared.json", golden)


if __name__ == "__main__":
    main()
