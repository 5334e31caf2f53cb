"""A model over a data set: `fledge evaluate` beside transformers' generate, the same prompts and the same settings.

    lab_peers.py --fledge .build/release/fledge --model DIR --data dev.jsonl --template ref.jinja --field dialogue \\
        --prompt 'Summarize the following conversation.\\n\\n{}\\n\\nSummary: ' --max-new-tokens 60 --threads 2 --rounds 2

`--prompt` says what the template writes, with {} for the field. transformers gets the prompts sorted by their length in
batches of 16, padded, greedy, float32. The two alternate; loading is not counted on either side. Printed are medians,
their ratio, and how many texts are the same.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fledge", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--template", required=True)
    parser.add_argument("--field", required=True)
    parser.add_argument("--prompt", required=True)
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--max-new-tokens", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


class Transformers:
    def __init__(self, arguments):
        os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
        import torch
        import transformers

        torch.set_num_threads(arguments.threads)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        self.torch = torch
        self.version = f"transformers {transformers.__version__}, torch {torch.__version__}"
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
        kind = transformers.AutoModelForSeq2SeqLM
        self.model = kind.from_pretrained(arguments.model, dtype=torch.float32).eval()
        with open(arguments.data, encoding="utf-8") as file:
            records = [json.loads(line) for line in file][: arguments.limit]
        text = arguments.prompt.replace("\\n", "\n")
        self.prompts = [text.replace("{}", record[arguments.field]) for record in records]
        self.arguments = arguments

    def run(self):
        """Seconds, tokens, texts."""
        begin = time.perf_counter()
        ids = [self.tokenizer(prompt).input_ids for prompt in self.prompts]
        order = sorted(range(len(ids)), key=lambda index: -len(ids[index]))
        texts = [""] * len(ids)
        tokens = 0
        pad = self.tokenizer.pad_token_id
        with self.torch.inference_mode():
            for start in range(0, len(order), self.arguments.batch):
                part = order[start : start + self.arguments.batch]
                batch = self.tokenizer.pad({"input_ids": [ids[index] for index in part]}, return_tensors="pt")
                output = self.model.generate(
                    **batch, max_new_tokens=self.arguments.max_new_tokens, do_sample=False, num_beams=1
                )[:, 1:]
                tokens += int((output != pad).sum())
                for index, row in zip(part, output):
                    texts[index] = self.tokenizer.decode(row, skip_special_tokens=True).strip()
        return time.perf_counter() - begin, tokens, texts


def run_fledge(arguments):
    """Seconds, tokens, texts."""
    with tempfile.TemporaryDirectory() as directory:
        output = os.path.join(directory, "run")
        command = [
            arguments.fledge, "evaluate", "--model", arguments.model, "--data", arguments.data, "--template",
            arguments.template, "--limit", str(arguments.limit), "--max-new-tokens", str(arguments.max_new_tokens),
            "--no-do-sample", "--threads", str(arguments.threads), "--metric", "length", "--resamples", "0", "--output",
            output, "--json",
        ]
        begin = time.perf_counter()
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        # All that the process does but loading; the prompts, the files and the metric count.
        seconds = time.perf_counter() - begin - result["timings"]["load_seconds"]
        with open(os.path.join(output, "examples.jsonl"), encoding="utf-8") as file:
            texts = [json.loads(line)["prediction"] for line in file]
        return seconds, result["new_tokens"], texts


def main():
    arguments = parse()
    peer = Transformers(arguments)
    ours, theirs = [], []
    for _ in range(arguments.rounds):
        ours.append(run_fledge(arguments))
        theirs.append(peer.run())
        print(f"fledge {ours[-1][0]:.1f} s, transformers {theirs[-1][0]:.1f} s", flush=True)
    fledge = statistics.median(seconds for seconds, _, _ in ours)
    reference = statistics.median(seconds for seconds, _, _ in theirs)
    same = sum(left == right for left, right in zip(ours[0][2], theirs[0][2]))
    print(f"{peer.version}, batch {arguments.batch}; {arguments.threads} threads, {len(peer.prompts)} examples")
    print(f"fledge        {fledge:7.1f} s  {ours[0][1] / fledge:7.0f} tokens/s")
    print(f"transformers  {reference:7.1f} s  {theirs[0][1] / reference:7.0f} tokens/s")
    print(f"ratio {reference / fledge:.2f}; {same} of {len(peer.prompts)} texts are the same")


if __name__ == "__main__":
    main()
