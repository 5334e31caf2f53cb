#!/usr/bin/env python3
"""Trains models on real data by the recipes in docs/recipes, and checks them.

    python Benchmarks/real_data_runs.py --fledge .build/release/fledge --data DATA --work DIR prepare
    python Benchmarks/real_data_runs.py --fledge … --data DATA --work DIR train tinyshakespeare-gpt2
    python Benchmarks/real_data_runs.py --fledge … --data DATA --work DIR check tinyshakespeare-gpt2

DATA holds `text/tinyshakespeare.txt` (and `botchan.txt`, `wikitext2-valid.txt`), `dialogsum/train.jsonl`, `sst2/train.tsv`,
`wnut17/wnut17train.conll` and their development parts; MINILM (`--minilm`) a BERT with its tokenizer, such as MiniLM's 6
layers. `prepare` writes what recipes read; everything else is `fledge` itself. `train` is `fledge pretrain` or `fledge
finetune --recipe recipes/NAME.yaml` in DIR and goes on where it was stopped. `check` prints figures on the development
data and how often transformers, given the exported model, says the same.
"""
import argparse
import json
import pathlib
import random
import shutil
import subprocess

import real_data_checks as checks

RECIPES = {
    "tinyshakespeare-gpt2": ("pretrain", checks.characters, "tinyshakespeare/gpt2"),
    "tinyshakespeare-lstm": ("pretrain", checks.characters, "tinyshakespeare/lstm"),
    "dialogsum-pretrain": ("pretrain", None, "dialogsum/pretrained"),
    "dialogsum-finetune": ("finetune", checks.summaries, "dialogsum/summarizer"),
    "sst2": ("finetune", checks.sentiment, "sst2/model"),
    "wnut17": ("finetune", checks.entities, "wnut17/model"),
}


def write_rows(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")


def prepare_characters(args):
    """Windows of 256 characters: of the first 90 % at random places, as nanoGPT draws them; of the rest one after the other,
    each beginning with the last character of the one before, so that every character but the first is predicted once."""
    text = (args.data / "text/tinyshakespeare.txt").read_text()
    cut = len(text) * 9 // 10
    training, validation = text[:cut], text[cut:]
    generator = random.Random(1337)
    places = [generator.randrange(len(training) - 256) for _ in range(48_000)]
    write_rows(args.work / "tinyshakespeare/train.jsonl", ({"text": training[at:at + 256]} for at in places))
    write_rows(args.work / "tinyshakespeare/validation.jsonl",
               ({"text": validation[at:at + 256]} for at in range(0, len(validation) - 1, 255)))
    write_character_tokenizer(args.work / "tinyshakespeare/tokenizer", sorted(set(text)))


def write_character_tokenizer(folder, characters):
    """A tokenizer of single characters: byte-pair encoding with nothing to merge."""
    end = "<|endoftext|>"
    vocabulary = {character: index for index, character in enumerate([*characters, end])}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": vocabulary[end], "content": end, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True}],
        "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": {"type": "Fuse"},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "vocab": vocabulary,
                  "merges": []},
    }))
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": end}))


def passages(path, size=1200):
    """The lines of a text, joined until they are about so many characters."""
    lines = []
    for line in filter(None, map(str.strip, path.read_text().splitlines())):
        lines.append(line)
        if sum(map(len, lines)) >= size:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def prepare_dialogues(args):
    """Dialogues for learning to summarise, texts for span corruption, and the tokenizer, which `fledge` learns."""
    folder = args.work / "dialogsum"
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("train", "dev"):
        shutil.copy(args.data / f"dialogsum/{part}.jsonl", folder / f"{part}.jsonl")
    rows = checks.lines(folder / "train.jsonl")
    texts = [row["dialogue"] for row in rows]
    for name in ("wikitext2-valid", "botchan", "tinyshakespeare"):
        texts += passages(args.data / f"text/{name}.txt")
    write_rows(folder / "plain.jsonl", ({"text": text} for text in texts))
    write_rows(folder / "plain-dev.jsonl", ({"text": row["dialogue"]} for row in checks.lines(folder / "dev.jsonl")))
    write_rows(folder / "tokenizer.jsonl", ({"text": row[field]} for row in rows for field in ("dialogue", "summary")))
    command = [args.fledge, "train-tokenizer", "--type", "unigram", "--vocab-size", "8000", "--data",
               "dialogsum/tokenizer.jsonl", "--output", "dialogsum/tokenizer", "--sentencepiece", "--special-tokens"]
    subprocess.run(command + [f"<extra_id_{number}>" for number in range(100)], cwd=args.work, check=True)


def prepare_sentiment(args):
    for part in ("train", "dev"):
        pairs = [line.rsplit("\t", 1) for line in (args.data / f"sst2/{part}.tsv").read_text().splitlines()]
        write_rows(args.work / f"sst2/{part}.jsonl",
                   ({"text": text, "label": ("negative", "positive")[int(label)]} for text, label in pairs))


def prepare(args):
    args.work.mkdir(parents=True, exist_ok=True)
    recipes = pathlib.Path(__file__).resolve().parent.parent / "docs/recipes"
    shutil.copytree(recipes, args.work / "recipes", dirs_exist_ok=True)
    prepare_characters(args)
    prepare_dialogues(args)
    prepare_sentiment(args)
    (args.work / "wnut17").mkdir(exist_ok=True)
    shutil.copy(args.data / "wnut17/wnut17train.conll", args.work / "wnut17/train.conll")
    shutil.copy(args.data / "wnut17/emerging.dev.conll", args.work / "wnut17/dev.conll")
    if args.minilm:
        shutil.copytree(args.minilm, args.work / "minilm", dirs_exist_ok=True)


def train(args):
    command, _, output = RECIPES[args.name]
    line = [args.fledge, command, "--recipe", f"recipes/{args.name}.yaml"]
    if args.threads:
        line += ["--threads", str(args.threads)]
    if any((args.work / output).glob("checkpoint-*")):
        line.append("--resume")
    subprocess.run(line, cwd=args.work, check=True)


def check(args):
    _, function, output = RECIPES[args.name]
    if function is None:
        raise SystemExit(f"{args.name} has nothing to check beside its loss, which is in its log")
    args.model = args.model or output
    print(json.dumps(function(args), indent=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fledge", required=True, type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--minilm", type=pathlib.Path)
    parser.add_argument("--threads", type=int)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare").set_defaults(function=prepare)
    for name, function in (("train", train), ("check", check)):
        each = commands.add_parser(name)
        each.add_argument("name", choices=sorted(RECIPES))
        each.set_defaults(function=function)
        if name == "check":
            each.add_argument("--model", help="another folder in DIR")
            each.add_argument("--generation", nargs=argparse.REMAINDER, default=[],
                              help="more flags of fledge generate, for summaries")
    args = parser.parse_args()
    args.function(args)


if __name__ == "__main__":
    main()
