"""A T5-style tokenizer: a small SentencePiece unigram model and the tokenizer.json that transformers reads."""

import io
import json
import pathlib

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from fixture_notes import made_by, write_json
from fixture_text import lines

# Nearly as many as the text gives.
PIECES = 480
SENTINELS = 100
SPECIAL = ("<pad>", "</s>", "<unk>")
GOLDEN_TEXTS = [
    "",
    " ",
    "Anna: Did you remember to water the tomatoes?",
    "Summarize the following conversation.\n\nBen: The hose is leaking.\nAnna: Again?\n\nSummary: ",
    "  two  spaces,\ta tab\nand a line  ",
    "ﬁne “quotes”, ①, full-width ＡＢＣ and a café",
    "snow ☃ and 雪 are unknown",
    "fill in the <extra_id_0> here and <extra_id_1> there</s>",
    "0123456789",
]


def train():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines()),
        model_writer=model,
        model_type="unigram",
        vocab_size=PIECES,
        character_coverage=1.0,
        normalization_rule_name="nmt_nfkc",
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


def convert(serialized):
    """Lays the pieces out as T5's tokenizer.json does: the sentinels follow, the first of them last."""
    proto = sentencepiece_model_pb2.ModelProto.FromString(serialized)
    vocabulary = [(piece.piece, piece.score) for piece in proto.pieces]
    sentinels = [f"<extra_id_{number}>" for number in reversed(range(SENTINELS))]
    vocabulary += [(sentinel, 0.0) for sentinel in sentinels]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2, byte_fallback=False))
    tokenizer.normalizer = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    metaspace = {"replacement": "▁", "prepend_scheme": "always"}
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(**metaspace)]
    )
    tokenizer.decoder = decoders.Metaspace(**metaspace)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in sentinels])
    return tokenizer


def goldens(tokenizer, processor):
    cases = []
    for text in GOLDEN_TEXTS:
        encoding = tokenizer.encode(text)
        case = {
            "text": text,
            "ids": encoding.ids,
            "tokens": [tokenizer.id_to_token(token) for token in encoding.ids],
            "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=True),
        }
        if "<extra_id_" not in text:
            case["sentencepiece_ids"] = [*processor.encode(text), 1]
        cases.append(case)
    return cases


def make(directory: pathlib.Path):
    """Writes the tokenizer's files and returns the number of its tokens."""
    serialized = train()
    (directory / "spiece.model").write_bytes(serialized)
    tokenizer = convert(serialized)
    tokenizer.save(str(directory / "tokenizer.json"))
    special = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    sentinels = [f"<extra_id_{number}>" for number in range(SENTINELS)]
    config = {"tokenizer_class": "T5Tokenizer", **special, "extra_ids": SENTINELS,
              "additional_special_tokens": sentinels, "model_max_length": 512}
    (directory / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    special_map = special | {"additional_special_tokens": sentinels}
    (directory / "special_tokens_map.json").write_text(json.dumps(special_map, indent=2) + "\n")

    processor = sentencepiece.SentencePieceProcessor(model_proto=serialized)
    content = {
        "made_by": made_by(f"sentencepiece {sentencepiece.__version__}"),
        "note": "ids and tokens as tokenizer.json gives them, with the end token; decoded without special tokens.",
        "cases": goldens(tokenizer, processor),
    }
    write_json(directory / "golden_tokenizer.json", content)
    return tokenizer.get_vocab_size()
