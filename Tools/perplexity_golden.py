"""`Tests/Fixtures/perplexity/golden.json`: log-probabilities of texts in windows, and of answers to prompts, by transformers.

Decoder-only: for each model, and each length and stride of a window, the sum of the scored tokens' log-probabilities of
every window. The first window scores all tokens but the first; each one after it the next `stride`, with as much before
them as fits. Characters of the text are ids: the first is id 1. Encoder–decoder: of each prompt and answer the sum over the
answer's tokens and the end token.
"""

import json
import pathlib
import random

import torch
import transformers

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures"
CAUSAL = ["gpt2-bare", "llama-untied", "llama-grouped-tied-llama3", "bloom-prefix"]
# Some take two bytes or three, so that bytes and tokens are not the same.
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456é€"
TOKENS = 90
WINDOWS = [(2, 1), (3, 1), (3, 2), (8, 1), (8, 4), (8, 7), (17, 5), (48, 24), (48, 47), (48, 1)]
PAIRS = [
    ("Question: Who came first?", "Anna came first."),
    ("Summarize: It rained all day, and nobody went out.", "It rained."),
    ("x", "y"),
    ("Say nothing.", ""),
    ("Ünïcödé, 12,345 — and more", "“Quoted” text; é"),
]


def windows(count, length, stride):
    """(first token, first scored token, end) of each window."""
    done = 1
    while done < count:
        end = min(done + (length - 1 if done == 1 else stride), count)
        yield max(0, end - length), done, end
        done = end


@torch.inference_mode()
def log_probabilities(logits, labels):
    rows = torch.log_softmax(logits.double(), dim=-1)
    return rows.gather(1, torch.tensor(labels)[:, None])[:, 0]


@torch.inference_mode()
def causal(name):
    model = transformers.AutoModelForCausalLM.from_pretrained(FIXTURES / "families" / name, dtype=torch.float32).eval()
    generator = random.Random(11)
    ids = [generator.randrange(1, len(CHARACTERS) + 1) for _ in range(TOKENS)]
    cases = []
    for length, stride in WINDOWS:
        sums = []
        for start, scored, end in windows(TOKENS, length, stride):
            logits = model(torch.tensor([ids[start:end]])).logits[0]
            own = log_probabilities(logits[scored - start - 1 : end - start - 1], ids[scored:end])
            sums.append(own.sum().item())
        cases.append({"length": length, "stride": stride, "log_probabilities": sums})
    return {"model": name, "text": "".join(CHARACTERS[token - 1] for token in ids), "cases": cases}


@torch.inference_mode()
def answers(name):
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(FIXTURES / name, dtype=torch.float32).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(FIXTURES / name)
    cases = []
    for prompt, answer in PAIRS:
        source, labels = tokenizer(prompt).input_ids, tokenizer(answer).input_ids
        inputs = [model.config.decoder_start_token_id] + labels[:-1]
        logits = model(input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([inputs])).logits[0]
        total = log_probabilities(logits, labels).sum().item()
        cases.append({"prompt": prompt, "answer": answer, "tokens": len(labels), "log_probability": total})
    return {"model": name, "cases": cases}


def main():
    golden = {
        "made_by": f"Tools/perplexity_golden.py; transformers {transformers.__version__}, torch {torch.__version__}",
        "characters": CHARACTERS,
        "causal": [causal(name) for name in CAUSAL],
        "answers": answers("t5-tiny"),
    }
    directory = FIXTURES / "perplexity"
    directory.mkdir(exist_ok=True)
    text = json.dumps(golden, ensure_ascii=False, indent=1)
    (directory / "golden.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
