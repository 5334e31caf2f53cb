"""The tiny BART checkpoints, and T5's encoder alone and with a classification head."""

from fixture_encoders import BIO, labels
from fixture_family import Checkpoint

BART = {
    "_num_labels": 3,
    "activation_dropout": 0.0,
    "activation_function": "gelu",
    "architectures": ["BartForConditionalGeneration"],
    "attention_dropout": 0.0,
    "bos_token_id": 0,
    "classifier_dropout": 0.0,
    "d_model": 20,
    "decoder_attention_heads": 4,
    "decoder_ffn_dim": 36,
    "decoder_layerdrop": 0.0,
    "decoder_layers": 2,
    "decoder_start_token_id": 2,
    "dropout": 0.1,
    "encoder_attention_heads": 4,
    "encoder_ffn_dim": 28,
    "encoder_layerdrop": 0.0,
    "encoder_layers": 2,
    "eos_token_id": 2,
    "init_std": 0.02,
    "is_encoder_decoder": True,
    "max_position_embeddings": 48,
    "model_type": "bart",
    "normalize_before": False,
    "num_hidden_layers": 2,
    "pad_token_id": 1,
    "scale_embedding": False,
    "use_cache": True,
    "vocab_size": 64,
}
GENERATION = {"bos_token_id": 0, "decoder_start_token_id": 2, "eos_token_id": 2, "pad_token_id": 1}
FORCED = GENERATION | {"forced_bos_token_id": 0, "forced_eos_token_id": 2}
T5 = {
    "architectures": ["T5EncoderModel"],
    "d_ff": 32,
    "d_kv": 5,
    "d_model": 20,
    "decoder_start_token_id": 0,
    "dropout_rate": 0.1,
    "eos_token_id": 1,
    "feed_forward_proj": "relu",
    "initializer_factor": 1.0,
    "is_encoder_decoder": True,
    "layer_norm_epsilon": 1e-06,
    "model_type": "t5",
    "num_decoder_layers": 2,
    "num_heads": 4,
    "num_layers": 2,
    "pad_token_id": 0,
    "relative_attention_max_distance": 128,
    "relative_attention_num_buckets": 32,
    "use_cache": True,
    "vocab_size": 64,
}


def bare(name, tied):
    """As BartModel is saved by old versions: no `model.`, the embedding three times, no bias of the logits."""
    if name.startswith("lm_head") or name == "final_logits_bias":
        return None
    return name.removeprefix("model.")


def copies(name, tied):
    """The embedding in the file under each of its names."""
    return None if name.startswith("lm_head") else name


def bart(name, description, config, generation_config, **settings):
    return Checkpoint(name, description, "AutoModelForSeq2SeqLM", BART | config, generation_config=generation_config,
                      **settings)


CHECKPOINTS = [
    bart("bart-conditional", "`model.` before the names, final_logits_bias that is not 0, a forced first and last "
         "token in generation_config.json.", {"forced_bos_token_id": 0, "forced_eos_token_id": 2}, FORCED),
    bart("bart-copied-embedding", "The embedding is in the file three times; another number of layers and of heads "
         "on each side (3 layers of 4 heads, then 1 of 3), scale_embedding, relu.",
         {"d_model": 24, "encoder_layers": 3, "decoder_layers": 1, "decoder_attention_heads": 3,
          "scale_embedding": True, "activation_function": "relu", "num_hidden_layers": 3, "vocab_size": 67},
         GENERATION, file_name=copies, short=True),
    bart("bart-deep-decoder", "1 encoder layer and 2 decoder layers, one head of width 32, in the style of "
         "transformers 5.",
         {"d_model": 32, "encoder_layers": 1, "encoder_attention_heads": 1, "decoder_attention_heads": 1,
          "decoder_ffn_dim": 20, "encoder_ffn_dim": 20, "num_hidden_layers": 1, "transformers_version": "5.24.0"},
         GENERATION, dtype_key="dtype", short=True),
    Checkpoint("bart-base", "As bart-base's file: BartModel without `model.` before the names.", "AutoModel",
               BART | {"architectures": ["BartModel"]}, file_name=bare),
    Checkpoint("bart-sequence-classification", "Three labels from the decoder's state at the last end token; the "
               "decoder's input is the input shifted by one.", "AutoModelForSequenceClassification",
               BART | {"architectures": ["BartForSequenceClassification"],
                       **labels(["contradiction", "neutral", "entailment"])}),
    Checkpoint("bart-question-answering", "Start and end logits; the decoder's input is the input shifted by one.",
               "AutoModelForQuestionAnswering",
               BART | {"architectures": ["BartForQuestionAnswering"], "num_labels": 2}, short=True),
    Checkpoint("t5-encoder", "T5's encoder alone.", "T5EncoderModel", T5 | {"architectures": ["T5EncoderModel"]},
               tokens=(3, 64)),
    Checkpoint("t5-sequence-classification", "`transformer.` before the names; two labels from the decoder's state at "
               "the last end token; the decoder's input is the input shifted by one.",
               "AutoModelForSequenceClassification",
               T5 | {"architectures": ["T5ForSequenceClassification"], **labels(["NEGATIVE", "POSITIVE"])},
               tokens=(3, 64), short=True),
    Checkpoint("t5-token-classification", "`transformer.` before the names; the encoder alone and BIO labels.",
               "AutoModelForTokenClassification", T5 | {"architectures": ["T5ForTokenClassification"], **labels(BIO)},
               tokens=(3, 64)),
    Checkpoint("t5-question-answering", "Start and end logits from the decoder, whose input is the input shifted by "
               "one; gated-gelu, 2 + 1 layers.", "AutoModelForQuestionAnswering",
               T5 | {"architectures": ["T5ForQuestionAnswering"], "feed_forward_proj": "gated-gelu",
                     "num_decoder_layers": 1}, tokens=(3, 64)),
]
