"""Makes Tests/FledgeEvaluationTests/Fixtures: what the references of the field make of generated texts, labels and tags.

    python Tools/metrics_golden.py [--count 3000] [--output DIR]

needs rouge_score, sacrebleu, seqeval, scikit-learn and nltk. Seeded: a second run writes the same bytes.
"""

import argparse
import collections
import gzip
import importlib.metadata
import json
import logging
import pathlib
import random
import re
import string
import warnings

import numpy as np
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF
from seqeval import metrics as seqeval_metrics
from seqeval import scheme as schemes
from seqeval.metrics.sequence_labeling import classification_report
from sklearn import metrics as sklearn_metrics

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

WORDS = """the a an cat cats sat on mat running runs ran relational conditional agreed plastered motoring hopping falling
filing happy enjoy spy spied tied died flies dies skies news innings proceed exceed 3.14 1,000 2-3 U.S. e.g. don't it's
well-known (hi) [see] "quoted" &quot;x&quot; &amp;lt; AT&amp;T a<b <skipped> end. stop, what? no! ok; x: / \\ | ~ ^ ` _under_
% $5 €5 £3.50 €1.000,5 «mot» ¿qué? … — – ‘x’ “y” İstanbul DİYARBAKIR ıslak ILIK K 300K Kelvin straße STRASSE ΟΔΟΣ ΣΑΣ Σ
ὈΔΥΣΣΕΎΣ é é naïve ﬁne ² ½ Ⅷ ٣٤ 東京 日本語 中文。 、 한국어 😀 👩‍👩‍👧 ❤️ 🇩🇪 x\u00adsoft zero\u200bwidth
national sensibiliti formaliti vietnamization electrical goodness adjustment homologous communism angulariti
controlling rolled archaeology geologi hopefulli generalizations oscillators the The AN A an. a, the_ _a 𝔸 Ǆ ǅ""".split()
SPACES = [" "] * 30 + ["  ", "\t", "\u00a0", "\u2003", "\u3000", "\u2028", "\x1c", "\x85", "\n", "\n", " .\n", "-\n", " . ", ""]
HOSTILE = ["", " ", "\n", "\n\n", ".", "...", "!?", "a", "the", "I", "é", "e\u0301", "K", "İ", "😀", "\u00a0", "東", "-\n",
           "&amp;quot;", "<skipped>", "1.", ".1", "1.1", "--", "5-", "a a a a", "the the", "\u0301", "_", "x\ny\nz", "Σ",
           "0", "a.b,c", ",", "..", "1..2", "a..b"]


def text(generator, longest):
    """Some words, or one of the hostile texts."""
    if generator.random() < 0.12:
        return generator.choice(HOSTILE)
    parts = []
    for _ in range(generator.randint(1, longest)):
        parts += [generator.choice(WORDS), generator.choice(SPACES)]
    return "".join(parts) if generator.random() < 0.3 else "".join(parts[:-1])


def changed(generator, original):
    """The text with words left out, exchanged and moved."""
    words = original.split(" ")
    for _ in range(generator.randint(0, 1 + len(words) // 3)):
        place = generator.randrange(len(words))
        action = generator.random()
        if action < 0.3 and len(words) > 1:
            del words[place]
        elif action < 0.7:
            words[place] = generator.choice(WORDS)
        else:
            other = generator.randrange(len(words))
            words[place], words[other] = words[other], words[place]
    return " ".join(words)


def pair(generator):
    """A prediction and one to three references."""
    prediction = text(generator, 90 if generator.random() < 0.08 else 14)
    count = generator.choice([1, 1, 1, 2, 3])
    references = [
        changed(generator, prediction) if generator.random() < 0.8 else text(generator, 12) for _ in range(count)]
    return prediction, references


# SQuAD's scripts are not packages; this is what evaluate-v1.1.py and evaluate-v2.0.py compute, written from their rules.

def normalized(answer):
    answer = "".join(character for character in answer.lower() if character not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", answer).split())


def overlap(prediction, truth, version):
    left, right = normalized(prediction).split(), normalized(truth).split()
    if version == 2 and (not left or not right):
        return float(left == right)
    same = sum((collections.Counter(left) & collections.Counter(right)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(left), same / len(right)
    return 2 * precision * recall / (precision + recall)


def squad(prediction, references, version):
    if version == 2:
        references = [reference for reference in references if normalized(reference)] or [""]
    return [
        max(float(normalized(prediction) == normalized(reference)) for reference in references),
        max(overlap(prediction, reference, version) for reference in references)]


BLEUS = {
    "13a": {}, "intl-floor-lc": {"tokenize": "intl", "smooth_method": "floor", "lowercase": True},
    "char-add": {"tokenize": "char", "smooth_method": "add-k"},
    "none-none": {"tokenize": "none", "smooth_method": "none"},
    "13a-floor-2": {"smooth_method": "floor", "smooth_value": 0.25, "max_ngram_order": 2},
}
CHRFS = {
    "chrf": {}, "chrf++-lc": {"word_order": 2, "lowercase": True},
    "eps": {"beta": 3, "whitespace": True, "eps_smoothing": True, "char_order": 4, "word_order": 1},
}


def rounded(values):
    """Twelve digits: enough for 1e-9, and half as long."""
    return [float(f"{value:.12g}") for value in values]


def text_rows(count):
    generator = random.Random(20240501)
    kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    stemmed = rouge_scorer.RougeScorer(kinds, use_stemmer=True)
    plain = rouge_scorer.RougeScorer(kinds + ["rouge3"], use_stemmer=False)
    bleus = [BLEU(effective_order=True, **options) for options in BLEUS.values()]
    chrfs = [CHRF(**options) for options in CHRFS.values()]
    for _ in range(count):
        prediction, references = pair(generator)
        best = stemmed.score_multi(references, prediction)
        unstemmed = plain.score_multi(references, prediction)
        yield {
            "prediction": prediction, "references": references,
            "rouge": rounded(number for kind in kinds for number in best[kind]),
            "plain": rounded(unstemmed[kind].fmeasure for kind in kinds + ["rouge3"]),
            "bleu": rounded(metric.sentence_score(prediction, references).score for metric in bleus),
            "chrf": rounded(metric.sentence_score(prediction, references).score for metric in chrfs),
            "squad1": rounded(squad(prediction, references, 1)), "squad2": rounded(squad(prediction, references, 2)),
        }


def streams(rows):
    """References as sacreBLEU wants them: the first ones, the second ones, … with None where there is none."""
    most = max(len(row["references"]) for row in rows)
    return [[row["references"][n] if n < len(row["references"]) else None for row in rows] for n in range(most)]


def corpora(rows):
    """Scores of whole corpora: all examples, those with one reference, and some short ones."""
    single = [index for index, row in enumerate(rows) if len(row["references"]) == 1]
    for name, chosen in [("all", list(range(len(rows)))), ("single", single), ("few", single[:3])]:
        part = [rows[index] for index in chosen]
        predictions = [row["prediction"] for row in part]
        result = {"name": name, "rows": chosen if name == "few" else [], "bleu": [], "chrf": []}
        for key, options in BLEUS.items():
            for effective in [False, True]:
                metric = BLEU(effective_order=effective, **options)
                score = metric.corpus_score(predictions, streams(part))
                result["bleu"].append({
                    "options": key, "effective": effective, "score": score.score, "precisions": list(score.precisions),
                    "bp": score.bp, "ratio": score.ratio, "signature": str(metric.get_signature())})
        for key, options in CHRFS.items():
            metric = CHRF(**options)
            score = metric.corpus_score(predictions, streams(part))
            result["chrf"].append({"options": key, "score": score.score, "signature": str(metric.get_signature())})
        yield result


def stems():
    generator = random.Random(7)
    stemmer = PorterStemmer()
    beginnings = """rel cond valenc hesit digit conform radic differ vil analog vietnam predic oper feud decis hope call
    formal sensit bil geo archaeo sky d fl sp tr happ enjo gyroscop adjust homolog commun effect control rol fall hiss
    fizz fil fail siz troubl tann y yy syz toy bb e a x9 42 cann inn out how proc succ ll ss abl eed ied ing""".split()
    endings = """ational tional enci anci izer bli abli alli entli eli ousli ization ation ator alism iveness fulness ousness
    aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent
    ion sion tion ou ism ate iti ous ive ize s es ies sses ss ed ing eed ied y ly e le ll bl at iz""".split()
    words = {generator.choice(beginnings) + "".join(generator.choice(endings) for _ in range(generator.choice([1, 1, 2])))
             for _ in range(6000)}
    words |= {"sky", "skies", "dying", "lying", "tying", "news", "innings", "howe", "proceed", "exceed", "succeed", "eeee"}
    words |= {"".join(generator.choice("aeiousty1") for _ in range(generator.randint(4, 7))) for _ in range(400)}
    words = sorted(word for word in words if len(word) > 3)
    return {"words": words, "stems": [stemmer.stem(word) for word in words]}


def label_rows():
    generator = random.Random(11)
    names = ["b", "a", "é", "e\u0301", "Z", "10", "9", "日", "😀", "", "positive", "negative"]
    for case in range(150):
        labels = generator.sample(names, generator.randint(1, 6))
        count = generator.choice([1, 2, 3, 10, 40])
        true = [generator.choice(labels[:generator.randint(1, len(labels))]) for _ in range(count)]
        predicted = [label if generator.random() < 0.5 else generator.choice(labels) for label in true]
        zero = case % 2
        present = sorted(set(true) | set(predicted))
        numbers = {"macro": None, "weighted": None, "micro": None}
        for average in numbers:
            values = sklearn_metrics.precision_recall_fscore_support(
                true, predicted, average=average, zero_division=zero)
            numbers[average] = list(values[:3])
        each = sklearn_metrics.precision_recall_fscore_support(
            true, predicted, labels=present, average=None, zero_division=zero)
        yield {
            "references": true, "predictions": predicted, "zero": zero, **numbers, "labels": present,
            "each": [list(map(float, column)) for column in zip(*each)],
            "accuracy": sklearn_metrics.accuracy_score(true, predicted),
            "matthews": sklearn_metrics.matthews_corrcoef(true, predicted),
            "confusion": sklearn_metrics.confusion_matrix(true, predicted, labels=present).tolist(),
        }


def entity_rows():
    generator = random.Random(13)
    types = ["PER", "LOC", "ORG-X", "", "é"]
    letters = {"IOB1": "IOB", "IOB2": "IOB", "IOE1": "IOE", "IOE2": "IOE", "IOBES": "IOBES", "BILOU": "BILOU"}
    for case in range(600):
        scheme = list(letters)[case % 6]
        strict = case % 4 > 1
        kinds = generator.sample(types, generator.randint(1, 3))

        def tag():
            letter = generator.choice(letters[scheme] if strict else "BIOES")
            if letter == "O" or generator.random() < 0.05:
                return letter
            return letter + "-" + generator.choice(kinds)

        true = [[tag() for _ in range(generator.randint(1, 9))] for _ in range(generator.randint(1, 4))]
        predicted = [[old if generator.random() < 0.7 else tag() for old in sentence] for sentence in true]
        zero = case % 3 // 2
        options = {"zero_division": zero}
        if strict:
            options |= {"mode": "strict", "scheme": getattr(schemes, scheme)}
        try:
            report = classification_report(true, predicted, output_dict=True, **options)
        except (ValueError, ZeroDivisionError):
            continue
        if "nan" in str(report):
            continue  # no entity at all
        yield {
            "references": true, "predictions": predicted, "scheme": scheme if strict else None, "zero": zero,
            "accuracy": seqeval_metrics.accuracy_score(true, predicted),
            "scores": [[name] + [float(value) for value in row.values()] for name, row in report.items()],
        }


def write(path, rows):
    with open(path, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as compressed:
        for row in rows:
            compressed.write((json.dumps(row, default=float) + "\n").encode())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=3000, help="how many pairs of texts")
    parser.add_argument("--output", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent.parent / "Tests/FledgeEvaluationTests/Fixtures")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    packages = ["rouge_score", "sacrebleu", "seqeval", "scikit-learn", "nltk", "numpy"]
    made_by = {"made_by": "Tools/metrics_golden.py",
               "versions": {name: importlib.metadata.version(name) for name in packages}}
    rows = list(text_rows(options.count))
    write(options.output / "texts.jsonl.gz", rows)
    write(options.output / "corpora.jsonl.gz", [made_by] + list(corpora(rows)))
    write(options.output / "stems.jsonl.gz", [stems()])
    write(options.output / "labels.jsonl.gz", label_rows())
    write(options.output / "entities.jsonl.gz", entity_rows())


if __name__ == "__main__":
    main()
