"""The two sides of compare_peers.py: `fledge bench`, and a peer in a worker process."""

import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BATCH_PROMPTS = [32, 64, 96, 128, 160, 192, 224, 256]
BATCH_NEW_TOKENS = 64


class Unavailable(Exception):
    """A side that cannot be measured here, and why."""


class Fledge:
    def __init__(self, binary, model, arguments):
        self.binary, self.model, self.arguments = binary, model, arguments
        self.last = {}

    def run(self, *command):
        try:
            result = subprocess.run([self.binary, *map(str, command)], capture_output=True, text=True)
        except OSError as error:
            raise Unavailable(f"fledge: {error}") from error
        if result.returncode != 0:
            lines = result.stderr.strip().splitlines() or [f"exit status {result.returncode}"]
            raise Unavailable(f"fledge {command[0]}: {lines[-1]}")
        try:
            return json.loads(result.stdout)
        except json.JSONDecodeError as error:
            raise Unavailable(f"fledge {command[0]}: standard output is not one JSON object ({error})") from error

    def measure(self, kinds, dtype, threads):
        common = ("bench", "--model", self.model, "--dtype", dtype, "--threads", threads,
                  "--repeat", self.arguments.runs, "--json")
        values = {}
        single = [kind for kind in kinds if kind != "batch"]
        if single:
            answer = self.run(*common, "--prompt-tokens", self.arguments.prompt_tokens,
                              "--new-tokens", self.arguments.new_tokens)
            self.last[dtype, threads] = answer
            fields = {"prefill": "prefill_seconds", "decode": "decode_tokens_per_second"}
            values = {kind: median_field(answer, fields[kind]) for kind in single}
        if "batch" in kinds:
            answer = self.run(*common, "--batch", len(BATCH_PROMPTS), "--new-tokens", BATCH_NEW_TOKENS,
                              "--prompt-tokens", ",".join(map(str, BATCH_PROMPTS)))
            values["batch"] = median_field(answer, "batch_tokens_per_second")
        return values


def median_field(answer, field):
    try:
        return float(answer[field]["median"])
    except (KeyError, TypeError) as error:
        raise Unavailable(f"fledge bench: no {field}.median in its JSON") from error


class Peer:
    """A peer_worker.py process."""

    def __init__(self, backend, model, dtype, threads, arguments):
        self.arguments = arguments
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [arguments.python, HERE / "peer_worker.py", "--backend", backend, "--model", model, "--dtype", dtype,
             "--threads", str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env=thread_environment(threads) | {"CT2_VERBOSE": "1"},
        )
        self.version = self.answer()["version"]
        self.ask([arguments.prompt_tokens], 4)

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            lines = self.log() or ["no answer"]
            raise Unavailable(lines[-1])
        return json.loads(line)

    def log(self):
        self.errors.seek(0)
        return self.errors.read().strip().splitlines()

    def ask(self, prompt_tokens, new_tokens):
        request = {"prompt_tokens": prompt_tokens, "new_tokens": new_tokens}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.answer()
        if answer["tokens"] != len(prompt_tokens) * new_tokens:
            raise Unavailable(f"generated {answer['tokens']} tokens of {len(prompt_tokens) * new_tokens}")
        return answer["seconds"]

    def measure(self, kinds):
        prompt, new_tokens = [self.arguments.prompt_tokens], self.arguments.new_tokens
        values = {kind: [] for kind in kinds}
        self.ask(prompt, 1)  # The other side has just had the caches to itself.
        for _ in range(self.arguments.runs):
            first = self.ask(prompt, 1)
            if "prefill" in kinds:
                values["prefill"].append(first)
            if "decode" in kinds:
                values["decode"].append((new_tokens - 1) / (self.ask(prompt, new_tokens) - first))
            if "batch" in kinds:
                seconds = self.ask(BATCH_PROMPTS, BATCH_NEW_TOKENS)
                values["batch"].append(len(BATCH_PROMPTS) * BATCH_NEW_TOKENS / seconds)
        return {kind: statistics.median(samples) for kind, samples in values.items()}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def thread_environment(threads):
    return os.environ | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads),
                         "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}


def converted(arguments, quantization):
    """The checkpoint in CTranslate2's format, converted once into the cache folder."""
    weights = sorted(arguments.model.glob("*.safetensors"))
    state = "".join(f"{file.resolve()}{file.stat().st_size}{file.stat().st_mtime_ns}" for file in weights)
    digest = hashlib.sha256(state.encode()).hexdigest()[:12]
    output = arguments.cache / f"{arguments.model.name}-{digest}-ctranslate2-{quantization}"
    if (output / "model.bin").exists():
        return output
    print(f"converting to {output}", file=sys.stderr)
    arguments.cache.mkdir(parents=True, exist_ok=True)
    program = (
        "import sys, ctranslate2\n"
        "converter = ctranslate2.converters.TransformersConverter(sys.argv[1])\n"
        "converter.convert(sys.argv[2], quantization=sys.argv[3], force=True)\n"
    )
    result = subprocess.run([arguments.python, "-c", program, arguments.model, output, quantization],
                            capture_output=True, text=True)
    if result.returncode != 0:
        raise Unavailable((result.stderr.strip().splitlines() or ["conversion failed"])[-1])
    return output
