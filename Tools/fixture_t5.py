"""Tiny T5 checkpoints with random weights, and their golden values from transformers in float32."""

import dataclasses
import json

import torch
from safetensors.torch import save_file
from transformers import AutoModelForSeq2SeqLM
from transformers.utils import logging

import fixture_generation
from fixture_notes import made_by, write_json

PAD, EOS = 0, 1
DEFAULTS = {
    "architectures": ["T5ForConditionalGeneration"],
    "model_type": "t5",
    "relative_attention_num_buckets": 32,
    "relative_attention_max_distance": 128,
    "dropout_rate": 0.1,
    "layer_norm_epsilon": 1e-6,
    "initializer_factor": 1.0,
    "is_encoder_decoder": True,
    "use_cache": True,
    "pad_token_id": PAD,
    "eos_token_id": EOS,
    "decoder_start_token_id": PAD,
}


@dataclasses.dataclass
class Checkpoint:
    name: str
    description: str
    config: dict
    head: bool = True
    dtype: torch.dtype = torch.float32
    dtype_key: str = "torch_dtype"
    shards: int = 1
    # Files of T5 1.0 repeat the embedding and carry a bias that no layer reads.
    legacy_copies: bool = False
    # The decoder runs beyond the last relative position bucket too.
    long_decoder: bool = False
    # A few golden cases in place of all.
    short: bool = False
    # Tokens from here on are never generated: sentinels, and rows beyond the tokenizer's last id.
    silent_from: int | None = None


def weight_shapes(config):
    """Names, shapes and standard deviations. None is the weight of a norm.

    The deviations are larger than those of training's beginning: scores of standard deviation 3 make the softmax
    peaky, so that a wrong bias, mask or scale cannot hide in an average. Layers that outweigh the embedding keep
    greedy search from repeating one token.
    """
    d_model, d_ff, heads, d_kv = config["d_model"], config["d_ff"], config["num_heads"], config["d_kv"]
    inner = heads * d_kv
    gated = config["feed_forward_proj"].startswith("gated-")
    yield "shared.weight", (config["vocab_size"], d_model), 0.7
    for stack, layers in (("encoder", config["num_layers"]), ("decoder", config["num_decoder_layers"])):
        attentions = ("SelfAttention",) if stack == "encoder" else ("SelfAttention", "EncDecAttention")
        for block in range(layers):
            for layer, attention in enumerate(attentions):
                prefix = f"{stack}.block.{block}.layer.{layer}"
                yield f"{prefix}.{attention}.q.weight", (inner, d_model), 3.0 * (d_model * d_kv) ** -0.5
                yield f"{prefix}.{attention}.k.weight", (inner, d_model), d_model**-0.5
                yield f"{prefix}.{attention}.v.weight", (inner, d_model), 1.5 * d_model**-0.5
                yield f"{prefix}.{attention}.o.weight", (d_model, inner), 3.0 * inner**-0.5
                if attention == "SelfAttention" and block == 0:
                    buckets = (config["relative_attention_num_buckets"], heads)
                    yield f"{prefix}.{attention}.relative_attention_bias.weight", buckets, 2.0
                yield f"{prefix}.layer_norm.weight", (d_model,), None
            prefix = f"{stack}.block.{block}.layer.{len(attentions)}"
            for name in ("wi_0", "wi_1") if gated else ("wi",):
                yield f"{prefix}.DenseReluDense.{name}.weight", (d_ff, d_model), 1.5 * d_model**-0.5
            yield f"{prefix}.DenseReluDense.wo.weight", (d_model, d_ff), 3.0 * d_ff**-0.5
            yield f"{prefix}.layer_norm.weight", (d_model,), None
        yield f"{stack}.final_layer_norm.weight", (d_model,), None
    yield "lm_head.weight", (config["vocab_size"], d_model), 2.0 * d_model**-0.5


def make_weights(checkpoint, config):
    generator = torch.Generator().manual_seed(1)
    weights = {}
    for name, shape, deviation in weight_shapes(config):
        noise = torch.randn(shape, generator=generator)
        weights[name] = 1 + 0.3 * noise if deviation is None else noise * deviation
    head = weights["lm_head.weight" if checkpoint.head else "shared.weight"]
    # Often enough the largest for generations that end by themselves.
    head[EOS] *= 2
    if checkpoint.silent_from is not None:
        # Logits near 0: ordinary pieces are always larger.
        head[checkpoint.silent_from :] *= 0.01
        head[PAD] *= 0.01
    if not checkpoint.head:
        del weights["lm_head.weight"]
    if checkpoint.legacy_copies:
        for stack in ("encoder", "decoder"):
            weights[f"{stack}.embed_tokens.weight"] = weights["shared.weight"].clone()
        unused = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
        weights[unused] = torch.randn((config["relative_attention_num_buckets"], config["num_heads"]),
                                      generator=generator)
    return {name: weight.to(checkpoint.dtype) for name, weight in weights.items()}


def write_weights(directory, weights, shards):
    metadata = {"format": "pt"}
    if shards == 1:
        save_file(weights, directory / "model.safetensors", metadata=metadata)
        return
    names = list(weights)
    weight_map = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        part = names[shard * len(names) // shards : (shard + 1) * len(names) // shards]
        save_file({name: weights[name] for name in part}, directory / file, metadata=metadata)
        weight_map |= dict.fromkeys(part, file)
    size = sum(weight.numel() * weight.element_size() for weight in weights.values())
    index = {"metadata": {"total_size": size}, "weight_map": dict(sorted(weight_map.items()))}
    (directory / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def forward_inputs(checkpoint, vocabulary):
    """Name, lengths of the prompts, length of the decoder's input."""
    long_decoder = 140 if checkpoint.long_decoder else 6
    cases = [("length-1", [1], 1), ("length-2", [2], 2), ("length-17", [17], 9), ("length-40", [40], 20),
             ("length-150", [150], long_decoder), ("padded-batch", [17, 5, 11], 7)]
    if checkpoint.short:
        cases = [case for case in cases if case[0] in ("length-17", "padded-batch")]
    generator = torch.Generator().manual_seed(2)
    for name, lengths, decoder_length in cases:
        prompts = [fixture_generation.random_prompt(length, vocabulary, generator) for length in lengths]
        decoder_ids = torch.randint(3, vocabulary, (len(lengths), decoder_length), generator=generator)
        decoder_ids[:, 0] = PAD
        yield name, *fixture_generation.padded(prompts), decoder_ids


@torch.inference_mode()
def forward_goldens(checkpoint, model, vocabulary):
    tensors, cases = {}, []
    for name, ids, mask, decoder_ids in forward_inputs(checkpoint, vocabulary):
        outputs = model(ids, attention_mask=mask, decoder_input_ids=decoder_ids, output_hidden_states=True,
                        output_attentions=True)
        tensors |= {f"{name}.input_ids": ids, f"{name}.attention_mask": mask,
                    f"{name}.decoder_input_ids": decoder_ids, f"{name}.logits": outputs.logits}
        visible = mask[..., None].float()
        tensors[f"{name}.encoder_last_hidden_state"] = outputs.encoder_last_hidden_state * visible
        with_layers = name == "length-17"
        if with_layers:
            for side in ("encoder", "decoder"):
                for layer, states in enumerate(outputs[f"{side}_hidden_states"]):
                    tensors[f"{name}.{side}_hidden_states.{layer}"] = states
        attention = torch.cat([probabilities.amax(-1).flatten() for probabilities in outputs.encoder_attentions])
        cases.append({"name": name, "has_hidden_states": with_layers,
                      "largest_logit": outputs.logits.abs().max().item(),
                      "mean_of_largest_attention": round(attention.mean().item(), 3)})
    return {name: tensor.contiguous() for name, tensor in tensors.items()}, cases


@torch.inference_mode()
def distance_in(model, reference, tensors, case="length-17"):
    """How far arithmetic in the model's own dtype is from float32, in parts of the largest logit."""
    logits = model(tensors[f"{case}.input_ids"], attention_mask=tensors[f"{case}.attention_mask"],
                   decoder_input_ids=tensors[f"{case}.decoder_input_ids"]).logits.float()
    return ((logits - reference).abs().max() / reference.abs().max()).item()


def make(checkpoint, output):
    directory = output / checkpoint.name
    directory.mkdir(parents=True, exist_ok=True)
    config = DEFAULTS | checkpoint.config | {checkpoint.dtype_key: str(checkpoint.dtype).removeprefix("torch.")}
    vocabulary = checkpoint.silent_from or config["vocab_size"]
    generation_config = {key: config[key] for key in ("decoder_start_token_id", "eos_token_id", "pad_token_id")}
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (directory / "generation_config.json").write_text(json.dumps(generation_config, indent=2) + "\n")
    write_weights(directory, make_weights(checkpoint, config), checkpoint.shards)

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    model = AutoModelForSeq2SeqLM.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()
    tensors, cases = forward_goldens(checkpoint, model, vocabulary)
    golden = {
        "made_by": made_by(),
        "description": checkpoint.description,
        "note": "Tensors are in golden.safetensors as CASE.NAME. Positions that the mask hides are 0 in "
        "encoder_last_hidden_state. hidden_states are in transformers' order: the embedding, then the output of "
        "each block but the last, then the final norm's. token_ids are the new tokens: no start token, the end "
        "token where it was produced, no padding after it. smallest_margin is the least distance between the "
        "largest two scores of a step, in parts of the largest score.",
        "transformers": {
            "lm_head_is_embedding": model.lm_head.weight.data_ptr() == model.shared.weight.data_ptr(),
            "scales_decoder_output": model.config.scale_decoder_outputs,
        },
        "forward": cases,
        "generation": fixture_generation.goldens(model, vocabulary, checkpoint.short),
    }
    if checkpoint.dtype != torch.float32:
        low = AutoModelForSeq2SeqLM.from_pretrained(directory, dtype=checkpoint.dtype,
                                                    attn_implementation="eager").eval()
        golden["transformers"]["wo_dtype"] = str(low.encoder.block[0].layer[1].DenseReluDense.wo.weight.dtype)
        golden["transformers"]["distance_of_own_dtype"] = distance_in(low, tensors["length-17.logits"], tensors)
    save_file(tensors, directory / "golden.safetensors", metadata={"made_by": made_by()})
    write_json(directory / "golden.json", golden)
