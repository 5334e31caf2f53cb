"""Makes a checkpoint with seeded random weights of a published model's shape, for measuring speed.

Speed depends on the shape of a checkpoint and not on its values, so a benchmark needs no download.

    python Benchmarks/make_random_model.py --preset flan-t5-base --output ~/bench/flan-t5-base-random \\
        --tokenizer DIR_WITH_T5_TOKENIZER
    python Benchmarks/make_random_model.py --preset tinyllama --output ~/bench/tinyllama-random

The T5 presets are small, base and large of FLAN-T5; then tinyllama (TinyLlama 1.1B, bfloat16), bert-base and gpt2.
"""

import argparse
import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file

TOKENIZER_FILES = ("spiece.model", "tokenizer.model", "tokenizer.json", "tokenizer_config.json",
                   "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt")


def t5_config(layers, d_model, heads, d_kv, d_ff):
    return {
        "architectures": ["T5ForConditionalGeneration"],
        "model_type": "t5",
        "vocab_size": 32128,
        "d_model": d_model,
        "d_kv": d_kv,
        "d_ff": d_ff,
        "num_layers": layers,
        "num_decoder_layers": layers,
        "num_heads": heads,
        "relative_attention_num_buckets": 32,
        "relative_attention_max_distance": 128,
        "dropout_rate": 0.1,
        "layer_norm_epsilon": 1e-6,
        "initializer_factor": 1.0,
        "feed_forward_proj": "gated-gelu",
        "is_encoder_decoder": True,
        "use_cache": True,
        "tie_word_embeddings": False,
        "pad_token_id": 0,
        "eos_token_id": 1,
        "decoder_start_token_id": 0,
    }


LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": 2048,
    "initializer_range": 0.02,
    "intermediate_size": 5632,
    "max_position_embeddings": 2048,
    "model_type": "llama",
    "num_attention_heads": 32,
    "num_hidden_layers": 22,
    "num_key_value_heads": 4,
    "rms_norm_eps": 1e-05,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "use_cache": True,
    "vocab_size": 32000,
}
BERT = {
    "architectures": ["BertModel"],
    "attention_probs_dropout_prob": 0.1,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 768,
    "initializer_range": 0.02,
    "intermediate_size": 3072,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "model_type": "bert",
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "pad_token_id": 0,
    "position_embedding_type": "absolute",
    "type_vocab_size": 2,
    "vocab_size": 30522,
}
GPT2 = {
    "activation_function": "gelu_new",
    "architectures": ["GPT2LMHeadModel"],
    "bos_token_id": 50256,
    "eos_token_id": 50256,
    "layer_norm_epsilon": 1e-05,
    "model_type": "gpt2",
    "n_ctx": 1024,
    "n_embd": 768,
    "n_head": 12,
    "n_layer": 12,
    "n_positions": 1024,
    "vocab_size": 50257,
}
# The config and the dtype of the file.
PRESETS = {
    "flan-t5-small": (t5_config(8, 512, 6, 64, 1024), "float32"),
    "flan-t5-base": (t5_config(12, 768, 12, 64, 2048), "float32"),
    "flan-t5-large": (t5_config(24, 1024, 16, 64, 2816), "float32"),
    "tinyllama": (LLAMA, "bfloat16"),
    "bert-base": (BERT, "float32"),
    "gpt2": (GPT2, "float32"),
}


def t5_shapes(config):
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


def linear(name, outputs, inputs, gain=1.0, bias=False, transposed=False):
    """A weight, and its bias; transposed is GPT-2's layout."""
    yield f"{name}.weight", (inputs, outputs) if transposed else (outputs, inputs), gain * inputs**-0.5
    if bias:
        yield f"{name}.bias", (outputs,), 0.02


def norm(name, width):
    yield f"{name}.weight", (width,), None
    yield f"{name}.bias", (width,), 0.02


def llama_shapes(config):
    width, inner = config["hidden_size"], config["intermediate_size"]
    keys = width // config["num_attention_heads"] * config["num_key_value_heads"]
    yield "model.embed_tokens.weight", (config["vocab_size"], width), 1.0
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}"
        yield f"{prefix}.input_layernorm.weight", (width,), None
        for name, outputs, gain in (("q_proj", width, 2.0), ("k_proj", keys, 1.0), ("v_proj", keys, 1.0),
                                    ("o_proj", width, 1.0)):
            yield from linear(f"{prefix}.self_attn.{name}", outputs, width, gain)
        yield f"{prefix}.post_attention_layernorm.weight", (width,), None
        yield from linear(f"{prefix}.mlp.gate_proj", inner, width)
        yield from linear(f"{prefix}.mlp.up_proj", inner, width)
        yield from linear(f"{prefix}.mlp.down_proj", width, inner)
    yield "model.norm.weight", (width,), None
    yield from linear("lm_head", config["vocab_size"], width, 2.0)


def bert_shapes(config):
    width, inner = config["hidden_size"], config["intermediate_size"]
    for name, rows in (("word", config["vocab_size"]), ("position", config["max_position_embeddings"]),
                       ("token_type", config["type_vocab_size"])):
        yield f"embeddings.{name}_embeddings.weight", (rows, width), 0.5
    yield from norm("embeddings.LayerNorm", width)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"encoder.layer.{layer}"
        for name, gain in (("query", 2.0), ("key", 1.0), ("value", 1.0)):
            yield from linear(f"{prefix}.attention.self.{name}", width, width, gain, bias=True)
        yield from linear(f"{prefix}.attention.output.dense", width, width, bias=True)
        yield from norm(f"{prefix}.attention.output.LayerNorm", width)
        yield from linear(f"{prefix}.intermediate.dense", inner, width, bias=True)
        yield from linear(f"{prefix}.output.dense", width, inner, bias=True)
        yield from norm(f"{prefix}.output.LayerNorm", width)
    yield from linear("pooler.dense", width, width, bias=True)


def gpt2_shapes(config):
    width = config["n_embd"]
    yield "wte.weight", (config["vocab_size"], width), 0.1
    yield "wpe.weight", (config["n_positions"], width), 0.1
    for layer in range(config["n_layer"]):
        prefix = f"h.{layer}"
        yield from norm(f"{prefix}.ln_1", width)
        yield from linear(f"{prefix}.attn.c_attn", 3 * width, width, 1.5, bias=True, transposed=True)
        yield from linear(f"{prefix}.attn.c_proj", width, width, bias=True, transposed=True)
        yield from norm(f"{prefix}.ln_2", width)
        yield from linear(f"{prefix}.mlp.c_fc", 4 * width, width, bias=True, transposed=True)
        yield from linear(f"{prefix}.mlp.c_proj", width, 4 * width, bias=True, transposed=True)
    yield from norm("ln_f", width)


SHAPES = {"t5": t5_shapes, "llama": llama_shapes, "bert": bert_shapes, "gpt2": gpt2_shapes}
HEADS = {"t5": "lm_head.weight", "llama": "lm_head.weight", "gpt2": "wte.weight"}


def make_weights(config, seed, dtype):
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape, deviation in SHAPES[config["model_type"]](config):
        if deviation is None:
            weight = torch.ones(shape)
        else:
            weight = torch.randn(shape, generator=generator) * deviation
        if name == HEADS.get(config["model_type"]):
            # Logits near 0 among many of a larger deviation are never the largest, so greedy search runs to its
            # limit.
            special = {config.get("pad_token_id"), config["eos_token_id"]} - {None}
            weight[sorted(special)] *= 0.01
        weights[name] = weight.to(dtype)
    return weights


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--preset", choices=PRESETS, required=True)
    parser.add_argument("--tokenizer", type=pathlib.Path, help="a directory whose tokenizer files are copied")
    parser.add_argument("--set", nargs="*", default=[], metavar="FIELD=NUMBER", help="other sizes in the config")
    parser.add_argument("--dtype", choices=("float32", "bfloat16", "float16"), help="in place of the preset's")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    config, dtype = PRESETS[arguments.preset]
    for setting in arguments.set:
        field, _, value = setting.partition("=")
        if field not in config or not value.isdigit():
            parser.error(f"--set {setting}: not FIELD=NUMBER with one of {', '.join(config)}")
        config[field] = int(value)
    dtype = arguments.dtype or dtype
    config["torch_dtype"] = dtype
    tokens = ("bos_token_id", "decoder_start_token_id", "eos_token_id", "pad_token_id")

    arguments.output.mkdir(parents=True, exist_ok=True)
    weights = make_weights(config, arguments.seed, getattr(torch, dtype))
    save_file(weights, arguments.output / "model.safetensors", metadata={"format": "pt"})
    files = {"config.json": config}
    if config["model_type"] in HEADS:
        files["generation_config.json"] = {key: config[key] for key in tokens if key in config}
    copy_tokenizer(arguments, config, files)
    for name, content in files.items():
        (arguments.output / name).write_text(json.dumps(content, indent=2) + "\n")
    parameters = sum(weight.numel() for weight in weights.values())
    print(f"{arguments.output}: {parameters / 1e6:.1f} million parameters in {dtype}")


def copy_tokenizer(arguments, config, files):
    if not arguments.tokenizer:
        return
    for name in TOKENIZER_FILES:
        if (arguments.tokenizer / name).exists():
            shutil.copyfile(arguments.tokenizer / name, arguments.output / name)
    if config["model_type"] == "t5" and not (arguments.output / "tokenizer_config.json").exists():
        files["tokenizer_config.json"] = {
            "tokenizer_class": "T5TokenizerFast",
            "eos_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "extra_ids": 100,
            "model_max_length": 512,
        }


if __name__ == "__main__":
    main()
