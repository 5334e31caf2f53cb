"""What `real_data_runs.py` asks of a trained model: its figures on the development data, and whether transformers, given
the exported files, says the same as `fledge`.

Needs torch and transformers; rouge_score for summaries, seqeval for entities.
"""
import json
import subprocess


def fledge(args, *command):
    """The JSON that a command of fledge prints."""
    line = [args.fledge, *map(str, command), "--json"]
    if args.threads:
        line += ["--threads", str(args.threads)]
    return json.loads(subprocess.run(line, cwd=args.work, check=True, capture_output=True, text=True).stdout)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def torch_threads(args):
    import torch
    torch.set_num_threads(args.threads or 1)
    return torch


def sentiment(args):
    """Accuracy on SST-2's development part; labels of `fledge classify` beside transformers'."""
    rows = lines(args.work / "sst2/dev.jsonl")
    results = fledge(args, "classify", "--model", args.model or "sst2/model", "--file", "sst2/dev.jsonl", "--top-k", 0)
    ours = [{each["label"]: each["score"] for each in result["labels"]} for result in results["results"]]
    best = [max(scores, key=scores.get) for scores in ours]
    torch = torch_threads(args)
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    folder = args.work / (args.model or "sst2/model")
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    theirs = []
    with torch.no_grad():
        for row in rows:
            inputs = tokenizer(row["text"], return_tensors="pt", padding=False)
            scores = model(**inputs).logits.softmax(-1)[0].tolist()
            theirs.append({model.config.id2label[index]: score for index, score in enumerate(scores)})
    return {
        "examples": len(rows),
        "accuracy": sum(label == row["label"] for label, row in zip(best, rows)) / len(rows),
        "same_label_as_transformers": sum(
            label == max(scores, key=scores.get) for label, scores in zip(best, theirs)),
        "largest_difference_of_probability": max(
            abs(mine[label] - other[label]) for mine, other in zip(ours, theirs) for label in mine),
    }


def tagged_sentences(path):
    """Words and tags of a CoNLL file."""
    sentences, words, tags = [], [], []
    for line in path.read_text().split("\n") + [""]:
        if line.strip():
            word, tag = line.rstrip("\r").split("\t")[:2]
            words.append(word)
            tags.append(tag)
        elif words:
            sentences.append((words, tags))
            words, tags = [], []
    return sentences


def entities(args):
    """Entity F1 on WNUT-17's development part (seqeval; a word has its first token's tag); the tags of all words beside
    transformers'."""
    from seqeval.metrics import f1_score, precision_score, recall_score
    sentences = tagged_sentences(args.work / "wnut17/dev.conll")
    (args.work / "wnut17/dev-sentences.txt").write_text("".join(" ".join(words) + "\n" for words, _ in sentences))
    results = fledge(
        args, "ner", "--model", args.model or "wnut17/model", "--file", "wnut17/dev-sentences.txt", "--aggregation",
        "none")["results"]
    ours = []
    for (words, _), result in zip(sentences, results, strict=True):
        by_start = {each["start"]: each["entity"] for each in result["entities"]}
        start, tags = 0, []
        for word in words:
            tags.append(by_start.get(start, "O"))
            start += len(word) + 1
        ours.append(tags)
    torch = torch_threads(args)
    from transformers import AutoModelForTokenClassification, AutoTokenizer
    folder = args.work / (args.model or "wnut17/model")
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    theirs = []
    with torch.no_grad():
        for words, _ in sentences:
            inputs = tokenizer(words, is_split_into_words=True, return_tensors="pt", truncation=True, padding=False)
            labels = model(**inputs).logits[0].argmax(-1).tolist()
            tags = ["O"] * len(words)
            seen = set()
            for word, label in zip(inputs.word_ids(), labels):
                if word is not None and word not in seen:
                    seen.add(word)
                    tags[word] = model.config.id2label[label]
            theirs.append(tags)
    gold = [tags for _, tags in sentences]
    words = sum(map(len, gold))
    return {
        "sentences": len(gold), "words": words,
        "precision": precision_score(gold, ours), "recall": recall_score(gold, ours), "f1": f1_score(gold, ours),
        "same_sentences_as_transformers": sum(mine == other for mine, other in zip(ours, theirs)),
        "same_words_as_transformers": sum(
            a == b for mine, other in zip(ours, theirs) for a, b in zip(mine, other)),
    }


def generated(args, model, prompts, new_tokens, *more):
    """Greedy continuations, some prompts at a time."""
    completions = []
    for at in range(0, len(prompts), 25):
        command = ["generate", "--model", model, "--max-new-tokens", new_tokens, "--no-do-sample", *more]
        for prompt in prompts[at:at + 25]:
            command.append("--prompt=" + prompt)
        completions += fledge(args, *command)["completions"]
    return completions


def same_generations(args, folder, prompts, completions, new_tokens, kind):
    """How many greedy generations transformers makes token for token."""
    torch = torch_threads(args)
    import transformers
    model = getattr(transformers, kind).from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    same = 0
    for prompt, completion in zip(prompts, completions):
        ids = tokenizer(prompt, return_tensors="pt").input_ids
        with torch.no_grad():
            out = model.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=new_tokens, do_sample=False)[0].tolist()
        out = out[1:] if model.config.is_encoder_decoder else out[ids.shape[1]:]
        same += out == completion["token_ids"]
    return same


def characters(args):
    """Twenty continuations of the validation part, and its loss as PyTorch computes it from the exported weights."""
    name = args.model or "tinyshakespeare/gpt2"
    rows = [row["text"] for row in lines(args.work / "tinyshakespeare/validation.jsonl")]
    result = {"windows": len(rows)}
    torch = torch_threads(args)
    import transformers
    folder = args.work / name
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = language_model(torch, folder)
    total, count = 0.0, 0
    with torch.no_grad():
        for row in rows:
            ids = torch.tensor([tokenizer(row).input_ids[:256]])
            logits = model(ids)[0, :-1]
            total += torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum").item()
            count += ids.shape[1] - 1
    result |= {"pytorch_validation_loss": total / count, "predicted_characters": count}
    if json.loads((folder / "config.json").read_text())["model_type"] == "gpt2":
        prompts = [row[:64] for row in rows[:200:10]]
        completions = generated(args, name, prompts, 128)
        result |= {
            "generations": len(prompts),
            "same_as_transformers": same_generations(
                args, folder, prompts, completions, 128, "AutoModelForCausalLM"),
        }
    return result


def language_model(torch, folder):
    """ids → logits, by transformers or, for an LSTM or a GRU, by PyTorch's own layers."""
    config = json.loads((folder / "config.json").read_text())
    if config["model_type"] not in ("lstm_lm", "gru_lm"):
        import transformers
        model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
        return lambda ids: model(ids).logits
    from safetensors.torch import load_file
    weights = load_file(folder / "model.safetensors")
    kind = torch.nn.LSTM if config["model_type"] == "lstm_lm" else torch.nn.GRU
    width = config["hidden_size"]
    rnn = kind(config.get("embedding_size", width), width, config.get("num_layers", 1), batch_first=True)
    rnn.load_state_dict({name.removeprefix("rnn."): each for name, each in weights.items() if name.startswith("rnn.")})
    embedding = weights["encoder.weight"]
    head = weights.get("decoder.weight", embedding)
    return lambda ids: rnn(embedding[ids])[0] @ head.T + weights["decoder.bias"]


def summaries(args):
    """ROUGE of greedy summaries of DialogSum's development part (F-measures with stemming, in percent), and twenty of them
    beside transformers'."""
    from rouge_score.rouge_scorer import RougeScorer
    rows = lines(args.work / "dialogsum/dev.jsonl")
    name = args.model or "dialogsum/summarizer"
    prompts = [row["dialogue"] for row in rows]
    completions = generated(args, name, prompts, 96, *args.generation)
    texts = [each["text"] for each in completions]
    (args.work / "dialogsum/summaries.jsonl").write_text("".join(
        json.dumps({"summary": text, "reference": row["summary"]}) + "\n" for text, row in zip(texts, rows)))
    result = {"dialogues": len(rows), "rouge": rouge(texts, rows), "rouge_of_baselines": {
        "lead_3": rouge(["\n".join(turns(row)[:3]) for row in rows], rows),
        "longest_3": rouge(["\n".join(sorted(turns(row), key=len)[-3:]) for row in rows], rows)}}
    result["tokens_of_a_summary"] = sum(len(each["token_ids"]) for each in completions) / len(rows)
    if not args.generation:
        result |= {"generations": 20, "same_as_transformers": same_generations(
            args, args.work / name, prompts[:20], completions[:20], 96, "AutoModelForSeq2SeqLM")}
    return result


def turns(row):
    return row["dialogue"].split("\n")


def rouge(texts, rows):
    from rouge_score.rouge_scorer import RougeScorer
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    scores = [scorer.score(row["summary"], text) for text, row in zip(texts, rows, strict=True)]
    return {kind: 100 * sum(score[kind].fmeasure for score in scores) / len(scores)
            for kind in ("rouge1", "rouge2", "rougeL")}
