"""How every fixture says what made it, and how its JSON is written."""

import json

import torch
import transformers


def made_by(*others):
    versions = [f"transformers {transformers.__version__}", f"torch {torch.__version__}", *others]
    return f"Tools/make_fixtures.py with {', '.join(versions)}; float32 on a CPU, one thread, eager attention"


def write_json(path, content):
    """One line for each innermost list, so that the file can be read and a change of it can be reviewed."""
    path.write_text(_render(content, "") + "\n", encoding="utf-8")


def _render(value, indent):
    inner = indent + "  "
    if isinstance(value, dict) and value:
        fields = [f"{inner}{json.dumps(key)}: {_render(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(fields) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, (list, dict)) for item in value):
        items = [inner + _render(item, inner) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)
