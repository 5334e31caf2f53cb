"""What transformers' own logits processors make of given logits, in the order in which `generate` builds them."""

import torch
from transformers import GenerationConfig, T5Config, T5ForConditionalGeneration

from fixture_notes import made_by, write_json

VOCABULARY = 40
EOS = 1
ORDER = "repetition_penalty, min_new_tokens, temperature, top_k, top_p"

# The decoder's ids so far begin with the start token, which the repetition penalty counts like any other.
SETTINGS = [
    ("plain", {}),
    ("temperature low", {"temperature": 0.3}),
    ("temperature high", {"temperature": 1.7}),
    ("temperature almost zero", {"temperature": 0.01}),
    ("top_k", {"top_k": 5}),
    ("top_k of one", {"top_k": 1}),
    ("top_k beyond the vocabulary", {"top_k": 1000}),
    ("top_p", {"top_p": 0.8}),
    ("top_p small", {"top_p": 0.05}),
    ("top_p of zero keeps one", {"top_p": 0.0}),
    ("top_p of one does nothing", {"top_p": 1.0}),
    ("repetition_penalty", {"repetition_penalty": 1.3}),
    ("repetition_penalty below one", {"repetition_penalty": 0.7}),
    ("min_new_tokens not reached", {"min_new_tokens": 6}),
    ("min_new_tokens just reached", {"min_new_tokens": 5}),
    ("temperature before top_p", {"temperature": 2.5, "top_p": 0.6}),
    ("top_k before top_p", {"top_k": 6, "top_p": 0.7}),
    ("all", {"temperature": 0.8, "top_k": 12, "top_p": 0.9, "repetition_penalty": 1.3, "min_new_tokens": 8}),
]


def processed(model, settings, generated, logits):
    defaults = {"do_sample": True, "top_k": 0, "eos_token_id": EOS, "pad_token_id": 0, "decoder_start_token_id": 0}
    config = GenerationConfig(**(defaults | settings))
    model._prepare_special_tokens(config, kwargs_has_attention_mask=True, device="cpu")
    processors = model._get_logits_processor(generation_config=config, input_ids_seq_length=1)
    names = [type(processor).__name__ for processor in processors]
    return names, processors(generated[None], logits[None].clone())[0].softmax(-1)


def make(output):
    config = T5Config(vocab_size=VOCABULARY, d_model=4, d_kv=2, d_ff=4, num_layers=1, num_heads=2)
    model = T5ForConditionalGeneration(config)
    generator = torch.Generator().manual_seed(20)
    generated = torch.tensor([0, 7, 11, 7, 30, 2])
    # The end token is likely and the last of the ids so far are negative, so that each processor changes something.
    spread = torch.randn(VOCABULARY, generator=generator) * 2
    spread[EOS] = spread.max() + 0.5
    spread[30] = -spread[30].abs()
    spread[7] = spread[7].abs() + 1
    tied = spread.clone()
    tied[[3, 9, 21]] = tied.topk(4).values[-1]
    flat = torch.randn(VOCABULARY, generator=generator) * 0.05
    inputs = [("spread", spread, SETTINGS), ("flat", flat, SETTINGS)]
    # Equal logits have no order of their own, so that top_p may cut anywhere between them; top_k keeps them all.
    inputs.append(("tied", tied, [("top_k keeps what equals the last", {"top_k": 4})]))

    cases = []
    for name, logits, settings in inputs:
        for title, setting in settings:
            names, probabilities = processed(model, setting, generated, logits)
            cases.append({"name": title, "logits": name, "settings": setting, "processors": names,
                          "probabilities": probabilities.tolist()})
    directory = output / "sampling"
    directory.mkdir(parents=True, exist_ok=True)
    content = {
        "made_by": made_by(),
        "note": "probabilities = softmax(processed logits); numbers are float32 written in full; "
        "a probability of 0 is a token that a processor removed (or that underflowed). top_k 0 when not given.",
        "order": ORDER,
        "eos_token_id": EOS,
        "decoder_input_ids": generated.tolist(),
        "logits": {name: logits.tolist() for name, logits, _ in inputs},
        "cases": cases,
    }
    write_json(directory / "sampling.json", content)
