#!/usr/bin/env python3
"""Adds training.json and training.safetensors to checkpoints of Tests/Fixtures/families and to Tests/Fixtures/t5-*.

For one ragged batch: the loss, the gradient of every tensor of the checkpoint file, and the losses of ten steps of AdamW
(learning rate 1e-3, weight decay 0.01 on everything, no clipping), all in float32 without dropout, by transformers and
torch. Needs torch, transformers, safetensors:

    python Tools/fixture_training.py Tests/Fixtures/families/gpt2-bare ...
"""
import json
import pathlib
import sys

import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_file


def batch_of(config, head, generator, positions):
    def ids(count):
        return torch.randint(3, config.vocab_size, (count,), generator=generator).tolist()

    # transformers lets padding take part in the softmax over an answer's places: so that there is none, equal lengths.
    lengths = [min(positions, n) for n in ((9, 9, 9) if head == "span" else (9, 5, 12))]
    inputs = [ids(n) for n in lengths]
    labels = []
    for row, n in zip(inputs, lengths):
        if head in ("causal", "masked", "token"):
            classes = config.num_labels if head == "token" else config.vocab_size
            row_labels = list(row) if head == "causal" else torch.randint(0, classes, (n,), generator=generator).tolist()
            for i in range(n):
                if (i + n) % 3 == 0:
                    row_labels[i] = -100
            labels.append(row_labels)
        elif head == "seq2seq":
            target = ids(n - 2)
            target[-1] = -100 if n == 9 else target[-1]
            labels.append(target)
        elif head == "class":
            if config.is_encoder_decoder:
                row[-1] = config.eos_token_id
            labels.append(int(torch.randint(0, config.num_labels, (1,), generator=generator)))
        else:
            start = n // 3
            labels.append([start, min(n - 1, start + 2)])
    return inputs, labels


def padded(rows, value):
    width = max(map(len, rows))
    return torch.tensor([r + [value] * (width - len(r)) for r in rows])


def arguments(model, head, inputs, labels):
    pad = model.config.pad_token_id
    pad = 0 if pad is None else pad
    mask = padded([[1] * len(r) for r in inputs], 0)
    result = {"input_ids": padded(inputs, pad), "attention_mask": mask}
    if head in ("causal", "masked", "token", "seq2seq"):
        result["labels"] = padded(labels, -100)
    elif head == "class":
        result["labels"] = torch.tensor(labels)
    else:
        result["start_positions"] = torch.tensor([a for a, _ in labels])
        result["end_positions"] = torch.tensor([b for _, b in labels])
    return result


HEADS = {"CausalLM": "causal", "MaskedLM": "masked", "TokenClassification": "token", "Seq2SeqLM": "seq2seq",
         "ConditionalGeneration": "seq2seq", "LMHeadModel": "causal", "SequenceClassification": "class",
         "QuestionAnswering": "span"}


def make(directory):
    note = directory / "golden.json"
    auto = json.loads(note.read_text()).get("auto_class", "AutoModelForSeq2SeqLM") if note.exists() else "AutoModelForSeq2SeqLM"
    head = next(v for k, v in HEADS.items() if auto.endswith(k))
    model = getattr(transformers, auto).from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()
    config = model.config
    if head == "class":
        config.problem_type = "single_label_classification"
    if config.pad_token_id is None:
        config.pad_token_id = 0
    generator = torch.Generator().manual_seed(11)
    positions = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None) or 64
    inputs, labels = batch_of(config, head, generator, positions - 4)
    call = arguments(model, head, inputs, labels)
    # Sequences are right-padded; classifiers of causal models look at the last token that is not padding.
    loss = model(**call).loss
    loss.backward()
    parameters = dict(model.named_parameters(remove_duplicate=False))
    prefix = model.base_model_prefix + "."
    gradients = {}
    names = []
    for file in sorted(directory.glob("model*.safetensors")):
        with safe_open(file, "pt") as f:
            names += list(f.keys())
    for name in names:
        modern = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
        for candidate in (modern, prefix + modern, modern.removeprefix(prefix)):
            if candidate in parameters and parameters[candidate].grad is not None:
                gradients[name] = parameters[candidate].grad.clone().contiguous()
                break
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = model(**call).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    save_file(gradients, directory / "training.safetensors")
    (directory / "training.json").write_text(json.dumps(
        {"made_by": f"Tools/fixture_training.py, torch {torch.__version__}, transformers {transformers.__version__}",
         "head": head, "input_ids": inputs, "labels": labels, "pad_token_id": config.pad_token_id,
         "learning_rate": 1e-3, "weight_decay": 0.01, "losses": losses}) + "\n")
    print(f"{directory.name}: {head}, {len(gradients)} of {len(names)} tensors, loss {losses[0]:.5f} → {losses[-1]:.5f}")


for argument in sys.argv[1:]:
    make(pathlib.Path(argument))
