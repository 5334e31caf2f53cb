"""Adapters as PEFT saves them, and what its models compute with them: Tests/Fixtures/adapters.

    python Tools/adapter_golden.py        (needs peft)
"""
import json
import pathlib
import shutil

import peft
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures"


def make(name, folder, auto, targets, **settings):
    torch.manual_seed(7)
    base = getattr(transformers, auto).from_pretrained(
        ROOT / folder, dtype=torch.float32, attn_implementation="eager")
    generator = torch.Generator().manual_seed(5)
    model = peft.get_peft_model(base, peft.LoraConfig(r=4, lora_alpha=12, target_modules=targets, **settings)).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "lora_" in key or "modules_to_save" in key:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    target = ROOT / "adapters" / name
    shutil.rmtree(target, ignore_errors=True)
    model.save_pretrained(target)
    (target / "README.md").unlink(missing_ok=True)
    config = json.loads((target / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = folder
    (target / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    inputs = torch.randint(3, base.config.vocab_size, (1, 9), generator=generator)
    call = {"input_ids": inputs}
    if base.config.is_encoder_decoder:
        call["decoder_input_ids"] = torch.tensor([[base.config.decoder_start_token_id, 5, 9, 11]])
    with torch.no_grad():
        logits = model(**call).logits
        with model.disable_adapter():
            plain = base(**call).logits
    note = {"made_by": f"Tools/adapter_golden.py, peft {peft.__version__}, torch {torch.__version__}", "model": folder,
            "input_ids": inputs[0].tolist(), "decoder_input_ids": call.get("decoder_input_ids", [[]])[0],
            "logits": logits.flatten().tolist(), "difference": (logits - plain).abs().max().item()}
    if not isinstance(note["decoder_input_ids"], list):
        note["decoder_input_ids"] = note["decoder_input_ids"].tolist()
    (target / "golden.json").write_text(json.dumps(note) + "\n")
    print(name, [f.name for f in target.iterdir()], note["difference"])


make("t5-gated", "t5-gated-gelu", "AutoModelForSeq2SeqLM", ["q", "v", "k", "wi_0", "wo"], task_type="SEQ_2_SEQ_LM")
make("gpt2", "families/gpt2-prefix", "AutoModelForCausalLM", ["c_attn"], task_type="CAUSAL_LM", fan_in_fan_out=True,
     use_rslora=True)
make("bloom", "families/bloom-prefix", "AutoModelForCausalLM", ["query_key_value"], task_type="CAUSAL_LM")
make("bert-classifier", "families/bert-sequence-classification", "AutoModelForSequenceClassification",
     ["query", "value"], task_type="SEQ_CLS")
