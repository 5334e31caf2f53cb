"""Random expressions for template_golden.py, the same ones in every run."""

import random

NAMES = ["name", "empty", "text", "quote", "wide", "n", "m", "zero", "x", "whole", "yes", "no", "nothing", "list",
         "words", "nested", "mixed", "dict", "deep", "people", "undefined_name"]
LITERALS = ["0", "1", "-2", "3", "2.5", "1e3", "''", "'a'", "'b c'", "'%s'", "[]", "[1, 'a']", "(1, 2)", "{}", "{'a': 1}",
            "true", "false", "none", "'é'", "range(3)"]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
FILTERS = ["abs", "capitalize", "count", "default('d')", "default('d', true)", "dictsort", "escape", "first", "float",
           "indent", "int", "items|list", "join", "join('-')", "last", "length", "list", "lower", "map('string')|list",
           "map('upper')|list", "map(attribute='name')|list", "map('first')|list", "max", "min", "reject|list",
           "rejectattr('age')|list", "replace('a', 'X')", "reverse|list", "round", "round(1)", "select|list",
           "select('string')|list", "selectattr('name')|list", "sort", "sort(reverse=true)", "string", "sum", "title",
           "tojson", "tojson(indent=2)", "trim", "truncate(4)", "unique|list", "upper", "wordcount", "batch(2)|list",
           "slice(2)|list", "groupby(0)|list", "format(1)"]
TESTS = ["boolean", "callable", "defined", "divisibleby 2", "eq 1", "even", "false", "float", "gt 1", "in [1, 'a']",
         "integer", "iterable", "lower", "lt 'b'", "mapping", "ne none", "none", "number", "odd", "sequence", "string",
         "true", "undefined", "upper"]
TAILS = ["[0]", "[-1]", "[1:]", "[::-1]", "[:2]", "['a']", ".a", ".name", ".0", ".upper()", ".split()", ".strip()",
         ".items()|list", ".get('a')", ".get('q', 5)", ".keys()|list", ".replace('a', 'b')", ".find('a')",
         ".count('a')", ".title()", ".startswith('a')", ".join(['x', 'y'])", ".splitlines()"]


def expression(generator, depth):
    """One expression that nests at most `depth` deep."""
    if depth == 0:
        return generator.choice(NAMES if generator.random() < 0.6 else LITERALS)
    kind = generator.randrange(10)
    part = expression(generator, depth - 1)
    if kind < 3:
        return f"({part} {generator.choice(BINARY)} {expression(generator, depth - 1)})"
    if kind < 6:
        return f"({part}|{generator.choice(FILTERS)})"
    if kind == 6:
        return f"({part} is {generator.choice(['', 'not '])}{generator.choice(TESTS)})"
    if kind == 7:
        return f"({part} if {expression(generator, depth - 1)} else {expression(generator, depth - 1)})"
    if kind == 8:
        return f"{generator.choice(['not ', '-', ''])}({part})"
    return f"({part}){generator.choice(TAILS)}"


def sources(count, seed=7):
    generator = random.Random(seed)
    return ["{{ " + expression(generator, generator.randrange(1, 4)) + " }}" for _ in range(count)]
