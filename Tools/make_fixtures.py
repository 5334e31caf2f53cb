"""Makes Tests/Fixtures: tiny checkpoints with random weights, and what transformers computes with them.

    python Tools/make_fixtures.py [--output Tests/Fixtures] [--only NAME ...]

Everything is seeded, so a second run with the same versions on the same kind of processor writes the same bytes.
See README.md beside this file for the versions.
"""

import argparse
import pathlib

import torch

import fixture_buckets
import fixture_families
import fixture_sampling
import fixture_t5
import fixture_tokenizer

BASE = {
    "vocab_size": 64,
    "d_model": 20,
    "d_kv": 5,
    "d_ff": 32,
    "num_layers": 2,
    "num_decoder_layers": 2,
    "num_heads": 4,
}
V1_1 = BASE | {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}

CHECKPOINTS = [
    fixture_t5.Checkpoint(
        "t5-relu-tied",
        "T5 1.0: relu, the embedding is the head, decoder output scaled by d_model^-0.5. As in files of the "
        "first release, the embedding is there three times and one tensor is never used.",
        BASE | {"feed_forward_proj": "relu"},
        head=False,
        legacy_copies=True,
    ),
    fixture_t5.Checkpoint(
        "t5-gated-gelu",
        "T5 1.1 and FLAN-T5: gated-gelu, a head of its own, nothing scaled.",
        V1_1,
        long_decoder=True,
    ),
    fixture_t5.Checkpoint(
        "t5-odd-sizes",
        "No size is a multiple of another: 3 heads of width 5 in a model of width 20, 1 + 3 layers.",
        V1_1 | {"vocab_size": 77, "num_heads": 3, "d_ff": 33, "num_layers": 1, "num_decoder_layers": 3},
    ),
    fixture_t5.Checkpoint(
        "t5-gated-silu-buckets",
        "gated-silu, 12 relative position buckets up to a distance of 50, another epsilon, a decoder "
        "input of 140 tokens.",
        V1_1
        | {
            "feed_forward_proj": "gated-silu",
            "relative_attention_num_buckets": 12,
            "relative_attention_max_distance": 50,
            "layer_norm_epsilon": 1e-5,
        },
        long_decoder=True,
    ),
    fixture_t5.Checkpoint(
        "t5-gated-relu-head-unsaid",
        "The file has lm_head.weight, the config says nothing of tie_word_embeddings: transformers uses the head "
        "of the file and scales the decoder output.",
        BASE | {"feed_forward_proj": "gated-relu"},
        short=True,
    ),
    fixture_t5.Checkpoint(
        "t5-untied-without-head",
        "The config says tie_word_embeddings: false, the file has no lm_head.weight: transformers uses the "
        "embedding and does not scale.",
        V1_1,
        head=False,
        short=True,
    ),
    fixture_t5.Checkpoint(
        "t5-gated-gelu-resaved",
        "t5-gated-gelu with the config that transformers 5 writes when it saves such a model: "
        "tie_word_embeddings is true all the same, scale_decoder_outputs: false says that nothing is scaled, "
        "torch_dtype is called dtype.",
        BASE
        | {
            "feed_forward_proj": "gated-gelu",
            "dense_act_fn": "gelu_new",
            "is_gated_act": True,
            "tie_word_embeddings": True,
            "scale_decoder_outputs": False,
            "transformers_version": "5.23.0",
        },
        dtype_key="dtype",
        short=True,
    ),
    fixture_t5.Checkpoint("t5-gated-gelu-bfloat16", "t5-gated-gelu stored in bfloat16.", V1_1,
                          dtype=torch.bfloat16, short=True),
    fixture_t5.Checkpoint("t5-gated-gelu-float16", "t5-gated-gelu stored in float16.", V1_1,
                          dtype=torch.float16, short=True),
    fixture_t5.Checkpoint("t5-gated-gelu-sharded", "t5-gated-gelu in three files with an index.", V1_1,
                          shards=3, short=True),
]

# The vocabulary is rounded up beyond the tokenizer's, as in the published checkpoints.
TINY = V1_1 | {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_decoder_layers": 2, "num_heads": 4}


def make_tiny(output):
    directory = output / "t5-tiny"
    directory.mkdir(parents=True, exist_ok=True)
    tokens = fixture_tokenizer.make(directory)
    pieces = tokens - fixture_tokenizer.SENTINELS
    fixture_t5.make(
        fixture_t5.Checkpoint(
            "t5-tiny",
            "A whole model with a tokenizer, to try commands on. Its weights are random: it writes nonsense.",
            TINY | {"vocab_size": (tokens + 63) // 64 * 64},
            short=True,
            silent_from=pieces,
        ),
        output,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--output", type=pathlib.Path, default=root / "Tests" / "Fixtures")
    parser.add_argument("--only", nargs="*", help="names of fixtures; all of them when left out; `families` is all "
                        "that begin so")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    makers = {checkpoint.name: lambda out, c=checkpoint: fixture_t5.make(c, out) for checkpoint in CHECKPOINTS}
    makers["t5-tiny"] = make_tiny
    makers["sampling"] = fixture_sampling.make
    makers["relative-position-buckets"] = fixture_buckets.make
    makers |= fixture_families.makers()
    wanted = arguments.only or makers
    for name in [name for name in makers if any(name == one or name.startswith(one + "/") for one in wanted)]:
        makers[name](arguments.output)
        files = [file for file in (arguments.output / name).rglob("*") if file.is_file()]
        for file in files:
            file.chmod(0o644)
        size = sum(file.stat().st_size for file in files)
        print(f"{name}: {size / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
