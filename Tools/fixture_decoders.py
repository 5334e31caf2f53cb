"""The tiny GPT-2, BLOOM and LLaMA checkpoints."""

import torch

from fixture_encoders import BIO, labels
from fixture_family import Checkpoint

GPT2 = {
    "activation_function": "gelu_new",
    "architectures": ["GPT2LMHeadModel"],
    "attn_pdrop": 0.1,
    "bos_token_id": 63,
    "embd_pdrop": 0.1,
    "eos_token_id": 63,
    "initializer_range": 0.02,
    "layer_norm_epsilon": 1e-05,
    "model_type": "gpt2",
    "n_ctx": 48,
    "n_embd": 20,
    "n_head": 4,
    "n_layer": 2,
    "n_positions": 48,
    "resid_pdrop": 0.1,
    "summary_activation": None,
    "summary_first_dropout": 0.1,
    "summary_proj_to_labels": True,
    "summary_type": "cls_index",
    "summary_use_proj": True,
    "task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}},
    "vocab_size": 64,
}
GPT2_GENERATION = {"bos_token_id": 63, "eos_token_id": 63}
BLOOM = {
    "apply_residual_connection_post_layernorm": False,
    "architectures": ["BloomForCausalLM"],
    "attention_dropout": 0.0,
    "attention_softmax_in_fp32": True,
    "bias_dropout_fusion": True,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_dropout": 0.0,
    "initializer_range": 0.02,
    "layer_norm_epsilon": 1e-05,
    "masked_softmax_fusion": True,
    "model_type": "bloom",
    "n_embed": 20,
    "n_inner": None,
    "n_layer": 2,
    "num_attention_heads": 4,
    "offset_alibi": 100,
    "pad_token_id": 3,
    "pretraining_tp": 2,
    "seq_length": 2048,
    "skip_bias_add": True,
    "skip_bias_add_qkv": False,
    "unk_token_id": 0,
    "vocab_size": 64,
}
BLOOM_GENERATION = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 3}
LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": 24,
    "initializer_range": 0.02,
    "intermediate_size": 44,
    "max_position_embeddings": 2048,
    "model_type": "llama",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 4,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-05,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "transformers_version": "4.35.0",
    "use_cache": True,
    "vocab_size": 64,
}
LLAMA_GENERATION = {"bos_token_id": 1, "eos_token_id": 2}
LLAMA_1 = {key: value for key, value in LLAMA.items()
           if key not in ("num_key_value_heads", "pretraining_tp", "rope_scaling", "rope_theta")}
LLAMA_5 = {key: value for key, value in LLAMA.items() if key not in ("rope_scaling", "rope_theta")}
LLAMA3_SCALING = {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                  "original_max_position_embeddings": 48, "rope_type": "llama3"}
LONG = (1, 17, 150)


def bare(name, tied):
    """No `transformer.` before the names."""
    return None if tied else name.removeprefix("transformer.")


def head_alone(name, tied):
    """Of the tied copies only the one called `lm_head.weight`."""
    return None if name == "transformer.wte.weight" else name


def causal_buffers(prefix, masked_bias):
    """The triangle of GPT-2's attention that old files carry."""
    def extras(config):
        tensors, positions = {}, config["n_positions"]
        for layer in range(config["n_layer"]):
            triangle = torch.ones(positions, positions, dtype=torch.uint8 if masked_bias else torch.float32).tril()
            tensors[f"{prefix}h.{layer}.attn.bias"] = triangle[None, None]
            if masked_bias:
                tensors[f"{prefix}h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
        return tensors
    return extras


def inverse_frequencies(config):
    """The rotary frequencies that files of LLaMA 1 and 2 carry for each layer, in float16 there as here."""
    width = config["hidden_size"] // config["num_attention_heads"]
    frequencies = 1 / 10000 ** (torch.arange(0, width, 2) / width)
    return {f"model.layers.{layer}.self_attn.rotary_emb.inv_freq": frequencies.half()
            for layer in range(config["num_hidden_layers"])}


def causal(name, description, config, generation_config, **settings):
    return Checkpoint(name, description, "AutoModelForCausalLM", config, generation_config=generation_config,
                      **settings)


def gpt2(name, description, config, **settings):
    return causal(name, description, GPT2 | config, GPT2_GENERATION, **({"tokens": (0, 63)} | settings))


def bloom(name, description, config, **settings):
    return causal(name, description, BLOOM | config, BLOOM_GENERATION, **settings)


def llama(name, description, config, generation_config=None, **settings):
    return causal(name, description, config, generation_config or LLAMA_GENERATION, **({"tokens": (3, 64)} | settings))


GPT2_CHECKPOINTS = [
    gpt2("gpt2-bare", "As gpt2's file: no `transformer.` before the names, attn.bias in it, no head.", {},
         file_name=bare, extras=causal_buffers("", False), dtype_key=None),
    gpt2("gpt2-prefix", "`transformer.` before the names, attn.bias and attn.masked_bias in the file, no head; "
         "n_inner set, head width 8, 3 heads.",
         {"n_embd": 24, "n_head": 3, "n_inner": 33, "vocab_size": 66},
         extras=causal_buffers("transformer.", True), short=True),
    gpt2("gpt2-long", "160 positions, and the head in the file as a copy.",
         {"n_positions": 160, "n_ctx": 160, "n_embd": 16},
         file_name=lambda name, tied: name, lengths=LONG),
    gpt2("gpt2-inverse-layer", "Scores are divided by the number of the layer too; 3 layers, relu, in the style of "
         "transformers 5.",
         {"scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": False, "scale_attn_weights": True,
          "n_layer": 3, "activation_function": "relu", "transformers_version": "5.24.0"},
         dtype_key="dtype", short=True),
    gpt2("gpt2-unscaled", "scale_attn_weights is false: scores are not divided by anything.",
         {"scale_attn_weights": False, "n_embd": 16, "n_head": 2}, short=True),
    gpt2("gpt2-head-alone", "The tied matrix is in the file under the head's name alone; head width 6.",
         {"n_embd": 24}, file_name=head_alone, short=True),
    Checkpoint("gpt2-sequence-classification", "Three labels, from the last token that is not padding.",
               "AutoModelForSequenceClassification",
               GPT2 | {"architectures": ["GPT2ForSequenceClassification"], "pad_token_id": 63,
                       **labels(["calm", "glad", "sad"])}, tokens=(0, 63)),
    Checkpoint("gpt2-token-classification", "BIO labels.", "AutoModelForTokenClassification",
               GPT2 | {"architectures": ["GPT2ForTokenClassification"], **labels(BIO)}, tokens=(0, 63), short=True),
    Checkpoint("gpt2-question-answering", "Start and end logits; 5 heads of width 4.", "AutoModelForQuestionAnswering",
               GPT2 | {"architectures": ["GPT2ForQuestionAnswering"], "n_head": 5}, tokens=(0, 63)),
]

BLOOM_CHECKPOINTS = [
    bloom("bloom-bare", "As bloom-560m's file: no `transformer.` before the names, no head. 4 heads.", {},
          file_name=bare, dtype_key=None, lengths=LONG),
    bloom("bloom-prefix", "`transformer.` before the names; 6 heads of width 4, which is no power of two.",
          {"n_embed": 24, "num_attention_heads": 6, "vocab_size": 67}, lengths=(1, 2, 17, 40)),
    bloom("bloom-residual-after-norm", "apply_residual_connection_post_layernorm; 3 heads of width 8; hidden_size "
          "and n_head in place of n_embed and num_attention_heads, in the style of transformers 5.",
          {key: value for key, value in BLOOM.items() if key not in ("n_embed", "num_attention_heads")}
          | {"apply_residual_connection_post_layernorm": True, "hidden_size": 24, "n_head": 3,
             "transformers_version": "5.24.0"}, dtype_key="dtype", short=True),
    Checkpoint("bloom-sequence-classification", "Two labels, from the last token that is not padding.",
               "AutoModelForSequenceClassification",
               BLOOM | {"architectures": ["BloomForSequenceClassification"], **labels(["NEGATIVE", "POSITIVE"])}),
    Checkpoint("bloom-token-classification", "BIO labels.", "AutoModelForTokenClassification",
               BLOOM | {"architectures": ["BloomForTokenClassification"], **labels(BIO)}, short=True),
    Checkpoint("bloom-question-answering", "Start and end logits; 3 heads of width 8.", "AutoModelForQuestionAnswering",
               BLOOM | {"architectures": ["BloomForQuestionAnswering"], "n_embed": 24, "num_attention_heads": 3}),
]

LLAMA_CHECKPOINTS = [
    llama("llama-untied", "LLaMA 1 and 2: a head of its own, rotary frequencies in the file; head width 6; the config "
          "of LLaMA 1 has no num_key_value_heads and no rope settings.",
          LLAMA_1 | {"rms_norm_eps": 1e-06}, extras=inverse_frequencies, lengths=LONG),
    llama("llama-grouped-tied-llama3", "Llama 3.2: 8 heads over 2, the embedding is the head, rope_scaling llama3, "
          "several end tokens; cases beyond the original context of 48.",
          LLAMA | {"hidden_size": 24, "intermediate_size": 32, "num_attention_heads": 8, "num_key_value_heads": 2,
                   "rope_scaling": LLAMA3_SCALING, "rope_theta": 500.0, "tie_word_embeddings": True,
                   "attention_bias": False, "mlp_bias": False, "head_dim": 8, "eos_token_id": [2, 5],
                   "transformers_version": "4.45.0.dev0"},
          LLAMA_GENERATION | {"eos_token_id": [2, 5]}, tokens=(6, 64), lengths=(1, 17, 120)),
    llama("llama-one-key-head", "2 heads over 1, and a head width of 64 in a model of width 24.",
          LLAMA | {"num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 64, "intermediate_size": 30,
                   "num_hidden_layers": 1},
          short=True),
    llama("llama-biases", "attention_bias and mlp_bias; head width 10.",
          LLAMA | {"attention_bias": True, "mlp_bias": True, "hidden_size": 20, "num_attention_heads": 2,
                   "num_key_value_heads": 2}),
    llama("llama-rope-linear", "rope_scaling linear, called `type` as in old files; cases beyond the context of 64.",
          LLAMA | {"rope_scaling": {"type": "linear", "factor": 2.5}, "max_position_embeddings": 64}, lengths=LONG),
    llama("llama-rope-dynamic", "rope_scaling dynamic; cases beyond the context of 64, each of them one forward pass.",
          LLAMA | {"rope_scaling": {"type": "dynamic", "factor": 2.0}, "max_position_embeddings": 64,
                   "hidden_size": 24, "num_attention_heads": 3, "num_key_value_heads": 3},
          lengths=(2, 17, 65, 101)),
    llama("llama-rope-parameters", "The style of transformers 5: rope_parameters and dtype; 4 heads over 2.",
          LLAMA_5
          | {"rope_parameters": {"rope_theta": 2000.0, "rope_type": "default"}, "head_dim": 8,
             "num_key_value_heads": 2, "transformers_version": "5.24.0"}, dtype_key="dtype"),
    llama("llama-rope-parameters-llama3", "The style of transformers 5: llama3 in rope_parameters.",
          LLAMA_5 | {"rope_parameters": LLAMA3_SCALING | {"rope_theta": 30.0}, "transformers_version": "5.24.0"},
          dtype_key="dtype", lengths=(2, 17, 100)),
    llama("llama-bfloat16", "Stored in bfloat16; the golden values are those of float32 arithmetic.", LLAMA,
          dtype=torch.bfloat16, short=True),
    llama("llama-sharded", "In three files with an index.", LLAMA, shards=3, short=True),
    Checkpoint("llama-sequence-classification", "Three labels, from the last token that is not padding.",
               "AutoModelForSequenceClassification",
               LLAMA | {"architectures": ["LlamaForSequenceClassification"], "pad_token_id": 0,
                        **labels(["calm", "glad", "sad"])}),
    Checkpoint("llama-token-classification", "BIO labels from a head called `score`; 4 heads over 2.",
               "AutoModelForTokenClassification",
               LLAMA | {"architectures": ["LlamaForTokenClassification"], "num_key_value_heads": 2, **labels(BIO)}),
    Checkpoint("llama-token-classification-unbiased", "token_classification_bias false: labels without a bias.",
               "AutoModelForTokenClassification",
               LLAMA | {"architectures": ["LlamaForTokenClassification"], "token_classification_bias": False,
                        **labels(["NEGATIVE", "POSITIVE"])}, short=True),
    Checkpoint("llama-question-answering", "Start and end logits; `transformer.` before the names in place of "
               "`model.`.", "AutoModelForQuestionAnswering", LLAMA | {"architectures": ["LlamaForQuestionAnswering"]}),
]
CHECKPOINTS = GPT2_CHECKPOINTS + BLOOM_CHECKPOINTS + LLAMA_CHECKPOINTS
