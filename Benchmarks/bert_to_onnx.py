"""Exports a BERT checkpoint to ONNX: in float32, optimised for transformers where that is possible, and in int8.

    python Benchmarks/bert_to_onnx.py --model DIR --output DIR

needs the packages onnx, onnxruntime, onnxscript, torch and transformers. It writes float32.onnx and int8.onnx
(dynamic quantisation) and says which optimiser made them.
"""

import argparse
import pathlib

import onnx
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic


class Encoder(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        result = self.model(input_ids, attention_mask=attention_mask)
        return result.last_hidden_state, result.pooler_output


def export(model, path):
    ids = torch.arange(1000, 1034).view(2, 17)
    mask = torch.ones_like(ids)
    mask[1, 12:] = 0
    axes = {0: "batch", 1: "length"}
    with torch.inference_mode():
        torch.onnx.export(Encoder(model).eval(), (ids, mask), str(path), input_names=["input_ids", "attention_mask"],
                          output_names=["last_hidden_state", "pooler_output"], opset_version=17, dynamo=False,
                          dynamic_axes={"input_ids": axes, "attention_mask": axes, "last_hidden_state": axes,
                                        "pooler_output": {0: "batch"}})
    return ids, mask


def fuse(path, output, config):
    """onnxruntime's own fusions for BERT; the plain graph where they fail."""
    try:
        from onnxruntime.transformers import optimizer
        from onnxruntime.transformers.fusion_options import FusionOptions

        fused = optimizer.optimize_model(str(path), "bert", num_heads=config.num_attention_heads,
                                         hidden_size=config.hidden_size, optimization_options=FusionOptions("bert"))
        fused.save_model_to_file(str(output))
        return f"onnxruntime.transformers, {fused.get_fused_operator_statistics()}"
    except Exception as error:  # Any failure of it leaves the plain graph, and says so.
        output.write_bytes(path.read_bytes())
        return f"no optimiser: {error}"


def check(model, path, ids, mask):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    states = session.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})[0]
    with torch.inference_mode():
        expected = model(ids, attention_mask=mask).last_hidden_state
    return ((torch.tensor(states) - expected).abs() * mask[..., None]).max().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    model = transformers.AutoModel.from_pretrained(arguments.model, dtype=torch.float32,
                                                   attn_implementation="eager").eval()
    plain, fused = arguments.output / "plain.onnx", arguments.output / "float32.onnx"
    ids, mask = export(model, plain)
    print(fuse(plain, fused, model.config))
    quantize_dynamic(fused, arguments.output / "int8.onnx", weight_type=QuantType.QInt8,
                     extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT})
    for name in ("float32", "int8"):
        print(f"{name}: at most {check(model, arguments.output / f'{name}.onnx', ids, mask):.2g} from torch")


if __name__ == "__main__":
    main()
