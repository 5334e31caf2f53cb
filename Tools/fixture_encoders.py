"""The tiny BERT and RoBERTa checkpoints."""

import torch

from fixture_family import Checkpoint

BERT = {
    "attention_probs_dropout_prob": 0.1,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 20,
    "initializer_range": 0.02,
    "intermediate_size": 36,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 48,
    "model_type": "bert",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "pad_token_id": 0,
    "position_embedding_type": "absolute",
    "transformers_version": "4.6.0.dev0",
    "type_vocab_size": 2,
    "use_cache": True,
    "vocab_size": 64,
}
ROBERTA = {
    "attention_probs_dropout_prob": 0.1,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 20,
    "initializer_range": 0.02,
    "intermediate_size": 36,
    "layer_norm_eps": 1e-05,
    "max_position_embeddings": 50,
    "model_type": "roberta",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "pad_token_id": 1,
    "type_vocab_size": 1,
    "vocab_size": 65,
}
XLM_ROBERTA = ROBERTA | {
    "architectures": ["XLMRobertaForMaskedLM"],
    "model_type": "xlm-roberta",
    "output_past": True,
    "position_embedding_type": "absolute",
    "transformers_version": "4.17.0.dev0",
    "vocab_size": 71,
}
CAMEMBERT = ROBERTA | {
    "architectures": ["CamembertForMaskedLM"],
    "bos_token_id": 5,
    "eos_token_id": 6,
    "model_type": "camembert",
    "output_past": True,
    "vocab_size": 66,
}
BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def labels(names):
    return {"id2label": {str(number): name for number, name in enumerate(names)},
            "label2id": {name: number for number, name in enumerate(names)}}


def legacy_name(name, tied):
    """As the first BERT files call it."""
    if tied:
        return None
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")


def pretraining_extras(config):
    """The next sentence head and the pooler of BertForPreTraining, and a buffer that old files have."""
    generator = torch.Generator().manual_seed(4)
    width = config["hidden_size"]
    return {
        "bert.embeddings.position_ids": torch.arange(config["max_position_embeddings"])[None],
        "bert.pooler.dense.bias": torch.randn(width, generator=generator),
        "bert.pooler.dense.weight": torch.randn(width, width, generator=generator),
        "cls.seq_relationship.bias": torch.randn(2, generator=generator),
        "cls.seq_relationship.weight": torch.randn(2, width, generator=generator),
    }


def both_biases(name, tied):
    """The head's bias under its two names; its weight is the embedding."""
    return name if not tied or name.endswith(".bias") else None


def position_ids(config):
    return {"roberta.embeddings.position_ids": torch.arange(config["max_position_embeddings"])[None]}


BERT_CHECKPOINTS = [
    Checkpoint("bert-base", "As BertModel is saved: no `bert.` before the names, with the pooler.", "AutoModel",
               BERT | {"architectures": ["BertModel"]}),
    Checkpoint("bert-base-unpooled-relu", "Head width 32, relu, in the style of transformers 5: `dtype`, no pooler "
               "in the file.", "AutoModelForTokenClassification",
               {key: value for key, value in BERT.items() if key != "position_embedding_type"}
               | {"architectures": ["BertForTokenClassification"], "hidden_size": 32, "num_attention_heads": 1,
                  "hidden_act": "relu", "transformers_version": "5.24.0", **labels(["NEGATIVE", "POSITIVE", "MIXED"])},
               dtype_key="dtype", short=True),
    Checkpoint("bert-masked-lm", "`bert.` before the names, the head's weight is the embedding and absent, its bias "
               "is there twice; gelu_new, head width 8, 3 heads.", "AutoModelForMaskedLM",
               BERT | {"architectures": ["BertForMaskedLM"], "hidden_act": "gelu_new", "hidden_size": 24,
                       "num_attention_heads": 3, "vocab_size": 67}, file_name=both_biases),
    Checkpoint("bert-pretraining-gamma-beta", "As bert-base-uncased's file: BertForPreTraining, gamma and beta for "
               "the norms, a buffer of position ids; the config does not say a dtype.", "AutoModelForMaskedLM",
               BERT | {"architectures": ["BertForMaskedLM"], "gradient_checkpointing": False},
               file_name=legacy_name, extras=pretraining_extras, dtype_key=None, short=True),
    Checkpoint("bert-sequence-classification", "Two labels.", "AutoModelForSequenceClassification",
               BERT | {"architectures": ["BertForSequenceClassification"],
                       "problem_type": "single_label_classification", **labels(["NEGATIVE", "POSITIVE"])}),
    Checkpoint("bert-sequence-multilabel", "Three labels of which several may hold; gelu_pytorch_tanh.",
               "AutoModelForSequenceClassification",
               BERT | {"architectures": ["BertForSequenceClassification"], "hidden_act": "gelu_pytorch_tanh",
                       "problem_type": "multi_label_classification", **labels(["toxic", "threat", "insult"])},
               short=True),
    Checkpoint("bert-sequence-regression", "One number.", "AutoModelForSequenceClassification",
               BERT | {"architectures": ["BertForSequenceClassification"], "problem_type": "regression",
                       **labels(["LABEL_0"])}, short=True),
    Checkpoint("bert-token-classification", "BIO labels; head width 12, relu.", "AutoModelForTokenClassification",
               BERT | {"architectures": ["BertForTokenClassification"], "hidden_act": "relu", "hidden_size": 24,
                       "num_attention_heads": 2, **labels(BIO)}),
    Checkpoint("bert-question-answering", "Start and end logits.", "AutoModelForQuestionAnswering",
               BERT | {"architectures": ["BertForQuestionAnswering"]}),
]

ROBERTA_CHECKPOINTS = [
    Checkpoint("roberta-base", "As RobertaModel is saved: no `roberta.` before the names, with the pooler.",
               "AutoModel", ROBERTA | {"architectures": ["RobertaModel"]}),
    Checkpoint("roberta-masked-lm", "As roberta-base's file: no pooler, a buffer of position ids, the head's weight "
               "is the embedding and absent; head width 8, 3 heads.", "AutoModelForMaskedLM",
               ROBERTA | {"architectures": ["RobertaForMaskedLM"], "hidden_size": 24, "num_attention_heads": 3},
               extras=position_ids, dtype_key=None),
    Checkpoint("roberta-masked-lm-copied-head", "The head's weight and both of its biases are in the file too, as "
               "copies.", "AutoModelForMaskedLM", ROBERTA | {"architectures": ["RobertaForMaskedLM"]},
               file_name=lambda name, tied: name, short=True),
    Checkpoint("roberta-sequence-classification", "Three labels; gelu_new.", "AutoModelForSequenceClassification",
               ROBERTA | {"architectures": ["RobertaForSequenceClassification"], "hidden_act": "gelu_new",
                          **labels(["contradiction", "neutral", "entailment"])}),
    Checkpoint("roberta-token-classification", "BIO labels.", "AutoModelForTokenClassification",
               ROBERTA | {"architectures": ["RobertaForTokenClassification"], **labels(BIO)}, short=True),
    Checkpoint("roberta-question-answering", "Start and end logits.", "AutoModelForQuestionAnswering",
               ROBERTA | {"architectures": ["RobertaForQuestionAnswering"]}, short=True),
]

XLM_ROBERTA_CHECKPOINTS = [
    Checkpoint("xlm-roberta-base", "As XLMRobertaModel is saved: no `roberta.` before the names, with the pooler.",
               "AutoModel", XLM_ROBERTA | {"architectures": ["XLMRobertaModel"]}, short=True),
    Checkpoint("xlm-roberta-masked-lm", "`roberta.` before the names; the tied matrix is in the file under the "
               "head's name alone; 5 heads of width 4.", "AutoModelForMaskedLM",
               XLM_ROBERTA | {"num_attention_heads": 5}, extras=position_ids, dtype_key=None),
]

CAMEMBERT_CHECKPOINTS = [
    Checkpoint("camembert-base", "As CamembertModel is saved: no `roberta.` before the names, with the pooler.",
               "AutoModel", CAMEMBERT | {"architectures": ["CamembertModel"]}, short=True),
    Checkpoint("camembert-masked-lm", "`roberta.` before the names; the tied matrix is in the file under the "
               "head's name alone; the config does not say the padding token, which is 1.", "AutoModelForMaskedLM",
               {key: value for key, value in CAMEMBERT.items() if key != "pad_token_id"}, extras=position_ids,
               dtype_key=None),
]

CHECKPOINTS = BERT_CHECKPOINTS + ROBERTA_CHECKPOINTS + XLM_ROBERTA_CHECKPOINTS + CAMEMBERT_CHECKPOINTS
