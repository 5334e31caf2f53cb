#!/usr/bin/env python3
"""Training steps side by side: Fledge and PyTorch, same shapes, batches, threads and dtype.

    python Benchmarks/compare_training_peers.py --fledge .build/release/fledge --work DIR --threads 2 --rounds 3

A step is forward, backward, clipping by global norm and AdamW. Fledge runs `fledge pretrain` on token ids that this
script writes, and its log gives tokens a second of each step; PyTorch runs transformers' model on the same ids, padded,
eagerly or through torch.compile, in float32 or under bfloat16 autocast with float32 parameters. The first steps are left
out; a value is the median of the others, a ratio the median over the rounds, which alternate. Peak memory is the
process's largest resident set. Needs torch and transformers.
"""
import argparse
import json
import os
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import time

SHAPES = {
    "gpt2-6x384": dict(config=dict(model_type="gpt2", vocab_size=8192, n_positions=256, n_embd=384, n_layer=6, n_head=6),
                       batch=8, length=(256, 256)),
    "gpt2-124m": dict(config=dict(model_type="gpt2", vocab_size=50257, n_positions=1024, n_embd=768, n_layer=12, n_head=12),
                      batch=4, length=(64, 64)),
    "lstm-2x512": dict(config=dict(model_type="lstm_lm", vocab_size=8192, hidden_size=512, num_layers=2),
                       batch=32, length=(128, 128)),
    "gru-2x512": dict(config=dict(model_type="gru_lm", vocab_size=8192, hidden_size=512, num_layers=2),
                      batch=32, length=(128, 128)),
    "t5-small": dict(config=dict(model_type="t5", vocab_size=32128, d_model=512, d_kv=64, d_ff=2048, num_layers=6,
                                 num_decoder_layers=6, num_heads=8, feed_forward_proj="relu", decoder_start_token_id=0,
                                 pad_token_id=0, eos_token_id=1, tie_word_embeddings=True),
                     batch=8, length=(80, 300), target=(15, 60)),
}


def write_inputs(folder, name, steps):
    shape, generator = SHAPES[name], random.Random(7)
    config = dict(shape["config"])
    for key in ("resid_pdrop", "embd_pdrop", "attn_pdrop", "dropout_rate"):
        config[key] = 0.0
    (folder / f"{name}.json").write_text(json.dumps(config))
    with open(folder / f"{name}.jsonl", "w") as file:
        for _ in range(shape["batch"] * steps):
            ids = [generator.randrange(2, config["vocab_size"]) for _ in range(generator.randint(*shape["length"]))]
            row = {"input_ids": ids}
            if "target" in shape:
                row["labels"] = [generator.randrange(2, config["vocab_size"])
                                 for _ in range(generator.randint(*shape["target"]))]
            file.write(json.dumps(row) + "\n")


def run_fledge(args, folder, name, dtype, threads):
    log = folder / "log.jsonl"
    log.unlink(missing_ok=True)
    command = [args.fledge, "pretrain", "--config", folder / f"{name}.json", "--data", folder / f"{name}.jsonl", "--output",
               folder / "out", "--batch-size", str(SHAPES[name]["batch"]), "--max-steps", str(args.steps), "--dtype", dtype,
               "--threads", str(threads), "--no-shuffle", "--learning-rate", "1e-4", "--json", "--log-file", log]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    speeds = [json.loads(line)["tokens_per_second"] for line in log.read_text().splitlines()]
    return statistics.median(speeds[args.skip:]), result["peak_memory_bytes"]


def recurrent(config):
    """Torch's layers, called as transformers' models are."""
    import torch
    import types

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            width, kind = config["hidden_size"], torch.nn.LSTM if config["model_type"] == "lstm_lm" else torch.nn.GRU
            self.encoder = torch.nn.Embedding(config["vocab_size"], width)
            self.rnn = kind(width, width, config["num_layers"], batch_first=True)
            self.decoder = torch.nn.Linear(width, config["vocab_size"])

        def forward(self, input_ids, labels):
            logits = self.decoder(self.rnn(self.encoder(input_ids[:, :-1]))[0])
            return types.SimpleNamespace(
                loss=torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels[:, 1:].flatten()))

    return Model()


def peer(arguments):
    """Runs in a process of its own: PyTorch on the same batches."""
    folder, name, dtype, threads, mode, steps, skip = arguments
    import torch
    import transformers
    steps, skip = int(steps), int(skip)
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    fields = json.loads((pathlib.Path(folder) / f"{name}.json").read_text())
    seq2seq = name.startswith("t5")
    if "_lm" in fields["model_type"]:
        model = recurrent(fields).train()
    else:
        auto = transformers.AutoModelForSeq2SeqLM if seq2seq else transformers.AutoModelForCausalLM
        model = auto.from_config(transformers.AutoConfig.for_model(**fields)).train()
    rows = [json.loads(line) for line in open(pathlib.Path(folder) / f"{name}.jsonl")]
    size = SHAPES[name]["batch"]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.0)
    step_model = torch.compile(model) if mode == "compile" else model

    def padded(lists, value):
        width = max(map(len, lists))
        return torch.tensor([x + [value] * (width - len(x)) for x in lists])

    speeds = []
    for step in range(steps):
        some = rows[step * size:(step + 1) * size]
        ids = [r["input_ids"] for r in some]
        call = {"input_ids": padded(ids, 0)}
        tokens = sum(map(len, ids))
        if seq2seq:
            call["attention_mask"] = padded([[1] * len(x) for x in ids], 0)
            call["labels"] = padded([r["labels"] for r in some], -100)
            tokens += sum(len(r["labels"]) for r in some)
        else:
            call["labels"] = call["input_ids"]
        start = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=dtype == "bfloat16"):
            loss = step_model(**call).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()
        speeds.append(tokens / (time.perf_counter() - start))
    print(json.dumps([statistics.median(speeds[skip:]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))


def run_peer(args, folder, name, dtype, threads, mode):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), TOKENIZERS_PARALLELISM="false")
    command = [sys.executable, __file__, "--peer", str(folder), name, dtype, str(threads), mode, str(args.steps), str(args.skip)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return json.loads(output.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fledge", required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="a directory for what is written")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--skip", type=int, default=3)
    parser.add_argument("--shapes", nargs="*", default=list(SHAPES))
    parser.add_argument("--dtypes", nargs="*", default=["float32", "bfloat16"])
    parser.add_argument("--modes", nargs="*", default=["eager", "compile"])
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    import torch
    import transformers
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, load {os.getloadavg()[0]:.1f} at the start\n")
    print("| shape | dtype | threads | Fledge tokens/s | memory | peer | peer's tokens/s | its memory | faster by | memory ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in args.shapes:
        write_inputs(args.work, name, args.steps)
        for threads in map(int, args.threads.split(",")):
            for dtype in args.dtypes:
                for mode in args.modes:
                    own, other = [], []
                    for _ in range(args.rounds):
                        own.append(run_fledge(args, args.work, name, dtype, threads))
                        other.append(run_peer(args, args.work, name, dtype, threads, mode))
                    ratios = sorted(a[0] / b[0] for a, b in zip(own, other))
                    memory = [statistics.median(x[1] for x in xs) / 1e6 for xs in (own, other)]
                    speed = [statistics.median(x[0] for x in xs) for xs in (own, other)]
                    print(f"| {name} | {dtype} | {threads} | {speed[0]:,.0f} | {memory[0]:,.0f} MB | PyTorch {mode} | "
                          f"{speed[1]:,.0f} | {memory[1]:,.0f} MB | {statistics.median(ratios):.2f}× "
                          f"({ratios[0]:.2f}–{ratios[-1]:.2f}) | {memory[0] / memory[1]:.2f} |", flush=True)


if __name__ == "__main__":
    peer(sys.argv[2:]) if sys.argv[1:2] == ["--peer"] else main()
