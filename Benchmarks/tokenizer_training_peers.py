"""Training of tokenizers: Fledge against `tokenizers` (BPE, WordPiece) and SentencePiece (unigram), in turns.

    python Benchmarks/tokenizer_training_peers.py --data corpus.txt [train.jsonl:dialogue …] [--held-out dev.txt]
        [--threads 1 2] [--rounds 3] [--fledge PATH]

needs the packages tokenizers and sentencepiece. A .jsonl file is given with the field that holds the text; line breaks
inside are kept, so that all sides see the same lines. Times are taken inside the processes: for the peers the call that
trains, for Fledge reading, training and writing the files. A ratio is the peer's median time by Fledge's. For BPE and
WordPiece the vocabularies are compared; the pieces within words of WordPiece are given to both sides as special tokens,
because `tokenizers` numbers them in a random order otherwise. For unigram models the number of tokens of the corpus (and
of the held-out text) is compared: below 100 % Fledge's pieces cover the text with fewer tokens.
"""

import argparse
import io
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

WORKER = "--worker"


def train_tokenizers(kind, path, size, special):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    if kind == "bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=size, min_frequency=2, special_tokens=["<|endoftext|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    else:
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(
            vocab_size=size, min_frequency=2, limit_alphabet=1000, show_progress=False,
            special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + special)
    start = time.perf_counter()
    tokenizer.train([path], trainer)
    seconds = time.perf_counter() - start
    model = json.loads(tokenizer.to_str())["model"]
    return {"seconds": seconds, "vocab": model["vocab"], "merges": model.get("merges")}


def train_sentencepiece(path, size, threads, output):
    import sentencepiece

    model = io.BytesIO()
    start = time.perf_counter()
    sentencepiece.SentencePieceTrainer.train(
        input=path, model_writer=model, vocab_size=size, num_threads=threads, minloglevel=2, hard_vocab_limit=False,
        max_sentence_length=1 << 20, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    seconds = time.perf_counter() - start
    pathlib.Path(output).write_bytes(model.getvalue())
    return {"seconds": seconds}


def worker(kind, path, size, threads, output, special):
    """One training in a process of its own, so that thread counts hold and nothing is warm."""
    if kind == "unigram":
        return train_sentencepiece(path, size, threads, output)
    return train_tokenizers(kind, path, size, special)


def peer(kind, path, size, threads, output, special):
    environment = dict(
        os.environ, TOKENIZERS_PARALLELISM="false" if threads == 1 else "true", RAYON_NUM_THREADS=str(threads))
    job = json.dumps([kind, path, size, threads, output, special])
    run = subprocess.run(
        [sys.executable, __file__, WORKER], input=job, check=True, capture_output=True, text=True, env=environment)
    return json.loads(run.stdout)


def fledge(command, kind, path, size, threads, output, special):
    arguments = [command, "train-tokenizer", "--type", kind, "--vocab-size", str(size), "--data", path, "--output",
                 output, "--threads", str(threads), "--json"]
    arguments += {"bpe": [], "wordpiece": ["--lowercase"], "unigram": ["--sentencepiece"]}[kind]
    if special:
        arguments += ["--special-tokens"] + special
    run = subprocess.run(arguments, check=True, capture_output=True, text=True)
    return json.loads(run.stdout)["total_seconds"]


def token_counts(models, text):
    import sentencepiece

    lines = text.split("\n")
    processors = [sentencepiece.SentencePieceProcessor(model_file=model) for model in models]
    pieces = [{p.id_to_piece(i) for i in range(p.get_piece_size())} for p in processors]
    return [sum(map(len, p.encode(lines))) for p in processors], pieces


def compare(options, kind, name, path, size, threads, held_out, directory):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    special = []
    if kind == "wordpiece":
        special = ["##" + c for c in sorted(set(text.lower()) | set(text)) if not c.isspace()]
    model, output = f"{directory}/peer.model", f"{directory}/fledge"
    peers, own = [], []
    for _ in range(options.rounds):
        result = peer(kind, path, size, threads, model, special)
        peers.append(result["seconds"])
        own.append(fledge(options.fledge, kind, path, size, threads, output, special))
    peers, own = statistics.median(peers), statistics.median(own)
    line = f"{name:>16} {kind:>9} {size:>6} {threads} thread{'s' * (threads > 1)}: peer {peers:.3f} s, fledge {own:.3f} s, ratio {peers / own:.1f}"
    if kind == "unigram":
        models = [model, f"{output}/spiece.model"]
        (theirs, ours), pieces = token_counts(models, text)
        overlap = len(pieces[0] & pieces[1]) / len(pieces[0])
        line += f"; tokens {theirs} and {ours}, {100 * ours / theirs:.2f} %; {100 * overlap:.0f} % of the pieces shared"
        if held_out:
            (theirs, ours), _ = token_counts(models, held_out)
            line += f"; held out {theirs} and {ours}, {100 * ours / theirs:.2f} %"
    else:
        made = json.loads(pathlib.Path(output, "tokenizer.json").read_text(encoding="utf-8"))["model"]
        same = made["vocab"] == result["vocab"] and made.get("merges") == result["merges"]
        merges = f"{len(result['merges'])} merges" if result["merges"] else f"{len(result['vocab'])} tokens"
        line += f"; {merges}, {'identical' if same else 'DIFFERENT'}"
    print(line, flush=True)


def plain_text(source, directory):
    """The path of a text file with the source's texts, and a name for it."""
    path, _, field = source.partition(":")
    if not field:
        return path, pathlib.Path(path).stem
    with open(path, encoding="utf-8") as lines:
        texts = [json.loads(line)[field].replace("\r\n", "\n") for line in lines]
    target = pathlib.Path(directory, pathlib.Path(path).parent.name + "-" + pathlib.Path(path).stem + ".txt")
    target.write_text("\n".join(texts) + "\n", encoding="utf-8", newline="")
    return str(target), target.stem


def main():
    if sys.argv[1:] == [WORKER]:
        print(json.dumps(worker(*json.load(sys.stdin))))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--held-out", help="text that unigram models are compared on besides the corpus")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 8000, 16000, 32000])
    parser.add_argument("--types", nargs="+", default=["bpe", "wordpiece", "unigram"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fledge", default=".build/release/fledge")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        held_out = None
        if options.held_out:
            held_out = pathlib.Path(plain_text(options.held_out, directory)[0]).read_text(encoding="utf-8")
        for source in options.data:
            path, name = plain_text(source, directory)
            for kind in options.types:
                for size in options.sizes:
                    for threads in options.threads:
                        compare(options, kind, name, path, size, threads, held_out, directory)


if __name__ == "__main__":
    main()
