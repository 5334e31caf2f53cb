"""Small BERT and RoBERTa tokenizers, trained on fixture_text.py, with all the files that published ones have."""

import json

from tokenizers import ByteLevelBPETokenizer, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import WordPieceTrainer

from fixture_text import lines

WORD_PIECES = 320
BYTE_PAIRS = 400


def write_json(directory, name, content):
    (directory / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def make_wordpiece(directory):
    """Writes the files of a lower-casing BERT tokenizer and returns the number of its tokens."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    tokenizer.train_from_iterator(lines(), WordPieceTrainer(vocab_size=WORD_PIECES, special_tokens=special,
                                                            show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )
    tokenizer.save(str(directory / "tokenizer.json"))
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    (directory / "vocab.txt").write_text("".join(token + "\n" for token, _ in vocabulary), encoding="utf-8")
    names = {"cls_token": "[CLS]", "mask_token": "[MASK]", "pad_token": "[PAD]", "sep_token": "[SEP]",
             "unk_token": "[UNK]"}
    write_json(directory, "special_tokens_map.json", names)
    write_json(directory, "tokenizer_config.json",
               {"do_lower_case": True, "model_max_length": 64, "tokenizer_class": "BertTokenizer", **names})
    return len(vocabulary)


def make_byte_pairs(directory):
    """Writes the files of a RoBERTa tokenizer and returns the number of its tokens."""
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = ByteLevelBPETokenizer(add_prefix_space=False)
    tokenizer.train_from_iterator(lines(), vocab_size=BYTE_PAIRS, special_tokens=special, show_progress=False)
    tokenizer.save_model(str(directory))
    names = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "sep_token": "</s>",
             "unk_token": "<unk>"}
    mask = {"content": "<mask>", "lstrip": True, "normalized": False, "rstrip": False, "single_word": False}
    write_json(directory, "special_tokens_map.json", names | {"mask_token": mask})
    write_json(directory, "tokenizer_config.json",
               {"add_prefix_space": False, "model_max_length": 62, "tokenizer_class": "RobertaTokenizer",
                "trim_offsets": True, **names, "mask_token": {"__type": "AddedToken", **mask}})
    return write_roberta_json(directory, mask)


def write_roberta_json(directory, mask):
    vocabulary = json.loads((directory / "vocab.json").read_text(encoding="utf-8"))
    whole = Tokenizer(models.BPE.from_file(str(directory / "vocab.json"), str(directory / "merges.txt")))
    whole.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    whole.decoder = decoders.ByteLevel()
    whole.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True,
                                                        add_prefix_space=False)
    content = json.loads(whole.to_str())
    content["added_tokens"] = [
        {"id": vocabulary[token], "content": token, "single_word": False, "lstrip": token == "<mask>",
         "rstrip": False, "normalized": token != "<mask>", "special": True}
        for token in sorted(("<s>", "<pad>", "</s>", "<unk>", "<mask>"), key=vocabulary.get)
    ]
    (directory / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n",
                                              encoding="utf-8")
    return len(vocabulary)
