"""Fledge beside its peers: same checkpoint, same token counts, same threads, alternating A B A B in one run.

    python Benchmarks/compare_peers.py --fledge .build/release/fledge --model DIR --cache DIR \\
        --threads 1,2 --repeat 5

In each round Fledge measures `--runs` times in a process of its own, then the peer as often in a process that stays
alive. A round's value is its median; a row's ratio is the median of the rounds' ratios, so that a slow minute of
the machine hits both sides. Times without a ratio say little on a shared machine. make_random_model.py makes a
checkpoint to measure on.
"""

import argparse
import dataclasses
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

from peer_sides import BATCH_NEW_TOKENS, BATCH_PROMPTS, Fledge, Peer, Unavailable, converted, thread_environment

PROMPT_TEXT = "Summarize the following conversation. " + "Ben mended the garden hose before lunch. " * 24


@dataclasses.dataclass
class Measure:
    """What a row compares. `target` is how many times as fast as the peer Fledge wants to be."""

    title: str
    kind: str
    target: float | None


@dataclasses.dataclass
class Pairing:
    dtype: str
    backend: str
    measures: list[Measure]


PAIRINGS = [
    Pairing("int8", "ctranslate2", [
        Measure("prompt to first token", "prefill", 1.7),
        Measure("decode, one sequence", "decode", 2.0),
        Measure("batch of 8, mixed lengths", "batch", 1.3),
    ]),
    Pairing("float32", "ctranslate2", [
        Measure("prompt to first token", "prefill", 1.3),
        Measure("decode, one sequence", "decode", 1.3),
    ]),
    Pairing("bfloat16", "transformers", [
        Measure("prompt to first token", "prefill", 1.5),
        Measure("decode, one sequence", "decode", None),
    ]),
]


def alternate(fledge, pairing, threads, arguments):
    """One value of each side for each round and measure."""
    kinds = [measure.kind for measure in pairing.measures]
    model = arguments.model
    if pairing.backend == "ctranslate2":
        model = converted(arguments, pairing.dtype)
    peer = None
    fledge.measure(kinds[:1], pairing.dtype, threads)  # Warms the page cache; fails early if it has to.
    try:
        peer = Peer(pairing.backend, model, pairing.dtype, threads, arguments)
        rounds = []
        for number in range(arguments.repeat):
            print(f"{pairing.backend} {pairing.dtype}, {threads} threads, round {number + 1}", file=sys.stderr)
            rounds.append((fledge.measure(kinds, pairing.dtype, threads), peer.measure(kinds)))
        backends = [line.rsplit("]", 1)[-1].strip(" -") for line in peer.log() if "backend" in line or "ISA" in line]
        return rounds, peer.version, "; ".join(backends)
    finally:
        if peer:
            peer.close()


COLD_TRANSFORMERS = """
import sys, torch, transformers
torch.set_num_threads(int(sys.argv[3]))
tokenizer = transformers.AutoTokenizer.from_pretrained(sys.argv[1])
model = transformers.AutoModelForSeq2SeqLM.from_pretrained(sys.argv[1])
prompt = tokenizer(open(sys.argv[2]).read(), return_tensors="pt")
print(tokenizer.decode(model.generate(**prompt, max_new_tokens=1, do_sample=False)[0]))
"""
COLD_CTRANSLATE2 = """
import sys, ctranslate2, tokenizers
tokenizer = tokenizers.Tokenizer.from_file(sys.argv[1] + "/tokenizer.json")
translator = ctranslate2.Translator(sys.argv[4], compute_type="int8", intra_threads=int(sys.argv[3]))
prompt = tokenizer.encode(open(sys.argv[2]).read()).tokens
print(translator.translate_batch([prompt], beam_size=1, max_decoding_length=1)[0].hypotheses[0])
"""


def cold_commands(fledge, threads, prompt, arguments):
    """A whole process from its start to its first token, for Fledge and for each peer."""
    yield "fledge", [fledge.binary, "generate", "--model", arguments.model, "--dtype", "int8", "--threads", threads,
                     "--prompt-file", prompt, "--max-new-tokens", 1, "--json"]
    script = [arguments.python, "-c", COLD_TRANSFORMERS, arguments.model, prompt, threads]
    yield "transformers, the checkpoint's dtype", script
    try:
        converted_model = converted(arguments, "int8")
    except Unavailable:
        return
    yield "ctranslate2 int8", [arguments.python, "-c", COLD_CTRANSLATE2, arguments.model, prompt, threads,
                               converted_model]


def cold(fledge, threads, arguments):
    with tempfile.TemporaryDirectory() as directory:
        prompt = pathlib.Path(directory) / "prompt.txt"
        prompt.write_text(PROMPT_TEXT)
        commands = list(cold_commands(fledge, threads, prompt, arguments))
        times, failures = {name: [] for name, _ in commands}, {}
        for number in range(arguments.repeat + 1):
            for name, command in commands:
                if name in failures:
                    continue
                begin = time.perf_counter()
                try:
                    result = subprocess.run(list(map(str, command)), capture_output=True, text=True,
                                            env=thread_environment(threads))
                except OSError as error:
                    raise Unavailable(f"fledge: {error}") from error
                if result.returncode != 0:
                    failures[name] = (result.stderr.strip().splitlines() or ["failed"])[-1]
                elif number > 0:  # The first round warms the page cache.
                    times[name].append(time.perf_counter() - begin)
    return times, failures


def number(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def spread(values, unit):
    return f"{number(statistics.median(values))} {unit} ({number(min(values))}–{number(max(values))})"


def row(title, threads, peer, ours, theirs, unit, target, faster_is_less):
    ratios = [b / a if faster_is_less else a / b for a, b in zip(ours, theirs)]
    ratio = statistics.median(ratios)
    verdict = "" if target is None else f"≥ {target}× {'met' if ratio >= target else 'MISSED'}"
    print(f"| {title} | {threads} | {spread(ours, unit)} | {peer} | {spread(theirs, unit)} "
          f"| {ratio:.2f}× ({min(ratios):.2f}–{max(ratios):.2f}) | {verdict} |", flush=True)


def processor_name():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def compare(arguments):
    fledge = Fledge(arguments.fledge, arguments.model, arguments)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{processor_name()}, {os.cpu_count()} processors, load {load} at the start; {arguments.model.name}; "
          f"prompt {arguments.prompt_tokens}, new tokens {arguments.new_tokens}; batch {BATCH_PROMPTS} × "
          f"{BATCH_NEW_TOKENS}; {arguments.repeat} rounds of {arguments.runs} runs; median (least–most)\n")
    print("| measure | threads | Fledge | peer | peer's value | Fledge is faster by | target |")
    print("|---|---|---|---|---|---|---|")
    notes = []
    for threads in arguments.threads:
        for pairing in arguments.pairings:
            try:
                rounds, version, backends = alternate(fledge, pairing, threads, arguments)
            except Unavailable as error:
                notes.append(f"{pairing.backend} {pairing.dtype}, {threads} threads: not measured: {error}")
                continue
            if backends:
                notes.append(f"{version}, {pairing.dtype}, {threads} threads: {backends}")
            for measure in pairing.measures:
                less = measure.kind == "prefill"
                row(f"{measure.title}, {pairing.dtype}", threads, version, [ours[measure.kind] for ours, _ in rounds],
                    [theirs[measure.kind] for _, theirs in rounds], "s" if less else "tokens/s", measure.target, less)
        if not arguments.no_cold:
            notes += compare_cold(fledge, threads, arguments)
        notes += bandwidth_share(fledge, threads)
    print("\n" + "\n".join(f"- {note}" for note in notes))


def compare_cold(fledge, threads, arguments):
    try:
        times, failures = cold(fledge, threads, arguments)
    except Unavailable as error:
        return [f"cold start: not measured: {error}"]
    ours = times.pop("fledge")
    for peer, theirs in times.items():
        if ours and theirs and peer not in failures and "fledge" not in failures:
            row("process start to first token, int8", threads, peer, ours, theirs, "s", None, True)
    return [f"cold start, {name}: not measured: {reason}" for name, reason in failures.items()]


def bandwidth_share(fledge, threads):
    answer = fledge.last.get(("int8", threads), {})
    try:
        bound = answer["bandwidth_bytes_per_second"] / answer["weight_bytes_per_token"]
        decoded = answer["decode_tokens_per_second"]["median"]
    except (KeyError, TypeError):
        return [f"{threads} threads: no memory bandwidth from fledge bench, so no share of it"]
    return [f"decode int8, {threads} threads: {decoded:.1f} of at most {bound:.1f} tokens/s that the memory bandwidth "
            f"of {answer['bandwidth_bytes_per_second'] / 1e9:.1f} GB/s allows: {decoded / bound:.0%}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fledge", required=True, help="the release build of fledge")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="a T5 checkpoint")
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="where converted checkpoints are kept")
    parser.add_argument("--threads", type=lambda text: [int(item) for item in text.split(",")], default=[1, 2])
    parser.add_argument("--repeat", type=int, default=5, help="rounds of A B")
    parser.add_argument("--runs", type=int, default=3, help="measurements of each side in a round")
    parser.add_argument("--prompt-tokens", type=int, default=256)
    parser.add_argument("--new-tokens", type=int, default=128)
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the peers")
    parser.add_argument("--only", nargs="*", metavar="BACKEND-DTYPE", help="for example ctranslate2-int8")
    parser.add_argument("--no-cold", action="store_true", help="leave the cold start out")
    arguments = parser.parse_args()
    if arguments.new_tokens < 2:
        parser.error("--new-tokens must be at least 2: decode speed is the time after the first")
    names = {f"{pairing.backend}-{pairing.dtype}": pairing for pairing in PAIRINGS}
    unknown = set(arguments.only or ()) - set(names)
    if unknown:
        parser.error(f"--only: {', '.join(sorted(unknown))}: not one of {', '.join(names)}")
    arguments.pairings = [names[name] for name in arguments.only] if arguments.only else PAIRINGS
    compare(arguments)


if __name__ == "__main__":
    main()
