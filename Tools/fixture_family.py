"""A tiny checkpoint of any family with random weights, and its golden values from transformers in float32."""

import dataclasses
import json
import re
from collections.abc import Callable

import torch
import transformers
from safetensors.torch import save_file
from transformers.utils import logging

import fixture_family_generation
from fixture_notes import made_by, write_json
from fixture_t5 import write_weights

NOTE = (
    "Tensors are in golden.safetensors as CASE.NAME. Positions that attention_mask hides are 0 in everything that has "
    "a value for each position of it. hidden_states are in transformers' order. Inputs that a case does not name were "
    "not given to the model. "
)
DECODER_NOTE = (
    "Batches of a decoder are padded on the left, and position_ids count the visible tokens, as generate() does it. "
    "token_ids are the new tokens: the end token where it was produced, no padding after it. smallest_margin is the "
    "least distance between the largest two scores of a step, in parts of the largest score. Every sequence of a batch "
    "is what its prompt gives alone."
)


@dataclasses.dataclass
class Checkpoint:
    name: str
    description: str
    auto_class: str
    config: dict
    # The name in the file of transformers' name; None leaves the tensor out. Tied copies come here too.
    file_name: Callable[[str, bool], str | None] = lambda name, tied: None if tied else name
    # Further tensors of the file, which transformers ignores.
    extras: Callable[[dict], dict] = lambda config: {}
    generation_config: dict | None = None
    dtype: torch.dtype = torch.float32
    dtype_key: str | None = "torch_dtype"
    shards: int = 1
    # Ordinary tokens: [first, last).
    tokens: tuple[int, int] = (4, 64)
    lengths: tuple[int, ...] = (1, 2, 17, 40)
    # A few golden cases in place of all.
    short: bool = False

    @property
    def kind(self):
        if self.config["architectures"][0] in ("T5EncoderModel", "T5ForTokenClassification"):
            return "encoder"
        if self.config.get("is_encoder_decoder"):
            return "encoder-decoder"
        encoders = ("bert", "roberta", "xlm-roberta", "camembert")
        return "encoder" if self.config["model_type"] in encoders else "decoder"


    @property
    def heeds_padding_tokens(self):
        """Whether transformers looks for the padding token's id beside the attention mask."""
        if self.config["model_type"] in ("roberta", "xlm-roberta", "camembert"):
            return True
        return self.kind == "decoder" and self.auto_class == "AutoModelForSequenceClassification"


EMBEDDING = re.compile(r"(word_embeddings|wte|wpe|embed_tokens|shared|position_embeddings|embed_positions"
                       r"|token_type_embeddings|relative_attention_bias)\.weight$")
NORM = re.compile(r"(layernorm|layer_norm|norm|ln_\w+)(_embedding)?\.weight$", re.IGNORECASE)
# The first that matches says the standard deviation of a layer's output for an input of deviation 1.
GAINS = [
    (r"(query|q_proj|SelfAttention\.q|EncDecAttention\.q)\.weight$", 3.0),
    (r"(key|k_proj|\.k)\.weight$", 1.0),
    (r"(value|v_proj|\.v)\.weight$", 1.5),
    (r"(attention\.output\.dense|o_proj|out_proj|attn\.c_proj|self_attention\.dense|\.o)\.weight$", 3.0),
    (r"(mlp\.c_proj|dense_4h_to_h|down_proj|fc2|layer\.\d+\.output\.dense|\.wo)\.weight$", 3.0),
    (r"(mlp\.c_fc|dense_h_to_4h|up_proj|gate_proj|fc1|intermediate\.dense|\.wi\w*)\.weight$", 1.5),
    (r".*", 2.0),
]


def random_weight(name, shape, config, generator):
    """Deviations are larger than those of training's beginning, for the reason that fixture_t5.weight_shapes gives."""
    noise = torch.randn(shape, generator=generator)
    if NORM.search(name):
        return 1 + 0.3 * noise
    if len(shape) == 1 or name == "final_logits_bias":
        return 0.3 * noise
    if EMBEDDING.search(name):
        return noise * (2.0 if "relative" in name else 0.7)
    conv1d = config["model_type"] == "gpt2" and ".h." in "." + name
    fan_in = shape[0] if conv1d else shape[1]
    weight = noise * fan_in**-0.5
    if name.endswith("c_attn.weight"):
        # Queries, keys and values beside one another in the last dimension.
        return weight * torch.tensor([3.0, 1.0, 1.5]).repeat_interleave(shape[0])
    if name.endswith("query_key_value.weight"):
        # Head by head: its queries, its keys, its values.
        heads = config["num_attention_heads"]
        parts = weight.view(heads, 3, shape[1] // heads, shape[1])
        return (parts * torch.tensor([3.0, 1.0, 1.5])[:, None, None]).view(shape)
    gain = next(gain for pattern, gain in GAINS if re.search(pattern, name))
    if config["model_type"] == "t5" and gain == 3.0 and name.endswith(".q.weight"):
        gain *= config["d_kv"] ** -0.5  # T5 does not divide the scores by it.
    return weight * gain


def make_weights(checkpoint, config, model):
    """Weights by transformers' names, and for a tied one the name of the first of its kind."""
    generator = torch.Generator().manual_seed(1)
    weights, owners, owner_of = {}, {}, {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        owner = owners.setdefault(tensor.data_ptr(), name)
        owner_of[name] = owner
        if owner == name:
            weights[name] = random_weight(name, tuple(tensor.shape), config, generator)
    if checkpoint.generation_config is not None:
        head = weights[owners[model.get_output_embeddings().weight.data_ptr()]]
        # Often enough the largest for generations that end by themselves.
        head[checkpoint.generation_config["eos_token_id"]] *= 2
    return {name: weight.to(checkpoint.dtype) for name, weight in weights.items()}, owner_of


def file_tensors(checkpoint, config, weights, owner_of):
    tensors = {}
    for name, owner in owner_of.items():
        file_name = checkpoint.file_name(name, owner != name)
        if file_name is not None:
            tensors[file_name] = weights[owner].clone()
    return tensors | checkpoint.extras(config)


def load(directory, auto_class, weights=None, owner_of=None, dtype=torch.float32):
    """The model, after a check that every weight of the file is where it belongs."""
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    kind = getattr(transformers, auto_class)
    model, report = kind.from_pretrained(directory, dtype=dtype, attn_implementation="eager", output_loading_info=True)
    if report["missing_keys"] or report["mismatched_keys"]:
        raise SystemExit(f"{directory.name}: {report}")
    if weights:
        for name, tensor in model.state_dict().items():
            if not torch.equal(tensor, weights[owner_of[name]].to(dtype)):
                raise SystemExit(f"{directory.name}: transformers did not load {name}")
    return model.eval(), sorted(report["unexpected_keys"])


def forward_inputs(checkpoint, config):
    """Name and inputs of each case."""
    generator = torch.Generator().manual_seed(2)
    cases = [(f"length-{length}", [length]) for length in checkpoint.lengths] + [("padded-batch", [17, 5, 11])]
    if checkpoint.short:
        cases = [case for case in cases if case[0] in ("length-2", "length-17", "padded-batch")]
    if config.get("pad_token_id") is not None and checkpoint.heeds_padding_tokens:
        cases.append(("padding-tokens", [9]))
    for name, lengths in cases:
        prompts = [fixture_family_generation.random_prompt(checkpoint, config, length, generator)
                   for length in lengths]
        if name == "padding-tokens":
            # In the text, visible to attention: one in the middle, two at the end.
            prompts[0][[3, -2, -1]] = config["pad_token_id"]
        ids, mask = fixture_family_generation.padded(prompts, config, left=checkpoint.kind == "decoder")
        inputs = {"input_ids": ids, "attention_mask": mask}
        if checkpoint.kind == "decoder" and len(lengths) > 1 and config["model_type"] != "bloom":
            inputs["position_ids"] = (mask.cumsum(-1) - 1).clamp(min=0)
        if config["model_type"] == "bert":
            # The second of two texts from some place on.
            places = torch.randint(0, ids.shape[1], (len(lengths), 1), generator=generator)
            inputs["token_type_ids"] = (torch.arange(ids.shape[1]) >= places).long() * mask
        if checkpoint.kind == "encoder-decoder" and checkpoint.auto_class in ("AutoModelForSeq2SeqLM", "AutoModel"):
            decoder_length = max(1, max(lengths) // 2)
            decoder_ids = torch.randint(*checkpoint.tokens, (len(lengths), decoder_length), generator=generator)
            decoder_ids[:, 0] = config["decoder_start_token_id"]
            inputs["decoder_input_ids"] = decoder_ids
        yield name, inputs


OUTPUTS = ("logits", "start_logits", "end_logits", "last_hidden_state", "pooler_output", "encoder_last_hidden_state")


@torch.inference_mode()
def outputs_of(checkpoint, model, inputs, with_layers):
    """The named outputs of a forward pass, 0 where the mask hides a position."""
    result = model(**inputs, output_hidden_states=True, output_attentions=True)
    tensors = {name: result[name] for name in OUTPUTS if result.get(name) is not None}
    if with_layers:
        for side in ("hidden_states", "encoder_hidden_states", "decoder_hidden_states"):
            for layer, states in enumerate(result.get(side) or ()):
                tensors[f"{side}.{layer}"] = states
    mask = inputs["attention_mask"]
    decoder_alone = "decoder_input_ids" in inputs
    for name, tensor in tensors.items():
        of_decoder = decoder_alone and not name.startswith("encoder_")
        if not of_decoder and tensor.shape[:2] == mask.shape:
            tensors[name] = tensor * mask.view(*mask.shape, *[1] * (tensor.dim() - 2)).to(tensor.dtype)
    attentions = result.get("attentions") or result.get("encoder_attentions")
    attention = torch.cat([probabilities.amax(-1).flatten() for probabilities in attentions])
    return tensors, attention.mean().item()


def check_padding(checkpoint, model, inputs, tensors):
    """Padding must not change a row: the golden batch is what its rows give alone."""
    for row, mask in enumerate(inputs["attention_mask"].bool()):
        alone = {name: tensor[row : row + 1, mask] if tensor.shape[1] == len(mask) and name != "decoder_input_ids"
                 else tensor[row : row + 1] for name, tensor in inputs.items()}
        for name, expected in outputs_of(checkpoint, model, alone, False)[0].items():
            actual = tensors[name][row : row + 1]
            if actual.dim() > 1 and actual.shape[1] == len(mask) and actual.shape != expected.shape:
                actual = actual[:, mask]
            if (actual - expected).abs().max() > 1e-4 * expected.abs().max():
                raise SystemExit(f"{checkpoint.name}: padding changes {name} of row {row}")


def forward_goldens(checkpoint, config, model):
    tensors, cases = {}, []
    for name, inputs in forward_inputs(checkpoint, config):
        with_layers = name == "length-17"
        outputs, attention = outputs_of(checkpoint, model, inputs, with_layers)
        if name == "padded-batch":
            check_padding(checkpoint, model, inputs, outputs)
        tensors |= {f"{name}.{key}": tensor.contiguous() for key, tensor in (inputs | outputs).items()}
        cases.append({"name": name, "inputs": list(inputs), "outputs": [key for key in OUTPUTS if key in outputs],
                      "has_hidden_states": with_layers,
                      "largest_output": max(outputs[key].abs().max().item() for key in outputs if key in OUTPUTS),
                      "mean_of_largest_attention": round(attention, 3)})
    return tensors, cases


def write_config(checkpoint, directory):
    config = dict(checkpoint.config)
    if checkpoint.dtype_key:
        config[checkpoint.dtype_key] = str(checkpoint.dtype).removeprefix("torch.")
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    if checkpoint.generation_config is not None:
        text = json.dumps({"_from_model_config": True} | checkpoint.generation_config, indent=2)
        (directory / "generation_config.json").write_text(text + "\n")
    return config


def make(checkpoint, output):
    directory = output / checkpoint.name
    directory.mkdir(parents=True, exist_ok=True)
    config = write_config(checkpoint, directory)
    kind = getattr(transformers, checkpoint.auto_class)
    parsed = transformers.AutoConfig.from_pretrained(directory)
    model = kind.from_config(parsed) if hasattr(kind, "from_config") else kind(parsed)
    weights, owner_of = make_weights(checkpoint, config, model)
    write_weights(directory, file_tensors(checkpoint, config, weights, owner_of), checkpoint.shards)

    model, ignored = load(directory, checkpoint.auto_class, weights, owner_of)
    tensors, cases = forward_goldens(checkpoint, config, model)
    golden = {
        "made_by": made_by(),
        "description": checkpoint.description,
        "note": NOTE + (DECODER_NOTE if checkpoint.kind != "encoder" else ""),
        "auto_class": checkpoint.auto_class,
        "transformers_class": type(model).__name__,
        "ignored_tensors": ignored,
        "forward": cases,
    }
    if checkpoint.generation_config is not None:
        golden["generation"] = fixture_family_generation.goldens(checkpoint, config, model)
    # The last hidden state is an output and a layer: safetensors wants each tensor to be alone.
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}
    save_file(tensors, directory / "golden.safetensors", metadata={"made_by": made_by()})
    write_json(directory / "golden.json", golden)
