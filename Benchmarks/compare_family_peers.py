"""Fledge beside the peers of LLaMA, BERT and GPT-2, alternating A B A B in one run with equal threads.

    python Benchmarks/compare_family_peers.py --fledge .build/release/fledge --data DIR --threads 1,2 --repeat 5

DIR holds what make_random_model.py, llama_to_gguf.py and bert_to_onnx.py made: tinyllama-random,
tinyllama-random-q8_0.gguf, bert-base-random, bert-base-onnx and gpt2-random. A row's ratio is the median of the
rounds' ratios. --peers-only measures the peers alone.
"""

import argparse
import dataclasses
import json
import math
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from compare_peers import processor_name, row, spread
from peer_sides import HERE, Fledge, Unavailable, median_field, thread_environment

SENTENCES = 64
LEAST, MOST = 6, 128


@dataclasses.dataclass
class Pairing:
    title: str
    model: str
    dtype: str
    backend: str
    # What the peer loads, and as which dtype.
    peer_model: str
    peer_dtype: str
    # How many times as fast as the peer Fledge wants to be, by measure.
    targets: dict


GENERATE = {"prefill": "prompt to first token", "decode": "decode, one sequence"}
ENCODE = {"encode": f"{SENTENCES} sentences"}
BERT, ONNX = "bert-base-random", "bert-base-onnx"
PAIRINGS = {
    "llama": [Pairing("LLaMA 1.1B", "tinyllama-random", "int8", "llama.cpp", "tinyllama-random-q8_0.gguf", "Q8_0",
                      {"prefill": 2.5, "decode": 1.0})],
    "bert": [
        Pairing("BERT base", BERT, "float32", "onnxruntime", f"{ONNX}/float32.onnx", "float32", {"encode": 1.5}),
        Pairing("BERT base", BERT, "float32", "transformers-encoder", BERT, "float32", {"encode": 1.5}),
        Pairing("BERT base", BERT, "bfloat16", "transformers-encoder", BERT, "bfloat16", {"encode": 1.5}),
        Pairing("BERT base", BERT, "int8", "onnxruntime", f"{ONNX}/int8.onnx", "int8", {"encode": 1.5}),
        Pairing("BERT base", BERT, "int8", "transformers-encoder", BERT, "int8", {"encode": 1.5}),
    ],
    "gpt2": [Pairing("GPT-2 124M", "gpt2-random", "float32", "transformers", "gpt2-random", "float32",
                     {"prefill": 2.0, "decode": 2.0})],
}


def sentence_lengths():
    """Lengths as sentences have them: between 6 and 128 tokens, as many short as long on a logarithmic scale."""
    source = random.Random(0)
    return [round(math.exp(source.uniform(math.log(LEAST), math.log(MOST)))) for _ in range(SENTENCES)]


class Worker:
    """A family_worker.py process."""

    def __init__(self, pairing, threads, arguments):
        self.pairing, self.arguments = pairing, arguments
        model = arguments.data / pairing.peer_model
        if not model.exists():
            raise Unavailable(f"{model} does not exist")
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [arguments.python, HERE / "family_worker.py", "--backend", pairing.backend, "--model", model,
             "--dtype", pairing.peer_dtype, "--threads", str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env=thread_environment(threads),
        )
        self.version = self.answer()["version"]
        self.ways = set()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise Unavailable((self.errors.read().strip().splitlines() or ["no answer"])[-1])
        return json.loads(line)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def measure(self):
        if "encode" in self.pairing.targets:
            self.ask(lengths=sentence_lengths())  # The other side has just had the caches to itself.
            answers = [self.ask(lengths=sentence_lengths()) for _ in range(self.arguments.runs)]
            self.ways |= {answer["way"] for answer in answers}
            return {"encode": statistics.median(answer["seconds"] for answer in answers)}
        request = {"prompt_tokens": self.arguments.prompt_tokens, "new_tokens": self.arguments.new_tokens}
        self.ask(prompt_tokens=self.arguments.prompt_tokens, new_tokens=2)
        answers = [self.ask(**request) for _ in range(self.arguments.runs)]
        fields = {"prefill": "prefill_seconds", "decode": "decode_tokens_per_second"}
        return {kind: statistics.median(answer[field] for answer in answers) for kind, field in fields.items()}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure_fledge(fledge, pairing, threads, arguments):
    common = ("bench", "--model", arguments.data / pairing.model, "--dtype", pairing.dtype, "--threads", threads,
              "--repeat", arguments.runs, "--json")
    if "encode" in pairing.targets:
        lengths = ",".join(map(str, sentence_lengths()))
        answer = fledge.run(*common, "--batch", SENTENCES, "--prompt-tokens", lengths)
        return {"encode": median_field(answer, "prefill_seconds")}
    answer = fledge.run(*common, "--prompt-tokens", arguments.prompt_tokens, "--new-tokens", arguments.new_tokens)
    fledge.last[pairing.model, threads] = answer
    return {"prefill": median_field(answer, "prefill_seconds"),
            "decode": median_field(answer, "decode_tokens_per_second")}


def compare(pairing, threads, fledge, arguments):
    """Prints a pairing's rows; returns notes on it."""
    worker = None
    try:
        if fledge:
            measure_fledge(fledge, pairing, threads, arguments)  # Warms the page cache; fails early if it has to.
        worker = Worker(pairing, threads, arguments)
        rounds = []
        for _ in range(arguments.repeat):
            ours = measure_fledge(fledge, pairing, threads, arguments) if fledge else None
            rounds.append((ours, worker.measure()))
    finally:
        if worker:
            worker.close()
    for kind, target in pairing.targets.items():
        title = f"{pairing.title}, {(GENERATE | ENCODE)[kind]}, {pairing.dtype}"
        peer = f"{worker.version}, {pairing.peer_dtype}"
        theirs = [values[kind] for _, values in rounds]
        unit = "tokens/s" if kind == "decode" else "s"
        if fledge:
            row(title, threads, peer, [values[kind] for values, _ in rounds], theirs, unit, target, kind != "decode")
        else:
            print(f"| {title} | {threads} | | {peer} | {spread(theirs, unit)} | | |", flush=True)
    return [f"{pairing.title}, {worker.version}, {pairing.peer_dtype}: {', '.join(worker.ways)}"] * bool(worker.ways)


def bandwidth_share(fledge, model, threads):
    answer = fledge.last.get((model, threads), {})
    try:
        bound = answer["bandwidth_bytes_per_second"] / answer["weight_bytes_per_token"]
        decoded = answer["decode_tokens_per_second"]["median"]
    except (KeyError, TypeError, ZeroDivisionError):
        return [f"{model}, {threads} threads: no memory bandwidth from fledge bench, so no share of it"]
    share = decoded / bound
    return [f"{model}, {threads} threads: {decoded:.1f} of at most {bound:.1f} tokens/s that the memory bandwidth of "
            f"{answer['bandwidth_bytes_per_second'] / 1e9:.1f} GB/s allows: {share:.0%}, "
            f"≥ 93 % {'met' if share >= 0.93 else 'MISSED'}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fledge", default=".build/release/fledge")
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=lambda text: [int(part) for part in text.split(",")], default=[1])
    parser.add_argument("--repeat", type=int, default=5, help="rounds of A B")
    parser.add_argument("--runs", type=int, default=3, help="measurements of each side in a round")
    parser.add_argument("--prompt-tokens", type=int, default=512)
    parser.add_argument("--new-tokens", type=int, default=128)
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the peers")
    parser.add_argument("--only", nargs="*", choices=PAIRINGS, default=list(PAIRINGS))
    parser.add_argument("--peers-only", action="store_true")
    arguments = parser.parse_args()
    if arguments.new_tokens < 2:
        parser.error("--new-tokens must be at least 2: decode speed is the time after the first")

    fledge = None if arguments.peers_only else Fledge(arguments.fledge, arguments.data, arguments)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{processor_name()}, {os.cpu_count()} processors, load {load} at the start; prompt "
          f"{arguments.prompt_tokens}, new tokens {arguments.new_tokens}; {SENTENCES} sentences of "
          f"{sum(sentence_lengths())} tokens; {arguments.repeat} rounds of {arguments.runs} runs; "
          "median (least–most)\n")
    print("| measure | threads | Fledge | peer | peer's value | Fledge is faster by | target |")
    print("|---|---|---|---|---|---|---|")
    notes = []
    for threads in arguments.threads:
        for pairing in [pairing for name in arguments.only for pairing in PAIRINGS[name]]:
            try:
                notes += compare(pairing, threads, fledge, arguments)
            except Unavailable as error:
                notes.append(f"{pairing.title}, {pairing.backend} {pairing.peer_dtype}, {threads} threads: "
                             f"not measured: {error}")
        if fledge and "llama" in arguments.only:
            notes += bandwidth_share(fledge, "tinyllama-random", threads)
    print("\n" + "\n".join(f"- {note}" for note in notes))


if __name__ == "__main__":
    main()
