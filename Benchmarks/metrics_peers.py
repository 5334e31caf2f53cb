"""Fledge's metrics against rouge_score, sacreBLEU, seqeval and scikit-learn, one process and one thread each, in turns.

    python Benchmarks/metrics_peers.py --dialogues dev.jsonl [--fledge PATH] [--count 1500] [--rounds 3]

needs rouge_score, sacrebleu, seqeval, scikit-learn and nltk. The predictions are the first three turns of each dialogue,
a turn a line (LEAD-3), and then other dialogues' summaries, until there are enough. Times are processor time, which other
programs on the machine disturb less: of a peer from texts to scores inside its process, after a run on a few examples to
warm up; of Fledge all of `fledge evaluate --json`, its start and the reading of the file included. `intervals` adds 1,000
resamples on both sides. The rounds alternate; medians and their ratio are printed, and the largest difference of any
score (for ROUGE of any example).
"""

import argparse
import json
import os
import pathlib
import random
import resource
import statistics
import subprocess
import tempfile
import time

for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]:
    os.environ[variable] = "1"

from rouge_score import rouge_scorer, scoring  # noqa: E402  (the variables above are read when numpy is loaded)
from sacrebleu.metrics import BLEU, CHRF  # noqa: E402
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a  # noqa: E402
from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp  # noqa: E402
from seqeval.metrics import classification_report as entity_report  # noqa: E402
from sklearn.metrics import classification_report, matthews_corrcoef  # noqa: E402

KINDS = ["rouge1", "rouge2", "rougeL", "rougeLsum"]


def texts(path, count):
    """Predictions and references of summaries."""
    generator = random.Random(1)
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    summaries = [record["summary"] for record in records]
    rows = [{"prediction": "\n".join(record["dialogue"].replace("\r", "").split("\n")[:3]), "reference": record["summary"]}
            for record in records]
    while len(rows) < count:
        rows += [{"prediction": generator.choice(summaries), "reference": summary} for summary in summaries]
    return rows[:count]


def sentences(count):
    """Tags of sentences."""
    generator = random.Random(2)
    tags = ["O"] * 6 + [letter + kind for letter in ["B-", "I-"] for kind in ["PER", "LOC", "ORG"]]
    rows = []
    for _ in range(count):
        true = [generator.choice(tags) for _ in range(generator.randint(5, 30))]
        rows.append({"prediction": [tag if generator.random() < 0.8 else generator.choice(tags) for tag in true],
                     "reference": true})
    return rows


def labels(count):
    """Classes of texts."""
    generator = random.Random(3)
    names = ["positive", "negative", "neutral"]
    rows = [{"reference": generator.choice(names)} for _ in range(count)]
    for row in rows:
        row["prediction"] = row["reference"] if generator.random() < 0.7 else generator.choice(names)
    return rows


def columns(rows):
    return [row["prediction"] for row in rows], [row["reference"] for row in rows]


def rouge(rows, intervals=False):
    scorer = rouge_scorer.RougeScorer(KINDS, use_stemmer=True)
    scores = [scorer.score(row["reference"], row["prediction"]) for row in rows]
    if intervals:
        aggregator = scoring.BootstrapAggregator()
        for score in scores:
            aggregator.add_scores(score)
        aggregator.aggregate()
    return [[score[kind].fmeasure for score in scores] for kind in KINDS]


def translation(metric, resamples):
    def score(rows):
        for tokenizer in [Tokenizer13a, TokenizerRegexp]:
            tokenizer.__call__.cache_clear()  # what earlier rounds tokenized
        predictions, references = columns(rows)
        return [[metric.corpus_score(predictions, [references], n_bootstrap=resamples).score]]
    return score


def seqeval(rows):
    predictions, references = columns(rows)
    return [[entity_report(references, predictions, output_dict=True)["micro avg"]["f1-score"]]]


def sklearn(rows):
    predictions, references = columns(rows)
    report = classification_report(references, predictions, output_dict=True)
    return [[report["macro avg"]["f1-score"]], [matthews_corrcoef(references, predictions)]]


def fledge(command, path, arguments, wanted):
    """Seconds, and what is compared: scores of examples, or single scores by name."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(
        [command, "evaluate", "--predictions", str(path), "--json"] + arguments, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    report = json.loads(output.stdout)
    if not wanted:
        return seconds, [entry["values"] for entry in report["metrics"][0]["example_scores"]]
    scores = {score["name"]: score["score"] for metric in report["metrics"] for score in metric["scores"]}
    return seconds, [[scores[name]] for name in wanted]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dialogues", type=pathlib.Path, required=True)
    parser.add_argument("--fledge", default=".build/release/fledge")
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    summaries = texts(options.dialogues, options.count)
    plain = ["--resamples", "0"]
    contests = [
        ("ROUGE-1/2/L/Lsum", summaries, rouge, ["--metric", "rouge", "--per-example"] + plain, []),
        ("ROUGE, intervals", summaries, lambda rows: rouge(rows, True), ["--metric", "rouge", "--per-example"], []),
        ("BLEU", summaries, translation(BLEU(), 1), ["--metric", "bleu"] + plain, ["bleu"]),
        ("BLEU, intervals", summaries, translation(BLEU(), 1000), ["--metric", "bleu"], ["bleu"]),
        ("chrF", summaries, translation(CHRF(), 1), ["--metric", "chrf"] + plain, ["chrf"]),
        ("chrF++", summaries, translation(CHRF(word_order=2), 1), ["--metric", "chrf", "--chrf-word-order", "2"] + plain,
         ["chrf"]),
        ("seqeval", sentences(5000), seqeval, ["--metric", "seqeval"] + plain, ["f1_micro"]),
        ("F1 and Matthews", labels(50_000), sklearn, ["--metric", "f1", "--metric", "matthews"] + plain,
         ["f1_macro", "matthews_correlation"]),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, rows, peer, arguments, wanted in contests:
            path = pathlib.Path(folder) / "rows.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            peer(rows[:20])
            theirs, ours = [], []
            for _ in range(options.rounds):
                start = time.process_time()
                expected = peer(rows)
                theirs.append(time.process_time() - start)
                seconds, scores = fledge(options.fledge, path, arguments, wanted)
                ours.append(seconds)
            worst = max(abs(left - right) for a, b in zip(expected, scores) for left, right in zip(a, b))
            there, here = statistics.median(theirs), statistics.median(ours)
            print(f"{name:18} {len(rows):6} examples  peer {there:8.4f} s  fledge {here:8.4f} s  ratio {there / here:7.1f}"
                  f"  largest difference {worst:.1e}", flush=True)


if __name__ == "__main__":
    main()
