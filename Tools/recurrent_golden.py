#!/usr/bin/env python3
"""Makes Tests/Fixtures/families/{lstm,gru}-*: tiny recurrent language models with random weights, and what torch computes.

Logits and every layer's states of single sequences and of a ragged batch, greedy continuations, and, as
fixture_training.py has them, the loss of a ragged batch, the gradient of every tensor and the losses of ten steps of AdamW.
Sequences are computed one by one, without padding. Needs torch and safetensors:

    python Tools/recurrent_golden.py
"""
import json
import pathlib

import torch
from safetensors.torch import save_file

FAMILIES = pathlib.Path(__file__).parent.parent / "Tests/Fixtures/families"
VOCABULARY, END = 64, 63
CONFIGS = {
    "lstm-untied": dict(model_type="lstm_lm", embedding_size=12, hidden_size=20, num_layers=2, tie_word_embeddings=False),
    "lstm-tied": dict(model_type="lstm_lm", hidden_size=33, num_layers=3, tie_word_embeddings=True),
    "gru-untied": dict(model_type="gru_lm", embedding_size=24, hidden_size=19, num_layers=1, tie_word_embeddings=False),
    "gru-tied": dict(model_type="gru_lm", hidden_size=40, num_layers=2, tie_word_embeddings=True),
}


class Model(torch.nn.Module):
    """The parts and names of PyTorch's example of a word language model."""

    def __init__(self, config):
        super().__init__()
        width, inputs = config["hidden_size"], config.get("embedding_size", config["hidden_size"])
        self.kind = torch.nn.LSTM if config["model_type"] == "lstm_lm" else torch.nn.GRU
        self.encoder = torch.nn.Embedding(VOCABULARY, inputs)
        self.rnn = self.kind(inputs, width, config["num_layers"], batch_first=True)
        self.decoder = torch.nn.Linear(width, VOCABULARY)
        if config["tie_word_embeddings"]:
            self.decoder.weight = self.encoder.weight

    def forward(self, ids):
        return self.decoder(self.rnn(self.encoder(torch.tensor([ids])))[0])[0]

    def states(self, ids):
        """The embeddings and every layer's states."""
        rows = [self.encoder(torch.tensor([ids]))]
        weights = self.rnn.state_dict()
        for layer in range(self.rnn.num_layers):
            one = self.kind(rows[-1].shape[-1], self.rnn.hidden_size, batch_first=True)
            one.load_state_dict({n.replace(f"_l{layer}", "_l0"): w for n, w in weights.items() if n.endswith(f"_l{layer}")})
            rows.append(one(rows[-1])[0])
        return rows


def ids_of(count, generator):
    return torch.randint(0, 60, (count,), generator=generator).tolist()


def padded(rows, width):
    return torch.stack([torch.cat([r, torch.zeros(width - len(r), *r.shape[1:], dtype=r.dtype)]) for r in rows])


def forward_cases(model, generator):
    tensors, notes = {}, []
    for name, lengths in {"length-1": [1], "length-17": [17], "length-40": [40], "padded-batch": [5, 17, 1, 9]}.items():
        rows = [ids_of(n, generator) for n in lengths]
        width = max(lengths)
        tensors[f"{name}.input_ids"] = padded([torch.tensor(r) for r in rows], width)
        tensors[f"{name}.attention_mask"] = padded([torch.ones(len(r), dtype=torch.int64) for r in rows], width)
        tensors[f"{name}.logits"] = padded([model(r) for r in rows], width)
        for index, state in enumerate(zip(*[model.states(r) for r in rows])):
            tensors[f"{name}.hidden_states.{index}"] = padded([s[0] for s in state], width)
        notes.append({"name": name})
    return {k: v.detach().contiguous() for k, v in tensors.items()}, notes


def greedy(model, prompt, count):
    ids, new, margin = list(prompt), [], 1.0
    while len(new) < count and (not new or new[-1] != END):
        top = model(ids)[-1].detach().topk(2).values
        margin = min(margin, float((top[0] - top[1]) / top[0].abs()))
        new.append(int(model(ids)[-1].argmax()))
        ids.append(new[-1])
    return new, margin


def generation_cases(model, generator):
    cases = []
    for name, lengths in {"greedy": [17], "padded batch": [12, 1, 30, 7]}.items():
        prompts = [ids_of(n, generator) for n in lengths]
        results = [greedy(model, p, 20) for p in prompts]
        cases.append({"name": name, "arguments": {"max_new_tokens": 20}, "input_ids": prompts,
                      "token_ids": [r[0] for r in results], "smallest_margin": min(r[1] for r in results)})
    assert min(c["smallest_margin"] for c in cases) > 2e-4, "rounding could decide a token: take another seed"
    return cases


def loss_of(model, inputs, labels):
    logits = torch.cat([model(row)[:-1] for row in inputs])
    return torch.nn.functional.cross_entropy(logits, torch.tensor([l for row in labels for l in row[1:]]), ignore_index=-100)


def training_case(model, generator):
    inputs = [ids_of(n, generator) for n in (9, 5, 12, 1, 9)]
    labels = [[-100 if (i + len(row)) % 3 == 0 else token for i, token in enumerate(row)] for row in inputs]
    loss_of(model, inputs, labels).backward()
    gradients = {name: p.grad.clone().contiguous() for name, p in model.named_parameters()}
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = loss_of(model, inputs, labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return gradients, {"head": "causal", "input_ids": inputs, "labels": labels, "pad_token_id": 0, "learning_rate": 1e-3,
                       "weight_decay": 0.01, "losses": losses}


torch.set_num_threads(1)
for seed, (name, config) in enumerate(CONFIGS.items()):
    directory = FAMILIES / name
    directory.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(100 + seed)
    generator = torch.Generator().manual_seed(200 + seed)
    model = Model(config)
    with torch.no_grad():
        for parameter in model.rnn.parameters():
            parameter *= 3
    made_by = f"Tools/recurrent_golden.py, torch {torch.__version__}; float32 on a CPU, one thread"
    kind = "LSTM" if config["model_type"] == "lstm_lm" else "GRU"
    config = {"architectures": [kind + "ForCausalLM"], "vocab_size": VOCABULARY, "eos_token_id": END, **config}
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (directory / "generation_config.json").write_text(json.dumps({"eos_token_id": END}) + "\n")
    save_file({k: v.detach().clone() for k, v in model.named_parameters()}, directory / "model.safetensors")
    tensors, notes = forward_cases(model, generator)
    save_file(tensors, directory / "golden.safetensors")
    golden = {"made_by": made_by, "description": f"{kind}, called as in PyTorch's example of a word language model.",
              "auto_class": "AutoModelForCausalLM", "forward": notes, "generation": generation_cases(model, generator)}
    (directory / "golden.json").write_text(json.dumps(golden) + "\n")
    gradients, training = training_case(model, generator)
    save_file(gradients, directory / "training.safetensors")
    (directory / "training.json").write_text(json.dumps({"made_by": made_by, **training}) + "\n")
    print(f"{name}: loss {training['losses'][0]:.5f} → {training['losses'][-1]:.5f}, "
          f"margin {min(c['smallest_margin'] for c in golden['generation']):.4f}")
