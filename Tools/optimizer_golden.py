"""Tests/FledgeTrainingTests/Fixtures/{optimizers,schedules,decay}.json: ten steps of PyTorch's and transformers'
optimisers in several settings, every step of transformers' learning-rate schedules, and which parameters its Trainer
decays."""

import pathlib

import torch
import transformers
from transformers import Trainer
from transformers.optimization import Adafactor, get_scheduler

from fixture_notes import write_json

OUT = pathlib.Path(__file__).parent.parent / "Tests/FledgeTrainingTests/Fixtures"
NOTE = f"Tools/optimizer_golden.py with torch {torch.__version__} and transformers {transformers.__version__}, on a CPU"
SHAPES = {"matrix.weight": (5, 19), "norm.bias": (17,), "cube.weight": (2, 3, 4), "scale": ()}
STEPS, SAVED = 10, (1, 2, 10)

SETTINGS = {
    "adamw": [
        {},
        {"weight_decay": 0.1, "max_norm": 1.0},
        {"betas": [0.8, 0.95], "eps": 1e-3, "weight_decay": 0.3},
    ],
    "sgd": [
        {},
        {"weight_decay": 0.1},
        {"momentum": 0.9, "max_norm": 0.5},
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.05},
        {"momentum": 0.8, "dampening": 0.4},
    ],
    "adafactor": [
        {},
        {"warmup_init": True},
        {"scale_parameter": False, "relative_step": False},
        {"scale_parameter": True, "relative_step": False, "clip_threshold": 0.5, "weight_decay": 0.2},
        {"scale_parameter": False, "relative_step": False, "beta1": 0.9, "decay_rate": -0.6, "max_norm": 1.0},
        {"beta1": 0.7, "eps": [1e-20, 0.5], "weight_decay": 0.1},
    ],
}


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]


def optimizers():
    generator = torch.Generator().manual_seed(3)
    start = {name: torch.randn(shape, generator=generator) for name, shape in SHAPES.items()}
    gradients = [
        {name: torch.randn(shape, generator=generator) * 3.0 ** (step % 4 - 2) for name, shape in SHAPES.items()}
        for step in range(STEPS)
    ]
    gradients[4]["norm.bias"].zero_()
    cases = [run(kind, dict(settings), start, gradients) for kind, list_ in SETTINGS.items() for settings in list_]
    return {
        "made_by": NOTE,
        "shapes": {name: list(shape) for name, shape in SHAPES.items()},
        "start": {name: numbers(x) for name, x in start.items()},
        "gradients": [{name: numbers(x) for name, x in step.items()} for step in gradients],
        "cases": cases,
    }


def run(kind, settings, start, gradients):
    case = {"kind": kind, "settings": dict(settings), "learning_rates": [], "norms": [], "values": {}}
    max_norm = settings.pop("max_norm", None)
    parameters = {name: torch.nn.Parameter(x.clone()) for name, x in start.items()}
    own_rate = kind == "adafactor" and settings.get("relative_step", True)
    make = {"adamw": torch.optim.AdamW, "sgd": torch.optim.SGD, "adafactor": Adafactor}[kind]
    settings.setdefault("weight_decay", 0.0)
    optimizer = make(parameters.values(), lr=None if own_rate else 0.01, **settings)
    for step, of_step in enumerate(gradients):
        rate = 0.02 / (1 + step)
        case["learning_rates"].append(rate)
        for group in optimizer.param_groups:
            group["lr"] = None if own_rate else rate
        for name, parameter in parameters.items():
            parameter.grad = of_step[name].clone()
        if max_norm is not None:
            case["norms"].append(float(torch.nn.utils.clip_grad_norm_(parameters.values(), max_norm)))
        optimizer.step()
        if step + 1 in SAVED:
            case["values"][str(step + 1)] = {name: numbers(x) for name, x in parameters.items()}
    return case


SCHEDULES = [
    ("constant", {}),
    ("constant_with_warmup", {}),
    ("linear", {}),
    ("cosine", {}),
    ("cosine", {"num_cycles": 1.7}),
    ("cosine_with_restarts", {"num_cycles": 3}),
    ("polynomial", {}),
    ("polynomial", {"lr_end": 1e-4, "power": 2.5}),
    ("inverse_sqrt", {}),
    ("inverse_sqrt", {"timescale": 40}),
    ("cosine_with_min_lr", {"min_lr": 1e-4}),
    ("cosine_with_min_lr", {"min_lr_rate": 0.3, "num_cycles": 1.0}),
    ("cosine_warmup_with_min_lr", {"min_lr_rate": 0.1}),
    ("cosine_warmup_with_min_lr", {"min_lr": 1e-4, "warmup_lr_rate": 0.2}),
    ("warmup_stable_decay", {"num_decay_steps": 10}),
    ("warmup_stable_decay", {"num_decay_steps": 9, "num_stable_steps": 11, "min_lr_ratio": 0.1, "decay_type": "linear"}),
    (
        "warmup_stable_decay",
        {"num_decay_steps": 12, "decay_type": "1-sqrt", "warmup_type": "1-sqrt", "min_lr_ratio": 0.05},
    ),
    ("warmup_stable_decay", {"num_decay_steps": 20, "warmup_type": "cosine", "num_cycles": 1.25}),
]


def schedules():
    cases = []
    for name, kwargs in SCHEDULES:
        for warmup, total in [(0, 30), (7, 30), (1, 2), (30, 30)]:
            if name == "polynomial" and warmup == total:
                continue  # transformers divides by zero
            if name == "warmup_stable_decay" and warmup + kwargs["num_decay_steps"] > total:
                continue
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=3e-3)
            schedule = get_scheduler(name, optimizer, warmup, total, dict(kwargs))
            rates = []
            for _ in range(total + 4):
                rates.append(schedule.get_last_lr()[0])
                optimizer.step()
                schedule.step()
            cases.append({"type": name, "options": kwargs, "warmup": warmup, "total": total, "rates": rates})
    return {"made_by": NOTE, "learning_rate": 3e-3, "cases": cases}


def decay():
    config = {"vocab_size": 32, "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    models = {
        "bert": transformers.BertForMaskedLM(transformers.BertConfig(**config)),
        "roberta": transformers.RobertaForMaskedLM(transformers.RobertaConfig(**config)),
        "gpt2": transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=32, n_embd=8, n_layer=1, n_head=2)),
        "bloom": transformers.BloomForCausalLM(transformers.BloomConfig(vocab_size=32, hidden_size=8, n_layer=1, n_head=2)),
        "llama": transformers.LlamaForCausalLM(transformers.LlamaConfig(**config)),
        "bart": transformers.BartForConditionalGeneration(
            transformers.BartConfig(
                vocab_size=32, d_model=8, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
                decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16,
            )
        ),
        "t5": transformers.T5ForConditionalGeneration(
            transformers.T5Config(vocab_size=32, d_model=8, d_kv=4, d_ff=16, num_layers=1, num_heads=2)
        ),
    }
    families = {}
    for name, model in models.items():
        decayed = set(Trainer.get_decay_parameter_names(None, model))
        families[name] = [[key, len(p.shape), key in decayed] for key, p in model.named_parameters()]
    return {"made_by": NOTE, "families": families}


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(0)
    OUT.mkdir(parents=True, exist_ok=True)
    write_json(OUT / "optimizers.json", optimizers())
    write_json(OUT / "schedules.json", schedules())
    write_json(OUT / "decay.json", decay())
