"""Makes Tests/FledgeTemplatesTests/Fixtures/golden.json: what transformers' Jinja environment makes of templates.

    python Tools/template_golden.py

needs the packages transformers and jinja2; golden.json records their versions. The chat templates in
Fixtures/templates were written for this project; the short ones are in template_cases.py. The clock of
`strftime_now` stands still.
"""

import copy
import datetime
import json
import pathlib
import traceback

import jinja2
import transformers
from transformers.utils import chat_template_utils

import template_cases
import template_random

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests/FledgeTemplatesTests/Fixtures"


class StoppedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 5, 14, 5, 9)


chat_template_utils.datetime = StoppedClock


def line_of(error):
    """The template's line that an error belongs to."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return frames[-1] if frames else None


def kind_of(error):
    if isinstance(error, jinja2.TemplateSyntaxError):
        is_unknown = any(start in str(error) for start in ("No filter", "No test", "Encountered unknown tag"))
        return "unknown" if is_unknown and "'end" not in str(error) and "'el" not in str(error) else "syntax"
    if isinstance(error, jinja2.UndefinedError):
        return "undefined"
    return "raised" if type(error) is jinja2.TemplateError else "other"


def outcome(render):
    """What rendering gives: a text, or an error's kind, line and, if the template raised it, its message."""
    try:
        return {"text": render()}
    except Exception as error:
        result = {"error": kind_of(error), "line": line_of(error)}
        if result["error"] == "raised":
            result["message"] = str(error)
        return result


def small_case(source, context):
    def render():
        # Jinja's `indent` changes a list that it is given by mistake.
        return chat_template_utils._compile_jinja_template(source).render(**copy.deepcopy(context))

    return {"template": source} | outcome(render)


def random_cases(count):
    """Cases of random expressions, without those whose text names an address or a class of jinja2, and without empty
    texts of slices: jinja2 gives those for constants that cannot be sliced, and an error for variables."""
    for source in template_random.sources(count):
        case = small_case(source, template_cases.CONTEXT)
        text = case.get("text", "-")
        is_sliced = any(tail in source for tail in ("[1:]", "[:2]", "[::-1]"))
        if not (text == "" and is_sliced) and " at 0x" not in text and "Markup(" not in text:
            yield case


def chat_case(name, source, conversation):
    tools = template_cases.TOOLS if conversation.get("tools") else None
    extra = conversation.get("extra", {})
    prompt = conversation.get("prompt", False)

    def render():
        messages = chat_template_utils._normalize_chat_messages(conversation["messages"])
        rendered, _ = chat_template_utils.render_jinja_template(
            conversations=[messages], tools=tools, documents=conversation.get("documents"), chat_template=source,
            add_generation_prompt=prompt, bos_token="<s>", eos_token="</s>", **extra)
        return rendered[0]

    return {"template": name, "conversation": conversation["name"]} | outcome(render)


def main():
    templates = {path.stem: path.read_text() for path in sorted((FIXTURES / "templates").glob("*.jinja"))}
    golden = {
        "note": f"made by Tools/template_golden.py with transformers {transformers.__version__}, "
                f"jinja2 {jinja2.__version__}",
        "context": template_cases.CONTEXT,
        "tools": template_cases.TOOLS,
        "conversations": template_cases.CONVERSATIONS,
        "small": [small_case(source, template_cases.CONTEXT) for source in template_cases.sources()],
        "random": list(random_cases(1500)),
        "chats": [chat_case(name, source, conversation) for name, source in templates.items()
                  for conversation in template_cases.CONVERSATIONS],
    }
    (FIXTURES / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
    print(len(golden["small"]), "small cases,", len(golden["random"]), "random ones,", len(golden["chats"]), "chats")


if __name__ == "__main__":
    main()
