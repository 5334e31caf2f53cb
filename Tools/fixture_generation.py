"""Greedy generations of transformers, chosen so that rounding cannot decide a token."""

import torch

PAD, EOS = 0, 1
MAX_NEW_TOKENS = 20
# Scores of another implementation in float32 differ by far less than this part of the largest.
SMALLEST_MARGIN = 1e-3
ATTEMPTS = 2000


def random_prompt(length, vocabulary, generator):
    ids = torch.randint(3, vocabulary, (length,), generator=generator)
    ids[-1] = EOS
    return ids


def padded(prompts):
    longest = max(len(prompt) for prompt in prompts)
    ids = torch.full((len(prompts), longest), PAD)
    mask = torch.zeros((len(prompts), longest), dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids[row, : len(prompt)] = prompt
        mask[row, : len(prompt)] = 1
    return ids, mask


@torch.inference_mode()
def generate(model, prompts, arguments):
    """The new tokens of each prompt, and the smallest margin of all steps up to each one's end."""
    ids, mask = padded(prompts)
    # transformers makes a cache for as many layers as the encoder has, and fails when the decoder has more.
    use_cache = model.config.num_decoder_layers <= model.config.num_layers
    output = model.generate(ids, attention_mask=mask, do_sample=False, num_beams=1, use_cache=use_cache,
                            output_scores=True, return_dict_in_generate=True, **arguments)
    sequences, margin = [], float("inf")
    for row, sequence in enumerate(output.sequences[:, 1:].tolist()):
        if EOS in sequence:
            sequence = sequence[: sequence.index(EOS) + 1]
        sequences.append(sequence)
        for scores in output.scores[: len(sequence)]:
            first, second = scores[row].topk(2).values.tolist()
            margin = min(margin, (first - second) / max(abs(first), abs(second)))
    return sequences, margin


def ends_early(sequence):
    return sequence[-1] == EOS and 3 <= len(sequence) <= 12


def runs_on(sequence):
    return len(sequence) == MAX_NEW_TOKENS and len(set(sequence)) >= 5


def goldens(model, vocabulary, short):
    generator = torch.Generator().manual_seed(3)
    cases = []

    def search(name, lengths, arguments, wanted=lambda sequences: True, fixed=None):
        """Draws prompts until greedy search does what the case is about, by a clear margin at every step."""
        arguments = {"max_new_tokens": MAX_NEW_TOKENS} | arguments
        for _ in range(ATTEMPTS):
            prompts = fixed or [random_prompt(length, vocabulary, generator) for length in lengths]
            sequences, margin = generate(model, prompts, arguments)
            if margin > SMALLEST_MARGIN and wanted(sequences):
                cases.append({"name": name, "arguments": arguments,
                              "input_ids": [prompt.tolist() for prompt in prompts],
                              "token_ids": sequences, "smallest_margin": margin})
                return prompts
            if fixed:
                return None
        raise SystemExit(f"{name}: no prompt found in {ATTEMPTS} attempts")

    search("greedy", [17], {}, lambda s: runs_on(s[0]))
    search("padded batch", [17, 3, 9], {}, lambda s: any(map(ends_early, s)) and any(map(runs_on, s)))
    if short:
        return cases
    search("one token prompt", [1], {})
    search("long prompt", [150], {})
    search("one new token", [7], {"max_new_tokens": 1})
    while True:
        prompts = search("ends early", [9], {}, lambda s: ends_early(s[0]))
        longer = {"min_new_tokens": 12}
        if search("ends early, min_new_tokens", [9], longer, lambda s: len(s[0]) >= 12, fixed=prompts):
            break
        cases.pop()
    while True:
        prompts = search("repetition_penalty", [12], {"repetition_penalty": 1.3}, lambda s: len(set(s[0])) >= 5)
        if search("the same without repetition_penalty", [12], {}, fixed=prompts):
            break
        cases.pop()
    search("repetition_penalty and min_new_tokens, padded batch", [12, 4, 20],
           {"repetition_penalty": 1.3, "min_new_tokens": 6})
    return cases
