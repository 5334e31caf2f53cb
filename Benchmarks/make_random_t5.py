"""Makes a T5 1.1 checkpoint with seeded random weights, for measuring speed.

Speed depends on the shape of a checkpoint and not on its values, so a benchmark needs no download. The defaults
are the shape of FLAN-T5 base; `--preset small` and `--preset large` are its neighbours.

    python Benchmarks/make_random_t5.py --output ~/bench/flan-t5-base-random --tokenizer DIR_WITH_T5_TOKENIZER
"""

import argparse
import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file

PRESETS = {
    # layers, d_model, heads, d_kv, d_ff
    "small": (8, 512, 6, 64, 1024),
    "base": (12, 768, 12, 64, 2048),
    "large": (24, 1024, 16, 64, 2816),
}
TOKENIZER_FILES = ("spiece.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
PAD, EOS = 0, 1


def weight_shapes(config):
    """The checkpoint's names with their shapes and standard deviations, in the order of the layers."""
    d_model, d_ff, heads = config["d_model"], config["d_ff"], config["num_heads"]
    inner = heads * config["d_kv"]
    yield "shared.weight", (config["vocab_size"], d_model), 1.0
    for stack, layers in (("encoder", config["num_layers"]), ("decoder", config["num_decoder_layers"])):
        attentions = ("SelfAttention",) if stack == "encoder" else ("SelfAttention", "EncDecAttention")
        for block in range(layers):
            for layer, attention in enumerate(attentions):
                prefix = f"{stack}.block.{block}.layer.{layer}"
                # Twice transformers' initial q, so that the scores have a standard deviation of 2, not of 1.
                yield f"{prefix}.{attention}.q.weight", (inner, d_model), 2.0 * (d_model * config["d_kv"]) ** -0.5
                yield f"{prefix}.{attention}.k.weight", (inner, d_model), d_model**-0.5
                yield f"{prefix}.{attention}.v.weight", (inner, d_model), d_model**-0.5
                yield f"{prefix}.{attention}.o.weight", (d_model, inner), inner**-0.5
                if attention == "SelfAttention" and block == 0:
                    buckets = (config["relative_attention_num_buckets"], heads)
                    yield f"{prefix}.{attention}.relative_attention_bias.weight", buckets, 1.0
                yield f"{prefix}.layer_norm.weight", (d_model,), None
            prefix = f"{stack}.block.{block}.layer.{len(attentions)}"
            yield f"{prefix}.DenseReluDense.wi_0.weight", (d_ff, d_model), d_model**-0.5
            yield f"{prefix}.DenseReluDense.wi_1.weight", (d_ff, d_model), d_model**-0.5
            yield f"{prefix}.DenseReluDense.wo.weight", (d_model, d_ff), d_ff**-0.5
            yield f"{prefix}.layer_norm.weight", (d_model,), None
        yield f"{stack}.final_layer_norm.weight", (d_model,), None
    yield "lm_head.weight", (config["vocab_size"], d_model), 2.0 * d_model**-0.5


def make_weights(config, seed, dtype):
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape, deviation in weight_shapes(config):
        if deviation is None:
            weight = torch.ones(shape)
        else:
            weight = torch.randn(shape, generator=generator) * deviation
        if name == "lm_head.weight":
            # Logits near 0 among 32,000 of standard deviation 2: neither is ever the largest, so greedy search
            # runs to its limit.
            weight[[PAD, EOS]] *= 0.01
        weights[name] = weight.to(dtype)
    return weights


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--tokenizer", type=pathlib.Path, help="a directory whose T5 tokenizer files are copied")
    parser.add_argument("--preset", choices=PRESETS, default="base")
    parser.add_argument("--layers", type=int)
    parser.add_argument("--decoder-layers", type=int)
    parser.add_argument("--d-model", type=int)
    parser.add_argument("--heads", type=int)
    parser.add_argument("--d-kv", type=int)
    parser.add_argument("--d-ff", type=int)
    parser.add_argument("--vocab-size", type=int, default=32128)
    parser.add_argument("--dtype", choices=("float32", "bfloat16", "float16"), default="float32")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    layers, d_model, heads, d_kv, d_ff = PRESETS[arguments.preset]
    layers = arguments.layers or layers
    config = {
        "architectures": ["T5ForConditionalGeneration"],
        "model_type": "t5",
        "vocab_size": arguments.vocab_size,
        "d_model": arguments.d_model or d_model,
        "d_kv": arguments.d_kv or d_kv,
        "d_ff": arguments.d_ff or d_ff,
        "num_layers": layers,
        "num_decoder_layers": arguments.decoder_layers or layers,
        "num_heads": arguments.heads or heads,
        "relative_attention_num_buckets": 32,
        "relative_attention_max_distance": 128,
        "dropout_rate": 0.1,
        "layer_norm_epsilon": 1e-6,
        "initializer_factor": 1.0,
        "feed_forward_proj": "gated-gelu",
        "is_encoder_decoder": True,
        "use_cache": True,
        "tie_word_embeddings": False,
        "pad_token_id": PAD,
        "eos_token_id": EOS,
        "decoder_start_token_id": PAD,
        "torch_dtype": arguments.dtype,
    }
    generation_config = {"decoder_start_token_id": PAD, "eos_token_id": EOS, "pad_token_id": PAD}

    arguments.output.mkdir(parents=True, exist_ok=True)
    weights = make_weights(config, arguments.seed, getattr(torch, arguments.dtype))
    save_file(weights, arguments.output / "model.safetensors", metadata={"format": "pt"})
    for name, content in (("config.json", config), ("generation_config.json", generation_config)):
        (arguments.output / name).write_text(json.dumps(content, indent=2) + "\n")
    for name in TOKENIZER_FILES if arguments.tokenizer else ():
        if (arguments.tokenizer / name).exists():
            shutil.copyfile(arguments.tokenizer / name, arguments.output / name)
    if arguments.tokenizer and not (arguments.output / "tokenizer_config.json").exists():
        tokenizer_config = {
            "tokenizer_class": "T5TokenizerFast",
            "eos_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "extra_ids": 100,
            "model_max_length": 512,
        }
        (arguments.output / "tokenizer_config.json").write_text(json.dumps(tokenizer_config, indent=2) + "\n")

    parameters = sum(weight.numel() for weight in weights.values())
    print(f"{arguments.output}: {parameters / 1e6:.1f} million parameters in {arguments.dtype}")


if __name__ == "__main__":
    main()
