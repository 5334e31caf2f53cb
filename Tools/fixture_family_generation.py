"""Greedy generations of decoders and encoder-decoders, chosen so that rounding cannot decide a token."""

import torch

from fixture_generation import ATTEMPTS, MAX_NEW_TOKENS, SMALLEST_MARGIN


def random_prompt(checkpoint, config, length, generator):
    ids = torch.randint(*checkpoint.tokens, (length,), generator=generator)
    if config.get("is_encoder_decoder"):
        ids[-1] = config["eos_token_id"]
        if length > 2 and config["model_type"] == "bart":
            ids[0] = config["bos_token_id"]
    return ids


# Of drawing another prompt until both halves of a pair of cases are clear.
ROUNDS = 200


def end_tokens_of(checkpoint):
    tokens = checkpoint.generation_config["eos_token_id"]
    return tokens if isinstance(tokens, list) else [tokens]


def padded(prompts, config, left):
    pad = config.get("pad_token_id", 1 if config["model_type"] == "camembert" else 0) or 0
    longest = max(len(prompt) for prompt in prompts)
    ids = torch.full((len(prompts), longest), pad)
    mask = torch.zeros((len(prompts), longest), dtype=torch.long)
    for row, prompt in enumerate(prompts):
        place = slice(longest - len(prompt), longest) if left else slice(0, len(prompt))
        ids[row, place] = prompt
        mask[row, place] = 1
    return ids, mask


@torch.inference_mode()
def generate(checkpoint, config, model, prompts, arguments):
    """The new tokens of each prompt, and the smallest margin of all steps up to each one's end."""
    decoder_only = checkpoint.kind == "decoder"
    ids, mask = padded(prompts, config, left=decoder_only)
    # transformers makes a cache for as many layers as the encoder has, and fails when the decoder has more.
    use_cache = decoder_only or model.config.decoder_layers <= model.config.encoder_layers
    output = model.generate(ids, attention_mask=mask, do_sample=False, num_beams=1, use_cache=use_cache,
                            output_scores=True, return_dict_in_generate=True, **arguments)
    begin = ids.shape[1] if decoder_only else 1
    end_tokens = end_tokens_of(checkpoint)
    sequences, margin = [], float("inf")
    for row, sequence in enumerate(output.sequences[:, begin:].tolist()):
        end = next((place for place, token in enumerate(sequence) if token in end_tokens), len(sequence))
        sequence = sequence[: end + 1]
        sequences.append(sequence)
        for scores in output.scores[: len(sequence)]:
            first, second = scores[row].topk(2).values.tolist()
            if second > -float("inf"):  # A forced token has no second.
                margin = min(margin, (first - second) / max(abs(first), abs(second)))
    return sequences, margin


def generate_alone(checkpoint, config, model, prompts, arguments):
    """Prompts one at a time, and the check that a padded batch gives the same.

    With repetition_penalty there is no such check: transformers takes a decoder's padding for tokens of the prompt.
    """
    alone = [generate(checkpoint, config, model, [prompt], arguments) for prompt in prompts]
    sequences, margin = [sequence for [sequence], _ in alone], min(margin for _, margin in alone)
    if len(prompts) > 1 and margin > SMALLEST_MARGIN and "repetition_penalty" not in arguments:
        together = generate(checkpoint, config, model, prompts, arguments)[0]
        if together != sequences:
            raise SystemExit(f"{checkpoint.name}: a batch generates something else than its prompts alone")
    return sequences, margin


def runs_on(sequence):
    return len(sequence) == MAX_NEW_TOKENS and len(set(sequence)) >= 5


def varies(sequences):
    return max(len(set(sequence)) for sequence in sequences) >= 3


def goldens(checkpoint, config, model):
    generator = torch.Generator().manual_seed(3)
    end_tokens = end_tokens_of(checkpoint)
    cases = []

    def ends_early(sequence):
        return sequence[-1] in end_tokens and 3 <= len(sequence) <= 12

    def search(name, lengths, arguments, wanted=lambda sequences: True, fixed=None):
        """Draws prompts until greedy search does what the case is about, by a clear margin at every step."""
        arguments = {"max_new_tokens": MAX_NEW_TOKENS} | arguments
        for attempt in range(ATTEMPTS):
            prompts = fixed or [random_prompt(checkpoint, config, length, generator) for length in lengths]
            sequences, margin = generate_alone(checkpoint, config, model, prompts, arguments)
            # Some models do not do it. Any sequences that vary will do for them.
            enough = wanted(sequences) or not fixed and attempt > 150 and varies(sequences)
            if margin > SMALLEST_MARGIN and enough:
                cases.append({"name": name, "arguments": arguments,
                              "input_ids": [prompt.tolist() for prompt in prompts],
                              "token_ids": sequences, "smallest_margin": margin if margin < float("inf") else None})
                return prompts
            if fixed:
                return None
        raise SystemExit(f"{checkpoint.name}: {name}: no prompt found in {ATTEMPTS} attempts")

    search("greedy", [17], {}, lambda s: runs_on(s[0]))
    search("padded batch", [17, 3, 9], {}, lambda s: any(map(ends_early, s)) and any(map(runs_on, s)))
    if checkpoint.short:
        return cases
    search("one token prompt", [1], {})
    search("one new token", [7], {"max_new_tokens": 1})
    if max(checkpoint.lengths) > 100:
        search("long prompt", [110], {})
    for _ in range(ROUNDS):
        prompts = search("ends early", [9], {}, lambda s: ends_early(s[0]))
        longer = {"min_new_tokens": 12}
        if search("ends early, min_new_tokens", [9], longer, lambda s: len(s[0]) >= 12, fixed=prompts):
            break
        cases.pop()
    for _ in range(ROUNDS):
        prompts = search("repetition_penalty", [12], {"repetition_penalty": 1.3}, lambda s: len(set(s[0])) >= 5)
        if search("the same without repetition_penalty", [12], {}, fixed=prompts):
            break
        cases.pop()
    search("repetition_penalty and min_new_tokens, padded batch", [12, 4, 16],
           {"repetition_penalty": 1.3, "min_new_tokens": 6})
    return cases
