"""Directories as sentence-transformers writes them, and the embeddings of a few sentences.

The golden values are computed here as sentence-transformers does: pooling over the visible tokens, then the other
modules. Where the package is installed, they are compared with what it computes.
"""

import torch
import transformers
from safetensors.torch import load_file, save_file

import fixture_pipelines
import fixture_text_tokenizers
from fixture_encoders import ROBERTA
from fixture_notes import made_by, write_json as write_golden
from fixture_text_tokenizers import write_json

PREFIX = "sentence_transformers.models."
DENSE_WIDTH = 13


def pooling_config(width, mode):
    return {"word_embedding_dimension": width, "pooling_mode_cls_token": mode == "cls",
            "pooling_mode_mean_tokens": mode == "mean", "pooling_mode_max_tokens": mode == "max",
            "pooling_mode_mean_sqrt_len_tokens": False, "pooling_mode_weightedmean_tokens": False,
            "pooling_mode_lasttoken": mode == "lasttoken", "include_prompt": True}


def write_modules(directory, width, mode, dense, normalize):
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")]
    if dense:
        modules.append(("2_Dense", "Dense"))
    if normalize:
        modules.append((f"{len(modules)}_Normalize", "Normalize"))
    write_json(directory, "modules.json", [{"idx": number, "name": str(number), "path": path, "type": PREFIX + kind}
                                           for number, (path, kind) in enumerate(modules)])
    write_json(directory, "sentence_bert_config.json", {"max_seq_length": 24, "do_lower_case": False})
    for path, _ in modules[1:]:
        (directory / path).mkdir(exist_ok=True)
    write_json(directory / "1_Pooling", "config.json", pooling_config(width, mode))
    if dense:
        generator = torch.Generator().manual_seed(5)
        write_json(directory / "2_Dense", "config.json",
                   {"in_features": width, "out_features": DENSE_WIDTH, "bias": True,
                    "activation_function": "torch.nn.modules.activation.Tanh"})
        save_file({"linear.weight": torch.randn(DENSE_WIDTH, width, generator=generator) * width**-0.5,
                   "linear.bias": 0.3 * torch.randn(DENSE_WIDTH, generator=generator)},
                  directory / "2_Dense" / "model.safetensors")
    return [f"{path}: {kind}" for path, kind in modules]


def pooled(states, mask, mode):
    weights = mask[..., None].float()
    if mode == "cls":
        return states[:, 0]
    if mode == "lasttoken":
        return states[torch.arange(len(states)), mask.sum(1) - 1]
    if mode == "max":
        return states.masked_fill(weights == 0, -1e9).amax(1)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)


@torch.inference_mode()
def embeddings(directory, model, mode, dense, normalize, texts):
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    inputs = tokenizer(texts, padding=True, truncation=True, max_length=24, return_tensors="pt")
    result = pooled(model(**inputs).last_hidden_state, inputs["attention_mask"], mode)
    if dense:
        weights = load_file(directory / "2_Dense" / "model.safetensors")
        result = torch.tanh(result @ weights["linear.weight"].T + weights["linear.bias"])
    return torch.nn.functional.normalize(result, dim=1) if normalize else result


def compare(directory, texts, result):
    """The greatest difference from sentence-transformers, or nothing where it is not installed."""
    try:
        import sentence_transformers
    except ImportError:
        return None
    peer = sentence_transformers.SentenceTransformer(str(directory), device="cpu")
    other = peer.encode(texts, convert_to_tensor=True, show_progress_bar=False)
    difference = (other - result).abs().max().item()
    if difference > 1e-5:
        raise SystemExit(f"{directory.name}: {difference} away from sentence-transformers")
    return f"sentence-transformers {sentence_transformers.__version__}"


def make(directory, mode, normalize, dense=False, roberta=False):
    if roberta:
        tokens, base = fixture_text_tokenizers.make_byte_pairs(directory), ROBERTA
        config = {"architectures": ["RobertaModel"], "max_position_embeddings": 64}
    else:
        tokens, base = fixture_text_tokenizers.make_wordpiece(directory), fixture_pipelines.BERT_TINY
        config = {"architectures": ["BertModel"]}
    model = fixture_pipelines.write_model(
        directory, fixture_pipelines.checkpoint_of(directory.name, "AutoModel", tokens, base, config))
    modules = write_modules(directory, model.config.hidden_size, mode, dense, normalize)
    texts = fixture_pipelines.SENTENCES
    result = embeddings(directory, model, mode, dense, normalize, texts)
    agrees = compare(directory, texts, result)
    save_file({"embeddings": result.contiguous()}, directory / "golden.safetensors", {"made_by": made_by()})
    write_golden(directory / "golden_embeddings.json", {
        "made_by": made_by(), "note": "embeddings in golden.safetensors has a row for each text, computed in one "
        "padded batch as sentence-transformers does; texts are cut to 24 tokens.",
        "agrees_with": agrees, "modules": modules, "texts": texts})


MAKERS = {
    "st-tiny-mean": lambda directory: make(directory, "mean", True),
    "st-tiny-mean-unnormalized": lambda directory: make(directory, "mean", False),
    "st-tiny-cls": lambda directory: make(directory, "cls", True),
    "st-tiny-lasttoken": lambda directory: make(directory, "lasttoken", False),
    "st-tiny-max": lambda directory: make(directory, "max", False),
    "st-tiny-dense": lambda directory: make(directory, "mean", True, dense=True),
    "st-tiny-roberta": lambda directory: make(directory, "mean", True, roberta=True),
}
