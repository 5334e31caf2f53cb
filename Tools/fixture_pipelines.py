"""Whole models with tokenizers, to try commands on, and what transformers' pipelines make of a few sentences."""

import torch
import transformers

import fixture_family
import fixture_question_answering
import fixture_text_tokenizers
from fixture_encoders import BERT, BIO, ROBERTA, labels
from fixture_notes import made_by, write_json
from fixture_text import lines

SENTENCES = [
    "Anna thanked Ben for his help.",
    "The ferry leaves the harbour at half past seven.",
    "Carla asked the librarian for a map of the old tramway.",
    "Gita may come to the concert at nine, because she has to work late!",
    "We counted seventeen swans, two herons, and one very angry goose.",
    "Milo orders a coffee with milk and a glass of water from Lena.",
    "Café Zürich isn't far from Ålesund.",
    "Quentin flew from Johannesburg to Reykjavik.",
    "The film was slow, but I did not want it to end.",
    "snow ☃",
    "No.",
    "Hanna: My train is delayed by forty minutes. Ivo: No problem.",
]
MASKED = [
    "Anna {} Ben for his help.",
    "The {} leaves the harbour at half past seven.",
    "We counted seventeen swans, two herons, and one very angry {}.",
    "{} is closed on Mondays.",
    "I have to work {}, but I will try.",
    "Two {} of {} here.",
]
QUESTIONS = ["Who repaired the hose?", "When does the ferry leave?", "What did Carla ask for?", "Where is it?"]
NOTE = (
    "What the pipeline gives for each input with the arguments; scores are probabilities unless function_to_apply says "
    "otherwise, start and end count characters (Unicode scalars). "
)
BERT_TINY = BERT | {"hidden_size": 24, "num_attention_heads": 3, "intermediate_size": 40, "max_position_embeddings": 64,
                    "vocab_size": 0}


def write_model(directory, checkpoint):
    """Writes the files of a checkpoint and returns the model; goldens are those of its pipeline."""
    config = fixture_family.write_config(checkpoint, directory)
    kind = getattr(transformers, checkpoint.auto_class)
    model = kind.from_config(transformers.AutoConfig.from_pretrained(directory))
    weights, owner_of = fixture_family.make_weights(checkpoint, config, model)
    balance(checkpoint, directory, model, weights)
    tensors = fixture_family.file_tensors(checkpoint, config, weights, owner_of)
    fixture_family.write_weights(directory, tensors, 1)
    return fixture_family.load(directory, checkpoint.auto_class, weights, owner_of)[0]


@torch.inference_mode()
def balance(checkpoint, directory, model, weights):
    """Changes a classifier's bias until every label is as frequent as another."""
    bias = next((name for name in ("classifier.bias", "classifier.out_proj.bias") if name in weights), None)
    if bias is None:
        return
    model.load_state_dict(weights, strict=False)
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    logits = [model.eval()(**tokenizer(text, return_tensors="pt")).logits[0] for text in lines()[:40]]
    rows = torch.cat([row.view(-1, row.shape[-1]) for row in logits])
    change = torch.zeros(rows.shape[-1])
    for _ in range(500):
        counts = torch.bincount((rows + change).argmax(-1), minlength=len(change))
        change -= 0.1 * (counts / len(rows) - 1 / len(change))
    weights[bias] += change


def plain(value):
    """Without numpy's numbers."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value


def pipeline_cases(pipeline, texts, variants):
    return [{"arguments": arguments, "inputs": texts, "outputs": [plain(pipeline(text, **arguments)) for text in texts]}
            for arguments in variants]


def write_golden(directory, task, description, cases, note=NOTE):
    write_json(directory / "golden_pipeline.json", {"made_by": made_by(), "description": description, "note": note,
                                                    "task": task, "cases": cases})


def checkpoint_of(name, auto_class, tokens, base, config, **settings):
    return fixture_family.Checkpoint(name, "", auto_class, base | config | {"vocab_size": tokens}, **settings)


def make_pipeline(directory, task, auto_class, config, texts, variants, description):
    tokens = fixture_text_tokenizers.make_wordpiece(directory)
    model = write_model(directory, checkpoint_of(directory.name, auto_class, tokens, BERT_TINY, config))
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    pipeline = transformers.pipeline(task, model=model, tokenizer=tokenizer, device="cpu")
    write_golden(directory, task, description, pipeline_cases(pipeline, texts, variants))


def make_classify(directory):
    variants = [{}, {"top_k": None}, {"top_k": 2}, {"top_k": None, "function_to_apply": "sigmoid"},
                {"top_k": None, "function_to_apply": "none"}]
    make_pipeline(directory, "text-classification", "AutoModelForSequenceClassification",
                  {"architectures": ["BertForSequenceClassification"], **labels(["negative", "neutral", "positive"])},
                  SENTENCES, variants, "A classifier with random weights and three labels.")


def make_ner(directory):
    variants = [{"aggregation_strategy": strategy} for strategy in ("none", "simple", "first", "average", "max")]
    make_pipeline(directory, "token-classification", "AutoModelForTokenClassification",
                  {"architectures": ["BertForTokenClassification"], **labels(BIO)}, SENTENCES, variants,
                  "A token classifier with random weights and BIO labels.")


def make_fill_mask(directory):
    make_pipeline(directory, "fill-mask", "AutoModelForMaskedLM", {"architectures": ["BertForMaskedLM"]},
                  [text.replace("{}", "[MASK]") for text in MASKED], [{}, {"top_k": 3}],
                  "A masked language model with random weights.")


def make_roberta_fill_mask(directory):
    tokens = fixture_text_tokenizers.make_byte_pairs(directory)
    config = {"architectures": ["RobertaForMaskedLM"], "max_position_embeddings": 64}
    model = write_model(directory, checkpoint_of(directory.name, "AutoModelForMaskedLM", tokens, ROBERTA, config))
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    pipeline = transformers.pipeline("fill-mask", model=model, tokenizer=tokenizer, device="cpu")
    texts = [text.replace("{}", "<mask>") for text in MASKED]
    write_golden(directory, "fill-mask", "A masked language model with random weights and a byte-level tokenizer.",
                 pipeline_cases(pipeline, texts, [{}, {"top_k": 3}]))


def make_roberta_classify(directory):
    """The head is a layer with tanh on the first token; labels as those of natural language inference."""
    tokens = fixture_text_tokenizers.make_byte_pairs(directory)
    config = {"architectures": ["RobertaForSequenceClassification"], "max_position_embeddings": 64,
              "problem_type": "single_label_classification", **labels(["contradiction", "neutral", "entailment"])}
    checkpoint = checkpoint_of(directory.name, "AutoModelForSequenceClassification", tokens, ROBERTA, config)
    model = write_model(directory, checkpoint)
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    pipeline = transformers.pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    variants = [{}, {"top_k": None}, {"top_k": None, "function_to_apply": "none"}]
    cases = pipeline_cases(pipeline, SENTENCES, variants)
    # The pipeline does not cut what is too long.
    pairs = [{"text": text, "text_pair": pair} for text, pair in zip(SENTENCES, SENTENCES[1:])
             if len(tokenizer(text, pair).input_ids) <= 62]
    write_golden(directory, "text-classification", "A classifier with random weights, three labels and a byte-level "
                 "tokenizer; the last case's inputs are pairs of texts.",
                 cases + pipeline_cases(pipeline, pairs, [{"top_k": None}]))


def make_roberta_ner(directory):
    """Words are guessed from spaces here, as the tokenizer marks no continuations; the last text needs windows."""
    tokens = fixture_text_tokenizers.make_byte_pairs(directory)
    config = {"architectures": ["RobertaForTokenClassification"], "max_position_embeddings": 64, **labels(BIO)}
    model = write_model(directory, checkpoint_of(directory.name, "AutoModelForTokenClassification", tokens, ROBERTA,
                                                 config))
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    pipeline = transformers.pipeline("token-classification", model=model, tokenizer=tokenizer, device="cpu")
    # Of a first entity without width (a lone space) the pipeline makes two; this text has none.
    texts = SENTENCES[3:8] + [" ".join(lines()[1:5])]
    variants = [{"aggregation_strategy": strategy} for strategy in ("none", "simple", "first", "average", "max")]
    variants += [variant | {"stride": 16} for variant in variants[1:]]
    write_golden(directory, "token-classification", "A token classifier with random weights, BIO labels and a "
                 "byte-level tokenizer.", pipeline_cases(pipeline, texts, variants))


def make_answer(directory):
    tokens = fixture_text_tokenizers.make_wordpiece(directory)
    config = {"architectures": ["BertForQuestionAnswering"]}
    model = write_model(directory, checkpoint_of(directory.name, "AutoModelForQuestionAnswering", tokens, BERT_TINY,
                                                 config))
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    texts = lines()
    contexts = [texts[1], texts[2], texts[4], " ".join(texts[:12])]
    variants = [{}, {"top_k": 3}, {"max_answer_len": 3, "top_k": 2}, {"handle_impossible_answer": True, "top_k": 2},
                {"max_seq_len": 40, "doc_stride": 12, "top_k": 2}]
    cases = []
    for arguments in variants:
        results = [fixture_question_answering.answers(tokenizer, model, question, context, **arguments)
                   for question in QUESTIONS for context in contexts]
        cases.append({"arguments": arguments,
                      "inputs": [{"question": question, "context": context}
                                 for question in QUESTIONS for context in contexts],
                      "windows": [count for _, count in results], "outputs": [found for found, _ in results]})
    note = NOTE + ("transformers 5 has no question-answering pipeline: Tools/fixture_question_answering.py computes "
                   "what that of transformers 4 does; its pipeline (4.57.1) gave the same answers to all of these.")
    write_golden(directory, "question-answering", "A question answering model with random weights.", cases, note)


MAKERS = {
    "bert-tiny-classify": make_classify,
    "roberta-tiny-classify": make_roberta_classify,
    "bert-tiny-ner": make_ner,
    "roberta-tiny-ner": make_roberta_ner,
    "bert-tiny-fill-mask": make_fill_mask,
    "bert-tiny-answer": make_answer,
    "roberta-tiny-fill-mask": make_roberta_fill_mask,
}
