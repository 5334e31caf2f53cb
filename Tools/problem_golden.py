"""Losses and gradients of labels that are no single class, and of smoothed labels:
Tests/FledgeTrainingTests/Fixtures/problems.json.

    python Tools/problem_golden.py

Models are those of Tests/Fixtures; transformers computes the losses by `problem_type`, its LabelSmoother the smoothed ones.
"""
import json
import pathlib

import torch
import transformers
from transformers.trainer_pt_utils import LabelSmoother

ROOT = pathlib.Path(__file__).resolve().parent.parent / "Tests"
SHOWN = 3


def padded(rows, value):
    width = max(map(len, rows))
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])


def case(name, folder, auto, labels_of, smoothing=0.0, problem=None):
    generator = torch.Generator().manual_seed(23)
    model = getattr(transformers, auto).from_pretrained(
        ROOT / "Fixtures" / folder, dtype=torch.float32, attn_implementation="eager").eval()
    if problem:
        model.config.problem_type = problem
    if model.config.pad_token_id is None:
        model.config.pad_token_id = 0
    inputs = [torch.randint(3, model.config.vocab_size, (n,), generator=generator).tolist() for n in (7, 4, 9)]
    labels = labels_of(model.config, inputs, generator)
    call = {"input_ids": padded(inputs, model.config.pad_token_id),
            "attention_mask": padded([[1] * len(row) for row in inputs], 0)}
    if isinstance(labels[0], list) and "Sequence" not in auto:
        call["labels"] = padded(labels, -100)
    else:
        call["labels"] = torch.tensor(labels)
    outputs = model(**call)
    loss = LabelSmoother(epsilon=smoothing)(outputs, call["labels"], shift_labels="Causal" in auto) if smoothing else outputs.loss
    loss.backward()
    gradients = {n: p.grad for n, p in model.named_parameters() if p.grad is not None and p.grad.abs().max() > 1e-4}
    names = sorted(gradients)
    names = names[:SHOWN] + names[-SHOWN:]
    return {"name": name, "model": folder, "auto": auto, "problem": problem, "smoothing": smoothing, "input_ids": inputs,
            "labels": labels, "loss": loss.item(),
            "gradients": {n: [round(x, 9) for x in gradients[n].flatten().tolist()] for n in names
                          if gradients[n].numel() <= 2000}}


def several(config, inputs, generator):
    return torch.randint(0, 2, (len(inputs), config.num_labels), generator=generator).float().tolist()


def numbers(config, inputs, generator):
    rows = torch.randn(len(inputs), config.num_labels, generator=generator)
    return rows.flatten().tolist() if config.num_labels == 1 else rows.tolist()


def classes(config, inputs, generator):
    return torch.randint(0, config.num_labels, (len(inputs),), generator=generator).tolist()


def tokens(config, inputs, generator, count=None):
    rows = [torch.randint(0, count or config.num_labels, (len(row),), generator=generator).tolist() for row in inputs]
    rows[0][2] = -100
    return rows


def main():
    families = "families/"
    cases = [
        case("several classes", families + "bert-sequence-multilabel", "AutoModelForSequenceClassification", several,
             problem="multi_label_classification"),
        case("a number", families + "bert-sequence-regression", "AutoModelForSequenceClassification", numbers,
             problem="regression"),
        case("several numbers", families + "bert-sequence-multilabel", "AutoModelForSequenceClassification", numbers,
             problem="regression"),
        case("smoothed classes", families + "bert-sequence-classification", "AutoModelForSequenceClassification",
             classes, smoothing=0.1, problem="single_label_classification"),
        case("smoothed token classes", families + "bert-token-classification", "AutoModelForTokenClassification",
             tokens, smoothing=0.2),
        case("smoothed next tokens", families + "gpt2-bare", "AutoModelForCausalLM",
             lambda config, inputs, generator: [list(row) for row in inputs], smoothing=0.1),
        case("smoothed targets", "t5-gated-gelu", "AutoModelForSeq2SeqLM",
             lambda config, inputs, generator: tokens(config, inputs, generator, config.vocab_size), smoothing=0.1),
    ]
    made_by = f"Tools/problem_golden.py, torch {torch.__version__}, transformers {transformers.__version__}"
    target = ROOT / "FledgeTrainingTests/Fixtures/problems.json"
    target.write_text(json.dumps({"made_by": made_by, "cases": cases}) + "\n")
    for c in cases:
        print(c["name"], c["loss"], list(c["gradients"]))
    print(target.stat().st_size, "bytes")


main()
