"""Makes Tests/FledgeTrainingTests/Fixtures/objectives.json: what the reference recipes make of small inputs.

    python Tools/objective_golden.py

needs transformers and torch (committed with 5.24.0 and 2.15.0), and Tests/Fixtures/families/bert-tiny-ner, which
make_fixtures.py made.

Span corruption is written down here after the description of T5's preprocessors (random_spans_noise_mask and
random_spans_helper): counts by rounding, random segmentation, non-noise first. The labels of words and of answers
follow transformers' examples run_ner and run_qa, with one difference: the search for an answer's first token stays
inside the context, where run_qa goes on over the special tokens behind it. Masks are those of
DataCollatorForLanguageModeling.
"""

import collections
import json
import math
import pathlib
import random

import numpy as np
import torch
from transformers import DataCollatorForLanguageModeling, PreTrainedTokenizerFast

ROOT = pathlib.Path(__file__).parent.parent / "Tests"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def noise_counts(length, density=0.15, mean=3.0):
    # TensorFlow computes in float32.
    noise = int(np.round(np.float32(length) * np.float32(density)))
    noise = min(max(noise, 1), length - 1)
    spans = max(int(np.round(np.float32(noise) / np.float32(mean))), 1)
    return noise, spans


def lengths_helper(inputs_length, density=0.15, mean=3.0):
    def lengths(tokens):
        noise = int(round(tokens * density))
        spans = int(round(noise / mean))
        return tokens - noise + spans + 1, noise + spans + 1
    tokens = inputs_length
    while lengths(tokens + 1)[0] <= inputs_length:
        tokens += 1
    targets = lengths(tokens)[1]
    if density == 0.5 and targets > inputs_length:
        tokens -= 1
        targets -= 1
    return [inputs_length, tokens, targets]


def segment(generator, total, parts):
    marks = [1] * (parts - 1) + [0] * (total - parts)
    generator.shuffle(marks)
    lengths, count = [], 1
    for mark in marks:
        if mark:
            lengths.append(count)
            count = 0
        count += 1
    return lengths + [count]


def span_statistics(length, rounds):
    """How often a noise span of each length comes, simulated and exact."""
    generator = random.Random(7)
    noise, spans = noise_counts(length)
    counts = collections.Counter()
    for _ in range(rounds):
        pieces = segment(generator, noise, spans)
        assert sum(pieces) == noise and len(pieces) == spans and min(pieces) >= 1
        counts.update(pieces)
    simulated = [counts[size] / (rounds * spans) for size in range(1, 13)]
    exact = [math.comb(noise - 1 - size, spans - 2) / math.comb(noise - 1, spans - 1) for size in range(1, 13)]
    assert all(abs(a - b) < 0.005 for a, b in zip(simulated, exact))
    return {"length": length, "noise": noise, "spans": spans, "exact": exact}


def tokenizer():
    directory = ROOT / "Fixtures" / "families" / "bert-tiny-ner"
    return PreTrainedTokenizerFast(
        tokenizer_file=str(directory / "tokenizer.json"), unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]",
        cls_token="[CLS]", mask_token="[MASK]", model_max_length=10_000)


def word(generator):
    return "".join(generator.choice(LETTERS) for _ in range(generator.randrange(1, 9)))


def tagging(fast):
    generator = random.Random(3)
    names = ["B-LOC", "B-PER", "I-PER", "O"]
    inside = {0: 0, 1: 2, 2: 2, 3: 3}
    cases = []
    for number in range(40):
        words = [word(generator) for _ in range(generator.randrange(1, 12))]
        if number % 5 == 0:
            words[0] = "Ünïcode-" + words[0]
        tags = [generator.randrange(4) for _ in words]
        limit = 16 if number % 2 else 512
        encoded = fast(words, is_split_into_words=True, truncation=True, max_length=limit)
        first, every, previous = [], [], None
        for index in encoded.word_ids(0):
            if index is None:
                first.append(-100)
                every.append(-100)
            elif index != previous:
                first.append(tags[index])
                every.append(tags[index])
            else:
                first.append(-100)
                every.append(inside[tags[index]])
            previous = index
        cases.append({"words": words, "tags": [names[tag] for tag in tags], "max_length": limit,
                      "ids": encoded["input_ids"], "first": first, "all": every})
    return {"names": names, "cases": cases}


def answering(fast):
    generator = random.Random(5)
    cases = []
    for number in range(40):
        question = " ".join(word(generator) for _ in range(3))
        words = [word(generator) for _ in range(generator.randrange(3, 40))]
        if number % 4 == 0:
            words[1] = "é😀" + words[1]
        context = " ".join(words)
        start = generator.randrange(len(words))
        end = min(start + generator.randrange(1, 4), len(words))
        answer = " ".join(words[start:end])
        place = len(" ".join(words[:start])) + (1 if start else 0)
        answers = {"text": [], "answer_start": []} if number % 7 == 0 else {"text": [answer], "answer_start": [place]}
        encoded = fast(question, context, truncation="only_second", max_length=48, stride=12,
                       return_overflowing_tokens=True, return_offsets_mapping=True, return_token_type_ids=True)
        windows = []
        for index, offsets in enumerate(encoded["offset_mapping"]):
            ids = encoded["input_ids"][index]
            none = ids.index(fast.cls_token_id)
            inner = [place for place, number in enumerate(encoded.sequence_ids(index)) if number == 1]
            span = [none, none]
            if answers["text"]:
                first, last = place, place + len(answer)
                if offsets[inner[0]][0] <= first and offsets[inner[-1]][1] >= last:
                    span = [max(at for at in inner if offsets[at][0] <= first),
                            min(at for at in inner if offsets[at][1] >= last)]
            windows.append({"ids": ids, "segments": encoded["token_type_ids"][index], "span": span})
        cases.append({"question": question, "context": context, "answers": answers, "windows": windows})
    return {"max_length": 48, "stride": 12, "cases": cases}


def masking(fast):
    generator = random.Random(11)
    text = " ".join(word(generator) for _ in range(120))
    encoded = fast(text, return_special_tokens_mask=True)
    collator = DataCollatorForLanguageModeling(fast, mlm_probability=0.15)
    torch.manual_seed(0)
    counts = collections.Counter()
    ids = torch.tensor(encoded["input_ids"])
    for _ in range(1000):
        batch = collator([{key: list(value) for key, value in encoded.items()}])
        chosen = batch["labels"][0] != -100
        assert torch.equal(batch["labels"][0][chosen], ids[chosen]) and not chosen[0] and not chosen[-1]
        counts["chosen"] += int(chosen.sum())
        counts["masked"] += int((batch["input_ids"][0][chosen] == fast.mask_token_id).sum())
        counts["same"] += int((batch["input_ids"][0][chosen] == ids[chosen]).sum())
    total = 1000 * (len(ids) - 2)
    return {"text": text, "ids": encoded["input_ids"], "chosen": counts["chosen"] / total,
            "masked": counts["masked"] / counts["chosen"], "same": counts["same"] / counts["chosen"]}


def main():
    fast = tokenizer()
    golden = {
        "note": "made by Tools/objective_golden.py",
        "counts": [list(noise_counts(length)) for length in range(2, 2049)],
        "lengths": [lengths_helper(length) for length in [16, 64, 100, 128, 256, 333, 512, 768, 1024]],
        "half": [lengths_helper(length, 0.5, 3.0) for length in [16, 64, 128, 512]],
        "spans": span_statistics(568, 2000),
        "tagging": tagging(fast), "answering": answering(fast), "masking": masking(fast),
    }
    folder = ROOT / "FledgeTrainingTests" / "Fixtures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "objectives.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main()
