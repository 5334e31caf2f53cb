"""Makes Tests/FledgeTokenizersTests/Fixtures/pipeline: post-processors in a Sequence, spaces before texts,
and byte-level tokenizers of two files.

    python Tools/pipeline_golden.py

needs the packages tokenizers and transformers. Nothing is trained: a second run writes the same bytes.
"""

import itertools
import json
import pathlib
import tempfile

import tokenizers
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests/FledgeTokenizersTests/Fixtures/pipeline"
MADE_BY = f"Tools/pipeline_golden.py, tokenizers {tokenizers.__version__}, transformers {transformers.__version__}"


def result(encoding):
    return {"ids": encoding.ids, "tokens": encoding.tokens, "types": encoding.type_ids,
            "special": encoding.special_tokens_mask, "offsets": [end for place in encoding.offsets for end in place]}


def template(single, pair):
    return processors.TemplateProcessing(single=single, pair=pair, special_tokens=[("x", 5), ("y", 6)])


def sequences():
    """Every two of these steps, and some three."""
    steps = {
        "bert": processors.BertProcessing(("[SEP]", 4), ("[CLS]", 3)),
        "roberta": processors.RobertaProcessing(("</s>", 2), ("<s>", 1)),
        "both ends": template("x $A y", "x $A y $B:1 y:1"),
        "end": template("$A y", "$A $B:1 y:1"),
        "swapped": template("$A", "$B:1 $A:0"),
        "bytes": processors.ByteLevel(),
    }
    vocabulary = {word: number for number, word in enumerate("[UNK] <s> </s> [CLS] [SEP] x y a b c d".split())}
    names = list(itertools.product(steps, repeat=2)) + [
        ("bytes", "bert", "roberta"), ("roberta", "bert", "bert"), ("bert", "swapped", "end"), ("swapped", "end", "bert")]
    cases = []
    for name in names:
        tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        tokenizer.post_processor = processors.Sequence([steps[step] for step in name])
        outputs = []
        for texts, special in itertools.product((("a b",), ("a b", "c"), ("", "d")), (True, False)):
            try:
                encoding = tokenizer.encode(*texts, add_special_tokens=special)
            except BaseException as error:  # A panic of the Rust code is no Exception.
                assert "not yet implemented" in str(error)
                outputs = None
                break
            outputs.append({"texts": texts, "add": special} | result(encoding))
        counts = [tokenizer.num_special_tokens_to_add(pair) for pair in (False, True)]
        # Cut to a length, whatever the steps count as added.
        cut = None
        if outputs is not None:
            tokenizer.enable_truncation(max(counts) + 1)
            cut = result(tokenizer.encode("a b", "c d"))
        cases.append({"steps": name, "tokenizer": json.loads(tokenizer.to_str()), "outputs": outputs, "cut": cut})
    return {"made_by": MADE_BY, "note": "outputs is null where tokenizers stops with an error", "cases": cases}


TEXTS = ["ab c", "x</s>ab", "<s>ab", " ab", "ab  c ", "</s> ab </s> c", "", " ", "▁a b", "é€a", "a <mask> b<mask>"]


def metaspace(scheme):
    """A tokenizer like LLaMA's, with Metaspace in place of a normalizer."""
    vocabulary = {"<unk>": 0, "<s>": 1, "</s>": 2}
    for piece in [f"<0x{byte:02X}>" for byte in range(256)] + list("▁abcx") + ["▁a", "▁ab", "ab"]:
        vocabulary[piece] = len(vocabulary)
    merges = [("▁", "a"), ("a", "b"), ("▁", "ab"), ("▁a", "b")]
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme=scheme, split=False)
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens([AddedToken(t, normalized=False) for t in ("<unk>", "<s>", "</s>")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    return tokenizer


def metaspaces():
    """Every way to put a space before texts."""
    cases = []
    for scheme in ("always", "first", "never"):
        tokenizer = metaspace(scheme)
        outputs = []
        for texts in [(text,) for text in TEXTS] + [("ab", "c")]:
            encoding = tokenizer.encode(*texts)
            decoded = tokenizer.decode(encoding.ids, skip_special_tokens=False)
            outputs.append({"texts": texts, "decoded": decoded} | result(encoding))
        cases.append({"scheme": scheme, "tokenizer": json.loads(tokenizer.to_str()), "outputs": outputs})
    return {"made_by": MADE_BY, "cases": cases}


def byte_pairs():
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    for piece in sorted(pre_tokenizers.ByteLevel.alphabet()) + ["Ġa", "ab", "Ġab"]:
        vocabulary[piece] = len(vocabulary)
    vocabulary["<mask>"] = len(vocabulary)
    return vocabulary, [("Ġ", "a"), ("a", "b"), ("Ġ", "ab"), ("Ġa", "b")]


def loaded(files):
    """What AutoTokenizer gives for a directory of such files."""
    with tempfile.TemporaryDirectory() as directory:
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (pathlib.Path(directory) / name).write_text(text, encoding="utf-8")
        tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    cases = []
    for text in TEXTS:
        encoding = tokenizer(text)
        cases.append({"texts": [text], "decoded": tokenizer.decode(encoding.input_ids)} | result(encoding.encodings[0]))
    pair = tokenizer("ab", "c")
    cases.append({"texts": ["ab", "c"], "decoded": tokenizer.decode(pair.input_ids)} | result(pair.encodings[0]))
    return {"class": type(tokenizer).__name__, "cases": cases}


SPECIALS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


def two_files():
    """vocab.json and merges.txt."""
    vocabulary, merges = byte_pairs()
    merges = "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges)
    mask = {"content": "<mask>", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False,
            "special": True, "__type": "AddedToken"}
    configs = [
        ({"tokenizer_class": "RobertaTokenizer"}, "roberta"), (None, "roberta"), ({}, "bart"),
        ({"tokenizer_class": "RobertaTokenizer", "mask_token": "<mask>"}, None),
        ({"tokenizer_class": "RobertaTokenizer", "mask_token": mask}, None),
        ({"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}, "roberta"),
        ({"tokenizer_class": "RobertaTokenizer", "added_tokens_decoder": {str(vocabulary["<mask>"]): mask}}, "roberta"),
        ({"tokenizer_class": "GPT2Tokenizer", **SPECIALS}, "gpt2"),
        ({"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, **SPECIALS}, "gpt2"),
        ({"tokenizer_class": "GPT2Tokenizer", "mask_token": "<mask>", **SPECIALS}, "gpt2"),
    ]
    cases = []
    for config, model_type in configs:
        files = {"vocab.json": vocabulary, "merges.txt": merges}
        if config is not None:
            files["tokenizer_config.json"] = config
        if model_type:
            files["config.json"] = {"model_type": model_type}
        cases.append({"config": config, "model_type": model_type} | loaded(files))
    return {"made_by": MADE_BY, "vocabulary": vocabulary, "merges": merges, "cases": cases}


def main():
    transformers.logging.set_verbosity_error()
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for name, content in (("sequences", sequences()), ("metaspaces", metaspaces()), ("two-files", two_files())):
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (FIXTURES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
