"""Fledge's tokenizer against Hugging Face `tokenizers`, one thread each, in turns.

    python Benchmarks/tokenizers_peers.py --model DIR --dialogues train.jsonl --long botchan.txt [--fledge PATH]

needs the package tokenizers. DIR holds a tokenizer.json. Two workloads: the dialogues of a JSON Lines file as texts of
their own, and a text file repeated to three megabytes as one text. For `tokenizers` the fastest of encode,
encode_batch and encode_batch_fast counts. Both sides are timed inside their processes, after one run to warm up;
the rounds alternate, and the medians and their ratio are printed.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import Tokenizer  # noqa: E402  (the variables above are read when it is loaded)


def peer_seconds(tokenizer, texts):
    """The time of the fastest way to get all ids."""
    ways = {
        "encode": lambda: [tokenizer.encode(text).ids for text in texts],
        "encode_batch": lambda: [encoding.ids for encoding in tokenizer.encode_batch(texts)],
        "encode_batch_fast": lambda: [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)],
    }
    times = {}
    for name, way in ways.items():
        start = time.perf_counter()
        way()
        times[name] = time.perf_counter() - start
    return min(times.values())


def fledge_seconds(command, model, path, lines):
    arguments = [command, "bench-tokenizer", "--model", str(model), "--file", str(path), "--repeat", "5"]
    output = subprocess.run(arguments + ["--lines"] * lines, check=True, capture_output=True, text=True).stdout
    return json.loads(output)["median_seconds"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--dialogues", type=pathlib.Path, required=True)
    parser.add_argument("--long", type=pathlib.Path, required=True)
    parser.add_argument("--fledge", default=".build/release/fledge")
    parser.add_argument("--count", type=int, default=3000, help="how many dialogues")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    with open(options.dialogues, encoding="utf-8") as lines:
        # One text a line: line breaks inside dialogues become spaces, for both sides.
        dialogues = [json.loads(line)["dialogue"].replace("\r", " ").replace("\n", " ") for line in lines]
    dialogues = dialogues[:options.count]
    book = options.long.read_text(encoding="utf-8")
    long = book * -(-3_000_000 // len(book.encode()))
    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))

    with tempfile.TemporaryDirectory() as directory:
        for name, texts, by_line in (("dialogues", dialogues, True), ("one long text", [long], False)):
            path = pathlib.Path(directory) / f"{by_line}.txt"
            path.write_text("\n".join(texts), encoding="utf-8", newline="")
            size = sum(len(text.encode()) for text in texts) / 1e6
            peer_seconds(tokenizer, texts)
            peer, fledge = [], []
            for _ in range(options.rounds):
                peer.append(peer_seconds(tokenizer, texts))
                fledge.append(fledge_seconds(options.fledge, options.model, path, by_line))
            peer, fledge = statistics.median(peer), statistics.median(fledge)
            print(f"{name}: {len(texts)} texts, {size:.2f} MB; tokenizers {size / peer:.2f} MB/s, "
                  f"fledge {size / fledge:.2f} MB/s, ratio {peer / fledge:.1f}")


if __name__ == "__main__":
    main()
