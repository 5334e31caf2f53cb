"""The inputs of template_golden.py."""

CONTEXT = {
    "name": "Ada", "empty": "", "text": "  the quick  brown fox\n", "lines": "one\n\ntwo\r\nthree", "quote": "it's \"so\"",
    "wide": "Zürich ß Σίσυφος 日本 🙂 e\u0301", "n": 7, "m": -3, "zero": 0, "x": 2.5, "big": 1e20, "tiny": 1.5e-7,
    "whole": 3.0, "yes": True, "no": False, "nothing": None, "list": [3, 1, 2], "words": ["pear", "Apple", "fig", "apple"],
    "nested": [[1, "a"], [2, "b"]], "mixed": [1, "two", 3.0, None, True, {"k": "v"}],
    "dict": {"b": 1, "a": 2, "C": 3}, "deep": {"user": {"name": "Bob", "tags": ["x", "y"], "items": "mine"}},
    "people": [{"name": "Bob", "age": 31, "city": "Ulm"}, {"name": "al", "age": 25, "city": "ulm"},
               {"name": "Cy", "age": 31, "city": "Bonn"}, {"name": "Di", "city": "Bonn"}],
    "html": "<b class=\"x\">a & b's</b>",
}

TOOLS = [
    {"type": "function", "function": {
        "name": "get_weather", "description": "Today's weather in a city – short.",
        "parameters": {"type": "object", "properties": {
            "city": {"type": "string", "description": "The city, e.g. \"Zürich\""},
            "days": {"type": "array", "items": {"type": "integer"}},
            "limits": {"type": "object", "additionalProperties": {"type": "number"}, "description": "<bounds>"},
            "unit": {"type": ["string", "null"], "enum": ["c", "f"]}}, "required": ["city"]},
        "return": {"type": "string"}}},
    {"type": "function", "function": {"name": "now", "description": "", "parameters": {
        "type": "object", "properties": {}}}},
]

CALL = {"id": "abcdef123", "type": "function",
        "function": {"name": "get_weather", "arguments": {"city": "Zürich", "days": [1, 2], "unit": None, "x": 1.5}}}

CONVERSATIONS = [
    {"name": "one turn", "messages": [{"role": "user", "content": "Hello!"}], "prompt": True},
    {"name": "one turn without prompt", "messages": [{"role": "user", "content": "  Hello!\n"}]},
    {"name": "system", "prompt": True, "messages": [
        {"role": "system", "content": "Be kind.\n"}, {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": " Hello 🙂 "}, {"role": "user", "content": "日本語?"}]},
    {"name": "wrong order", "messages": [{"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}]},
    {"name": "unknown role", "messages": [{"role": "user", "content": "a"}, {"role": "narrator", "content": "b"}]},
    {"name": "thinking", "prompt": True, "extra": {"enable_thinking": False}, "messages": [
        {"role": "user", "content": "2+2?"},
        {"role": "assistant", "content": "<think>\nadd\n</think>\n\n4"}, {"role": "user", "content": "sure?"},
        {"role": "assistant", "content": "yes", "reasoning_content": "\ncheck\n"}]},
    {"name": "reasoning alias", "messages": [
        {"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "4", "reasoning": "easy"}]},
    {"name": "tools", "tools": True, "prompt": True, "messages": [
        {"role": "system", "content": "Use tools."}, {"role": "user", "content": "Weather?"}]},
    {"name": "tools in system", "tools": True, "extra": {"tools_in_user_message": False, "builtin_tools": ["code", "web"]},
     "messages": [{"role": "user", "content": "Weather?"}]},
    {"name": "tool call", "tools": True, "prompt": True, "messages": [
        {"role": "user", "content": "Weather?"}, {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "abcdef123", "name": "get_weather", "content": "{\"sky\": \"blue\"}"},
        {"role": "assistant", "content": "Blue."}, {"role": "user", "content": "Thanks"}]},
    {"name": "two tool calls", "tools": True, "messages": [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "Let me see.", "tool_calls": [CALL, CALL]},
        {"role": "tool", "content": "blue"}, {"role": "tool", "content": "grey"}]},
    {"name": "tool result as object", "messages": [
        {"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [CALL]},
        {"role": "tool", "content": {"content": [1, 2.0, "drei"]}}]},
    {"name": "parts", "prompt": True, "messages": [
        {"role": "system", "content": [{"type": "text", "text": "See."}]},
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " What is this? "}]}]},
    {"name": "documents", "prompt": True, "documents": [{"title": "A", "text": "one"}, {"title": "B", "text": "two"}],
     "messages": [{"role": "user", "content": " Who? "}]},
    {"name": "default preface", "extra": {"use_default_preface": True, "date_string": "1 Jan 2020"},
     "messages": [{"role": "user", "content": "Hi"}]},
]

EXPRESSIONS = """
1 + 2 * 3
(1 + 2) * 3
7 / 2
8 / 2
7 // 2
-7 // 2
7 // -2
-7 % 3
7 % -3
7.5 % 2
-7.5 % 2
-7.5 // 2
7 % -2.5
6 % -3.0
2 ** 10
2 ** -1
2 ** 0.5
2 ** 3 ** 2
-2 ** 2
- 3 - -3
+5
+x
-x
1_000 + 0x1F + 0b11 + 0o17
1.5e3
2e-7
1e16
1e15
123456789012345678.0
0.1 + 0.2
1 / 3
1e300 * 1e10
-1e300 * 1e10
1.0
100.0
1e22
1.5e-5
0.0001
0.00001
-0.0
big
tiny
whole
5 // 0.3
1 == 1.0
true == 1
'1' == 1
1 < 2 < 3
1 < 2 > 3
1 < 3 < 2
3 > 2 >= 2 != 1
'a' < 'b'
'Z' < 'a'
[1, 2] < [1, 3]
(1, 'b') > (1, 'a')
[1, 2] == [1, 2]
(1, 2) == [1, 2]
{'a': 1, 'b': 2} == {'b': 2, 'a': 1}
none == none
none is none
not true
not not 1
true and 'x'
false or 'y'
0 or '' or []
1 and 2 and 3
1 and 0 and 3
'a' in 'cat'
'dog' not in 'cat'
2 in list
5 not in list
'a' in dict
'z' in dict
'name' in people[0]
'' in 'abc'
1 in (1, 2)
not 'a' in 'b'
'yes' if yes else 'no'
'yes' if no else 'no'
'yes' if no
('yes' if no) is defined
1 if no else 2 if no else 3
'a' ~ 1 ~ none ~ 2.0 ~ true
'a' 'b' "c"
'a' * 3
3 * 'ab'
-1 * 'ab'
[1] * 3
[1] + [2, 3]
(1,) + (2,)
[]
{}
()
(1,)
1, 2
[1, 'two', 3.0, none, true, [], {}]
{'a': 1, 2: 'b', none: true, 'n': {'x': [1]}}
{1: 'a', 1.0: 'b', true: 'c'}
mixed
quote
[quote]
['a\\nb', "it's", 'say "hi"', "both ' and \\""]
['\\u00e9\\u200b\\x07\\x7f', '\U0001f642', '\\u2028']
wide
[wide]
'\\x41\\u0042\\U00000043\\101\\t|\\q|\\\\'
name[0]
name[-1]
name[5]
name[5] is defined
list[0]
list[-1]
list[9] is undefined
list[1:]
list[:-1]
list[::-1]
list[::2]
list[-2:]
list[5:]
list[2:0:-1]
list[-100:100]
name[::-1]
wide[7:12]
nested[0][1]
nested.0.1
(1, 2, 3)[1:]
dict['a']
dict.a
dict.missing
dict['missing'] is defined
deep.user.name
deep['user']['tags'][0]
deep.user.tags.0
deep.user['items']
deep.user.items is callable
deep.nope is undefined
dict.items() | list
dict.keys() | list
dict.values() | list
dict.keys()
dict.values()
dict.items()
dict.get('a')
dict.get('z')
dict.get('z', 'default')
dict.copy()
'a' in dict.keys()
1 in dict.values()
range(5) | list
range(2, 5) | list
range(10, 0, -3) | list
range(0)
range(3)
range(1, 10, 2)
range(10)[2:5]
range(0, 10, 3)[::2]
range(5)[::-1]
range(5)[9:]
range(5)[-1:0:-2] | list
range(0)[::-1]
range(5)[-1]
range(5) | length
3 in range(5)
undefined_name
undefined_name ~ 'x'
undefined_name == other_undefined
undefined_name == none
undefined_name is defined
not undefined_name
undefined_name or 'fallback'
undefined_name | length
undefined_name | list
undefined_name | default('d')
undefined_name | default
'' | default('d')
'' | default('d', true)
none | default('d')
none | default('d', boolean=true)
undefined_name | upper
[undefined_name]
'x' in undefined_name
dict(a=1, b=2)
dict([('a', 1)], c=3)
name.upper()
name.lower()
'hello wORLD'.capitalize()
'hello wORLD o\\'neil x-y'.title()
'aBc'.swapcase()
text.strip()
text.lstrip()
text.rstrip()
'xxaxx'.strip('x')
'xyaxy'.lstrip('yx')
'xyaxy'.rstrip('yx')
text.split()
text.split(' ')
'a,b,c'.split(',')
'a,b,c'.split(',', 1)
'a,b,c'.rsplit(',', 1)
'a,b,c'.split(',', maxsplit=0)
'a b  c '.split(none, 1)
'a b  c '.rsplit(none, 1)
' a '.split(maxsplit=0)
''.split()
''.split(',')
lines.splitlines()
lines.splitlines(true)
'abc'.startswith('a')
'abc'.startswith(('x', 'ab'))
'abc'.startswith('b', 1)
'abc'.endswith('bc')
'abc'.endswith('')
'banana'.replace('a', 'o')
'banana'.replace('a', 'o', 2)
'abc'.replace('', '-')
'abc'.replace('', '-', 2)
'banana'.find('an')
'banana'.rfind('an')
'banana'.find('x')
'banana'.find('an', 2)
wide.find('Σ')
'banana'.index('n')
'banana'.count('an')
'banana'.count('')
'aaaa'.count('aa')
', '.join(['a', 'b'])
''.join('abc')
'a-b-c'.partition('-')
'a-b-c'.rpartition('-')
'abc'.partition('x')
'prefix-x'.removeprefix('prefix-')
'x.txt'.removesuffix('.txt')
'7'.zfill(3)
'-7'.zfill(4)
'a'.ljust(3, '.')
'a'.rjust(3)
'a'.center(4, '*')
'ab'.center(5, '*')
'abc'.isalpha()
'a1'.isalnum()
'12'.isdigit()
'²'.isdigit()
'½'.isnumeric()
'１２'.isdecimal()
''.isdigit()
' \\t'.isspace()
'ab'.islower()
'AB1'.isupper()
'aé'.isascii()
'{} and {}'.format(1, 'b')
'{1}{0}'.format('a', 'b')
'{x:>5}|{y:<5}|{z:^5}'.format(x='a', y='b', z='c')
'{:.2f} {:05d} {:,} {:x} {:e}'.format(3.14159, 42, 1234567, 255, 12345.678)
'{:+d} {: d} {:.0%} {:g}'.format(5, 5, 0.25, 1e-10)
'{0[a]} {1.b} {{}}'.format({'a': 1}, {'b': 2})
'{!r}'.format('x')
'{:.3}|{:*>6}'.format('abcdef', 'x')
'{:.3}'.format(2.0)
'{:_}'.format(1234567)
'{:#x} {:#b}'.format(255, 5)
'%s is %d years and %.1f%%' % ('Bob', 31, 99.5)
'%5d|%-5d|%05d|%+d' % (42, 42, 42, 42)
'%s' % 'x'
'%s' % [1, 2]
'%(a)s-%(b)03d' % {'a': 'x', 'b': 7}
'%r %s' % ('q', none)
'%x %X %o %e %g' % (255, 255, 8, 12345.6789, 0.0001)
'%10.3f|%-10s|%.2s' % (3.14159, 'ab', 'abcdef')
'%c%c' % ('a', 98)
'%d' % 3.99
'%*d' % (5, 42)
list.count(1)
list.index(2)
list.copy()
list.append is defined
(1, 2, 1).count(1)
3.0.is_integer()
'trim me ' | trim
'xxtrimxx' | trim('x')
name | upper
name | lower
wide | upper
wide | lower
wide | title
'hello world-foo (bar) <baz> o\\'neil' | title
'hELLO' | capitalize
'ǆabc' | capitalize
list | length
dict | count
name | length
wide | length
list | join
list | join(', ')
people | join('|', attribute='name')
words | join(d=' ')
dict | join(',')
dict | tojson
mixed | tojson
mixed | tojson(indent=2)
deep | tojson(indent=4)
[] | tojson(indent=2)
{'a': {}, 'b': []} | tojson(indent=1)
quote | tojson
html | tojson
wide | tojson
wide | tojson(ensure_ascii=true)
'\\x00\\x1f\\x7f\\b\\f\\n\\r\\t/' | tojson
'\\x7f' | tojson(true)
1.0 | tojson
1e20 | tojson
[1e16, 1e-7, 0.1, -0.0] | tojson
(1, 2) | tojson
{1: 2, none: 3, true: 4, 1.5: 5} | tojson
dict | tojson(sort_keys=true)
dict | tojson(separators=(',', ':'))
dict | tojson(indent='--')
list | first
list | last
[] | first
'abc' | first
'abc' | last
people | map(attribute='name') | list
people | map(attribute='age', default=0) | list
people | map(attribute='name') | join(', ')
words | map('upper') | list
words | map('replace', 'p', 'q') | list
nested | map(attribute=1) | list
nested | map(attribute='0') | list
nested | map('first') | list
nested | map('join', '-') | list
[1, 2, 3, 4] | select('even') | list
[1, 2, 3, 4] | reject('even') | list
[0, 1, '', 'a', none] | select | list
[0, 1, '', 'a', none] | reject | list
[1, 5, 10] | select('gt', 4) | list
people | selectattr('age') | map(attribute='name') | list
people | selectattr('age', 'defined') | map(attribute='name') | list
people | selectattr('age', 'equalto', 31) | map(attribute='name') | list
people | rejectattr('age', '==', 31) | map(attribute='name') | list
people | selectattr('city', 'in', ['Bonn']) | list | length
words | select('equalto', 'fig') | first
words | select('in', 'a fig') | list
'yes' if people | selectattr('name', 'equalto', 'nobody') else 'no'
(people | selectattr('age', 'equalto', 31)) is iterable
dict | items | list
undefined_name | items | list
dict | dictsort
dict | dictsort(true)
dict | dictsort(by='value', reverse=true)
list | sort
list | sort(reverse=true)
words | sort
words | sort(case_sensitive=true)
people | sort(attribute='city,name') | map(attribute='name') | list
people | sort(attribute='name') | map(attribute='name') | list
dict | sort
[none, none] | sort
people | map(attribute='nope') | sort
list | reverse | list
'abc' | reverse
dict | reverse | list
words | unique | list
words | unique(true) | list
people | unique(attribute='city') | map(attribute='name') | list
'banana' | replace('a', 'o')
'banana' | replace('a', 'o', 1)
12 | replace(1, 'x')
lines | indent
lines | indent(2)
lines | indent(2, true)
lines | indent(2, blank=true)
lines | indent('> ', first=true)
'' | indent(first=true)
5 | string ~ 'x'
none | string
[1, 'a'] | string
'42' | int
' 42 ' | int
'42.7' | int
'abc' | int
'abc' | int(-1)
'ff' | int(base=16)
'0xff' | int(0, 16)
'1_000' | int
3.99 | int
-3.99 | int
true | int
none | int
none | int(default=5)
'3.5' | float
'1e3' | float
'x' | float
'x' | float(1.5)
'inf' | float
'-nan' | float
3 | float
none | float
-5 | abs
-5.5 | abs
2.5 | round
3.5 | round
2.675 | round(2)
42.55 | round(1)
42.55 | round(1, 'floor')
42.51 | round(1, method='ceil')
1234 | round(-2)
42 | round
1250 | round(-2)
1350 | round(-2)
-7 | round(0, 'floor')
[1, 2, 3] | sum
[1.5, 2] | sum
[[1], [2]] | sum(start=[])
people | selectattr('age', 'defined') | sum(attribute='age')
[] | sum
[] | sum(start=5)
list | min
list | max
words | min
words | max
words | max(case_sensitive=true)
[] | min
people | selectattr('age', 'defined') | min(attribute='age')
html | safe
html | escape
html | e
html | forceescape
list | list
'abc' | list
dict | list
[1, 2, 3, 4, 5] | batch(2) | list
[1, 2, 3, 4, 5] | batch(2, 0) | list
[1, 2, 3, 4, 5] | slice(2) | list
[1, 2, 3, 4, 5] | slice(3, 'x') | list
people | groupby('city') | length
people | groupby('city') | map('first') | list
people | groupby('city', case_sensitive=true) | map(attribute='grouper') | list
people | groupby('age', default=0) | map(attribute='list') | map('length') | list
'the quick brown fox jumps' | truncate(10)
'the quick brown fox jumps' | truncate(10, true)
'the quick brown fox jumps' | truncate(10, true, '', 0)
'short' | truncate(3)
'hello' | truncate(3, false, '.', 0)
text | wordcount
wide | wordcount
'a' | center(5)
'%s-%s' | format(1, 'b')
'%(x)s' | format(x=1)
deep | attr('get') is callable
dict | attr('a') is defined
-1 | abs
not x | int
1 is odd
2 is odd
2 is even
-1 is odd
9 is divisibleby 3
9 is divisibleby(2)
1 is defined and undefined_name is undefined
none is none and 0 is not none
'a' is string
1 is string
1 is number
true is number
1.0 is integer
1 is integer
true is integer
1.0 is float
true is boolean
0 is boolean
dict is mapping
list is mapping
list is iterable
'abc' is iterable
5 is iterable
none is iterable
undefined_name is iterable
list is sequence
dict is sequence
range(3) is sequence
dict.items() is sequence
'a' is sequence
5 is sequence
undefined_name is sequence
true is true
1 is true
false is false
0 is false
1 is eq 1
1 is equalto 1.0
1 is == 1
1 is ne 2
1 is lt 2
1 is gt 2
1 is ge 1
1 is le(0)
1 is in [1, 2]
3 is not in [1, 2]
'abc' is lower
'ABC' is upper
'123' is lower
range is callable
name is callable
undefined_name is callable
'upper' is filter
'nope' is filter
'odd' is test
none is sameas none
1 is sameas true
1 is not defined
x is number and x is not integer
'a' is in 'abc'
list is not none and list | length > 2
(list | length) is gt 2
strftime_now('%d %b %Y')
strftime_now('%Y-%m-%d %H:%M:%S %j %a %A %B %p %I %y %%')
strftime_now('%-d/%-m %e %U %W %w %u %D %F %T %R %c %x %X')
strftime_now('%z|%Z|%f|%n|%t|%h|%C|%^a|%_d')
strftime_now is defined
namespace(a=1).a
namespace({'b': 2}, c=3).b
namespace(a=1, b='x')
namespace().missing
loop is defined
dict(a=1).get('a', 0) + 1
[1, 2, 3][1:][0]
(list | sort)[0]
"a" if name == 'Ada' and n > 5 else "b"
{'a': [1, {'b': 'deep'}]}.a[1].b
[x, y] if y is defined else [x]
list | map('string') | map('length') | sum
'%s' | format('ü') | upper | lower | title
name.upper().lower().title()[0:2] ~ '!'
(1, 2) in [(1, 2)]
[] == undefined_name
'a' != 'b' == true
list[true]
{'x': 1}['x']
{(1, 2): 'pair'}[(1, 2)]
'e\\u0301' == 'é'
'e\\u0301' | length
'\\r\\n' | length
{'é': 1, 'e\\u0301': 2} | length
"a\\
b"
''.join(words | map('first'))
[3, 1] < undefined_list if undefined_list is defined else 'none'
words | map('first') | unique | join
1 if list else 2
'1' + '2' * 2
name | upper ~ '!' * 2
- list | length
1 + list | length
2 * x | round
1 | string + 'x'
[[1, [2, [3]]]] | string
[1, 2, 3] | map('pow') is defined
' a b '.split(' ')
'aXbXc' .split('X')[::-1] | join('Y')
9007199254740993 == 9007199254740992.0
9007199254740993 > 9007199254740992.0
1 < 1.5
9223372036854775807
-9223372036854775807 - 1
[none, true, false] | map('string') | join(',')
(5).__class__
''.__class__ is defined
dict.__class__ | string
dict._x is defined
dict.pop is defined
list.append ~ 'x'
"{'a': 1}"
caller is defined
varargs is defined
['a', 'b'] | map('tojson') | join(', ')
{'a': undefined_name} | string
lines | replace('\\n', '|') | trim
'a\\tb' | tojson
"x" is string and "x" is not number or false
people[0].name ~ people[-1]['name']
'\\N' ~ '' if false else 'ok'
""".strip("\n").split("\n")

# Whole templates; `¶` stands for a line break, so that white space at the ends is seen.
STATEMENTS = """
a¶{% if true %}¶b¶{% endif %}¶c
a¶  {% if true %}  ¶  b¶  {% endif %}  ¶c
a¶  {%- if true -%}  ¶  b¶  {%- endif -%}  ¶c
a¶  {%+ if true %}b{%+ endif %}¶c
a {% if true +%}¶b{% endif +%}¶c
a  {{- 'b' -}}  c
a  {{+ 'b' }}  c
 {{ 'a' }} ¶¶{{ 'b' }}¶
a¶{# comment #}¶b
a¶  {# comment #}  ¶b
a {#- comment -#} b
a {# multi¶line #}¶ b
a¶{# {% if %} {{ x }} #}b
x{% raw %}{{ not }} {% even %}{% endraw %}y
x ¶ {%- raw -%} ¶ {{ a }} ¶ {%- endraw -%} ¶ y
¶  {% raw %}¶ {{ a }}¶  {% endraw %}¶ y
{% raw %}{% endraw %}
{% for i in list %}{{ i }}{% endfor %}
{% for i in list %}¶{{ i }}¶{% endfor %}¶
{% for i in list -%}¶{{ i }}¶{%- endfor %}¶
  {% for i in list %}  {{ i }}  {% endfor %}¶
{% for i in [] %}x{% else %}none{% endfor %}
{% for i in undefined_name %}x{% else %}none{% endfor %}
{% for i in list if i > 1 %}{{ loop.index }}:{{ i }} {% endfor %}
{% for i in list if i > 9 %}x{% else %}none{% endfor %}
{% for a, b in nested %}{{ a }}-{{ b }};{% endfor %}
{% for (a, b) in nested %}{{ a }}-{{ b }};{% endfor %}
{% for k, v in dict.items() %}{{ k }}={{ v }}{{ ', ' if not loop.last }}{% endfor %}
{% for k in dict %}{{ k }}{% endfor %}
{% for c in 'añ🙂' %}[{{ c }}]{% endfor %}
{% for i in 1, 2, 3 %}{{ i }}{% endfor %}
{% for i in list %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}
{% for i in list %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }} {% endfor %}
{% for i in list %}{{ loop.previtem is defined }} {{ loop.nextitem is defined }} {% endfor %}
{% for i in list %}{{ loop.cycle('odd', 'even') }} {% endfor %}
{% for i in [1, 1, 2, 2, 1] %}{% if loop.changed(i) %}{{ i }}{% endif %}{% endfor %}
{% for i in list %}{{ loop }} {% endfor %}
{% for i in list %}{% for j in list %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}
{% for i in list %}{% set outer = loop %}{% for j in 'ab' %}{{ outer.index }}{{ j }}{% endfor %}{% endfor %}
{% for i in range(10) %}{% if i == 3 %}{% continue %}{% endif %}{% if i == 6 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for i in list %}{% for j in list %}{% if j == 1 %}{% break %}{% endif %}{{ j }}{% endfor %}|{% endfor %}
{% for i in list %}{% break %}{% else %}e{% endfor %}
{% for n in [{'v': 1, 'c': [{'v': 2, 'c': []}, {'v': 3, 'c': [{'v': 4}]}]}] recursive %}{{ n.v }}@{{ loop.depth }}{% if n.c %}({{ loop(n.c) }}){% endif %}{% endfor %}
{% set x = 1 %}{% for i in list %}{{ x }}{% set x = x + 1 %}{% endfor %}{{ x }}
{% set ns = namespace(x=1) %}{% for i in list %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}
{% set ns = namespace() %}{% set ns.a = 1 %}{% set ns.b = [ns.a] %}{{ ns.b }}{{ ns }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set a, (b, c) = 1, (2, 3) %}{{ a }}{{ b }}{{ c }}
{% set a = 1, 2 %}{{ a }}
{% set ns = namespace() %}{% set ns.a, b = 1, 2 %}{{ ns.a }}{{ b }}
{% set x %}a{{ name }}b{% endset %}[{{ x }}]
{% set x | upper %}a{{ name }}b{% endset %}[{{ x }}]
{% set x | trim | upper %}  a {% endset %}[{{ x }}]
{% set x %}{% set y = 1 %}{{ y }}{% endset %}{{ x }}{{ y is defined }}
{% if yes %}{% set q = 1 %}{% endif %}{{ q }}
{% if no %}{% set q = 1 %}{% endif %}{{ q is defined }}
{% set name = name ~ '!' %}{{ name }}
{% if no %}a{% elif zero %}b{% elif n == 7 %}c{% else %}d{% endif %}
{% if no %}a{% else %}d{% endif %}
{% if list and not empty %}x{% endif %}
{% with %}{% set z = 1 %}{{ z }}{% endwith %}{{ z is defined }}
{% with a = 1, b = name %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}
{% macro m(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, 3) }}|{{ m(1, c='z') }}|{{ m(b=5, a=6) }}|{{ m() }}
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}
{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}hi {{ name }}{% endcall %}
{% macro m(l) %}{% for i in l %}{{ caller(i, loop.index) }}{% endfor %}{% endmacro %}{% call(a, b) m(list) %}<{{ a }}{{ b }}>{% endcall %}
{% macro fact(k) %}{{ 1 if k < 2 else k * fact(k - 1) | int }}{% endmacro %}{{ fact(6) }}
{% macro m() %}{{ x_later }}{% endmacro %}{% set x_later = 5 %}{{ m() }}
{% macro m() %}{{ name }}{% endmacro %}{% set name = 'B' %}{{ m() }}
{% macro m() %}x{% endmacro %}{{ m }}{{ m is callable }}{{ m.name }}
{% macro outer() %}{% macro inner() %}i{% endmacro %}[{{ inner() }}]{% endmacro %}{{ outer() }}
{% macro m(x) -%}¶  {{ x }}¶{%- endmacro %}{{ m('a') ~ m('b') | upper }}
{% macro m() %}[{{ caller is defined }}]{% endmacro %}{% macro o() %}{% call m() %}{{ caller is defined }}{% endcall %}{{ caller() }}{% endmacro %}{% call o() %}x{% endcall %}
{% macro m() %}{% macro k() %}{{ kwargs }}{% endmacro %}{{ k(a=1) }}{{ kwargs }}{% endmacro %}{{ m(b=2) }}
{% filter upper %}a{{ name }}b{% endfilter %}
{% filter replace('a', 'b') | upper %}banana{% endfilter %}
{% generation %}kept {{ name }}{% endgeneration %}!
x{% generation %}¶{% set g = 1 %}{{ g }}¶{% endgeneration %}¶{{ g is defined }}
{% print name %}
{% print name, n %}
{{ name }}{{ n }}
{{ {'a': {'b': 1}}.a.b }}{{ {} }}
{{ '}}' }}{{ "{{" }}
{{ "%}" }}{% if '%}' == "%}" %}ok{% endif %}
{%if yes%}tight{%endif%}
{% if yes -%} a {%- endif %}
{%- set a = 1 -%}  {{ a }}
  {%- set a = 1 +%}  ¶{{ a }}
¶¶a¶¶
a¶
a¶¶
{{ name }}¶
{{ name }}¶¶
{% set a = 1 %}¶¶b
a{% set b = 1 %}b
 {% set b = 1 %}b
	{% set b = 1 %}	b
{ a } {b} {{'c'}} {d
100%} }} %} #}
{% set m = people | map(attribute='name') %}{% for p in m %}{{ p }}{% endfor %}{% for p in m %}{{ p }}{% else %}empty{% endfor %}
{% set m = people | map(attribute='name') %}{{ m | first }}{{ m | list }}
{% for g in people | groupby('city') %}{{ g.grouper }}:{{ g.list | length }}{{ g[0] }} {% endfor %}
{% for g, members in people | groupby('city') %}{{ g }}:{{ members | map(attribute='name') | join('/') }} {% endfor %}
{% for i in list %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}
{% set ns = namespace(found=false) %}{% for p in people %}{% if p.age is defined and p.age < 30 %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}
{% for p in people %}{% if loop.first %}[{% endif %}{{ p.name }}{% if loop.last %}]{% else %};{% endif %}{% endfor %}
{% if no %}{{ name | nofilter }}{% endif %}ok
{% if yes %}{% else %}{{ name is notest }}{% endif %}ok
{{ (name | nofilter) if no else 'ok' }}
{% for i in list: %}{{ i }}{% endfor %}
{% set x = namespace(l=[]) %}{% for i in list %}{% set x.l = x.l + [i] %}{% endfor %}{{ x.l }}
{% for k, v in dict | dictsort %}{{ k }}{{ v }}{% endfor %}
{% for a in nested %}{% for b in a %}{{ b }}{{ loop.length }}{% endfor %}{% endfor %}
{% set s = 'x' %}{% for i in list %}{% if loop.index == 2 %}{% set s = 'y' %}{% endif %}{{ s }}{% endfor %}{{ s }}
{% set ns = namespace(a=namespace(b=1)) %}{{ ns.a.b }}
{%- for message in people %}¶    {%- if message.age %}¶        {{- message.name + ' ' }}¶    {%- endif %}¶{%- endfor %}¶
{% set d = dict(a=1) %}{% set d = dict(d, b=2) %}{{ d }}
{{ dict(**dict) if false else 'x' }}
{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(*[5], b=6) }}
{% for i in list %}{% set x %}{{ i }}{% if i == 1 %}{% continue %}{% endif %}{% endset %}{{ x }}{% endfor %}
{% for i in range(3) %}{% for j in range(i) %}{{ i }}{{ j }} {% endfor %}{% endfor %}
{{ 'a' if yes }}{{ 'b' if no }}
{% set a = 'x' if no %}{{ a is defined }}
{{ lines }}
{{ "a¶b" }}
""".strip("\n").split("\n")

ERRORS = """
{{ undefined_name.x }}
¶{{ undefined_name.x.y }}
{{ undefined_name['x'] }}
{{ undefined_name() }}
{{ undefined_name + 1 }}
{{ 1 + undefined_name }}
{{ 'a' + undefined_name }}
{{ -undefined_name }}
{{ undefined_name < 1 }}
{{ undefined_name[1:] }}
{{ dict.missing.more }}
{{ name.nope() }}
{{ nothing.x.y }}
{{ undefined_name | int }}
{{ [] | first + 1 }}
{{ undefined_name | tojson }}
a¶b¶{{ 'a' + 1 }}
{{ 1 + 'a' }}
{{ 1 + none }}
{{ [1] + (2,) }}
{{ 'a' - 'b' }}
{{ 'a' * 'b' }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 1.0 % 0 }}
{{ 0 ** -1 }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ [1, 'a'] | sort }}
{{ 1 in 5 }}
{{ 1 in 'a' }}
{{ {[]: 1} }}
{{ 5() }}
{{ name() }}
{{ none | length }}
{{ 5 | length }}
{{ 5 | list }}
{{ 'x' | abs }}
{{ 'abc' | round }}
{{ ['a'] | sum }}
{{ namespace | tojson }}
{{ list.append(1) }}
¶{{ dict.update({}) }}
{{ dict.pop('a') }}
{{ ''.__class__.__mro__ }}
{{ namespace(_a=1) }}
{% set ns = namespace() %}{% set ns._b = 1 %}
{% set dict.a = 1 %}
{% set nope.a = 1 %}
{% for a, b in list %}{% endfor %}
{% for i in 5 %}{% endfor %}
{% for i in none %}{% endfor %}
{% for i in list %}{{ loop(list) }}{% endfor %}
{% set a, b = 1 %}
{% set a, b = 1, 2, 3 %}
{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{% endmacro %}{{ m(b=2) }}
{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}
{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}
{{ range(1000000) | length }}
{{ range(1, 2, 0) }}
{{ range('a') }}
{{ raise_exception('stop here') }}
¶¶{{ raise_exception('line ' ~ 3) }}
{% for i in list %}¶{{ raise_exception(i) }}{% endfor %}
{% macro m() %}¶{{ raise_exception('in macro') }}¶{% endmacro %}¶{{ m() }}
{{ raise_exception() }}
{{ 'a' | replace('b') }}
{{ 'a' | upper(1) }}
{{ 'a' | trim(chars='a', x=1) }}
{{ 'a'.split('') }}
{{ 'a'.index('z') }}
{{ ','.join([1]) }}
{{ '%d' % 'x' }}
{{ '%s %s' % 'x' }}
{{ '%s' % (1, 2) }}
{{ '%y' % 1 }}
{{ '{} {}'.format(1) }}
{{ '{'.format(1) }}
{{ list[::0] }}
{{ n[1:] }}
{{ list['a':] }}
{{ 'a' is divisibleby 2 }}
{{ 1 is divisibleby 0 }}
{{ name | nofilter }}
¶{{ name is notest }}
{{ list | map('nofilter') | list }}
{{ list | map | list }}
{{ list | select('notest') | list }}
{{ dict | items | last }}
{{ list | batch }}
{% if yes %}¶{{ name | nofilter }}{% endif %}
{% nosuch %}
a¶b¶  {% nosuch %}
{% if %}x{% endif %}
{% if yes %}x
¶{% for i in list %}x
{% for i in list %}x{% endif %}
{% endif %}
{% else %}
{% for %}{% endfor %}
{% for i list %}{% endfor %}
{% set %}
{% set 1 = 2 %}
{% set true = 2 %}
{% macro %}{% endmacro %}
{% macro m(a=1, b) %}{% endmacro %}
{{ }}
{{ 1 + }}
{{ (1 }}
{{ 1) }}
{{ [1, 2 }}
{{ [1) }}
{{ {'a' 1} }}
{{ 'abc }}
{{ a b }}
{{ a | }}
{{ a is }}
{{ a. }}
{{ a ! b }}
{{ a ? b }}
{{ a @ b }}
{{ 1 2 }}
{{ f(a=1, 2) }}
{{ f(**a, b) }}
{{ a is b is c }}
{{ name
{% if yes
{# no end
{% raw %}no end
{% do list.append(1) %}
{% break %}
{{ x = 1 }}
{{ 08 }}
{{ 'a' | }}
{{ name | upper | }}
¶¶¶{{ 'unclosed }}
{% set x = %}
{% call name %}{% endcall %}
{% with a %}{% endwith %}
{% filter %}{% endfilter %}
{{ "\\x4" }}
{{ '\\u12' }}
{% elif x %}
{% if x %}{% else %}{% elif y %}{% endif %}
""".strip("\n").split("\n")


def sources():
    """All small templates."""
    result = ["{{ " + expression.replace("\\\\", "\\") + " }}" for expression in EXPRESSIONS]
    result += [statement.replace("¶", "\n") for statement in STATEMENTS]
    result += [error.replace("¶", "\n").replace("\\\\", "\\") for error in ERRORS]
    return result
