"""Makes Tests/Fixtures/attention: attention probabilities of the committed checkpoints, by transformers.

    python Tools/attention_golden.py
"""

import json
import pathlib

import torch
import transformers
from safetensors.torch import save_file
from transformers.utils import logging

from fixture_notes import made_by, write_json

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests" / "Fixtures"
# Directory, auto class, tokens of the prompt, tokens of the decoder.
CASES = [
    ("t5-gated-gelu", "AutoModelForSeq2SeqLM", 13, 7),
    ("t5-odd-sizes", "AutoModelForSeq2SeqLM", 11, 5),
    ("t5-gated-silu-buckets", "AutoModelForSeq2SeqLM", 40, 3),
    ("families/bart-conditional", "AutoModelForSeq2SeqLM", 12, 6),
    ("families/bart-deep-decoder", "AutoModelForSeq2SeqLM", 5, 1),
    ("families/bert-masked-lm", "AutoModelForMaskedLM", 14, 0),
    ("families/roberta-masked-lm", "AutoModelForMaskedLM", 9, 0),
    ("families/gpt2-prefix", "AutoModelForCausalLM", 15, 0),
    ("families/gpt2-inverse-layer", "AutoModelForCausalLM", 8, 0),
    ("families/gpt2-unscaled", "AutoModelForCausalLM", 8, 0),
    ("families/bloom-prefix", "AutoModelForCausalLM", 14, 0),
    ("families/bloom-residual-after-norm", "AutoModelForCausalLM", 9, 0),
    ("families/llama-untied", "AutoModelForCausalLM", 10, 0),
    ("families/llama-grouped-tied-llama3", "AutoModelForCausalLM", 13, 0),
    ("families/llama-one-key-head", "AutoModelForCausalLM", 7, 0),
    ("families/llama-rope-dynamic", "AutoModelForCausalLM", 20, 0),
]


@torch.inference_mode()
def attentions(directory, auto_class, length, decoder_length, generator):
    """Inputs and maps, `[heads, queries, keys]` each, by their names."""
    kind = getattr(transformers, auto_class)
    model = kind.from_pretrained(directory, dtype=torch.float64, attn_implementation="eager").eval()
    config = json.loads((directory / "config.json").read_text())
    tensors = {"input_ids": torch.randint(6, config["vocab_size"] - 4, (1, length), generator=generator)}
    if decoder_length:
        ids = torch.randint(6, config["vocab_size"] - 4, (1, decoder_length), generator=generator)
        ids[:, 0] = config["decoder_start_token_id"]
        tensors["decoder_input_ids"] = ids
    result = model(**tensors, output_attentions=True)
    own = "decoder" if auto_class == "AutoModelForCausalLM" else "encoder"
    sources = {own: "attentions"}
    if decoder_length:
        sources = {"encoder": "encoder_attentions", "decoder": "decoder_attentions", "cross": "cross_attentions"}
    for name, source in sources.items():
        for layer, probabilities in enumerate(result[source]):
            tensors[f"{name}.{layer}"] = probabilities[0].float()
    return tensors


def main():
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    generator = torch.Generator().manual_seed(7)
    output = FIXTURES / "attention"
    output.mkdir(exist_ok=True)
    tensors = {}
    for path, auto_class, length, decoder_length in CASES:
        for name, tensor in attentions(FIXTURES / path, auto_class, length, decoder_length, generator).items():
            tensors[f"{pathlib.Path(path).name}.{name}"] = tensor.contiguous()
    file = output / "attention.safetensors"
    save_file(tensors, file)
    file.chmod(0o644)
    cases = [{"directory": path, "auto_class": auto_class} for path, auto_class, _, _ in CASES]
    note = "Attention probabilities, [heads, queries, keys] a layer, with attn_implementation=eager; the model computes in float64."
    write_json(output / "attention.json", {"made_by": made_by().replace("make_fixtures", "attention_golden"), "note": note, "cases": cases})


if __name__ == "__main__":
    main()
