"""Problem files that are wrong, and everything that is said of them: place, sentence, hint."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Malformed:
    """A problem file and what is said: lines `line:column: sentence | hint`."""

    name: str
    text: str
    said: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


HEAD = """\
format = 1
title = "Squares"
forward = '''
index b in B, j in J
input x[b, j]
param w[j]
for b, j: y[b, j] += w[j] x[b, j]^2
for b, j: c[b] += y[b, j]
'''
"""
"""Nine lines; parts begin in line 10."""

PART = """\
[[part]]
id = "a"
ask = "adjoint"
statements = [1]
wrt = ["x"]
text = "What does the first statement add to x.grad?"
"""
"""Six lines; what follows begins in line 16."""

MALFORMED: list[Malformed] = [
    Malformed(
        "empty",
        "",
        (
            "1:1: a problem needs the key 'format': a whole number",
            "1:1: a problem needs the key 'title': a text",
            "1:1: a problem needs the key 'part': tables that begin with a line \"[[part]]\"",
            "1:1: a problem needs the key 'forward': a text",
        ),
    ),
    Malformed("not TOML", "format = 1\ntitle = Squares\n", ("2:9: this is not TOML: invalid value",)),
    Malformed("a string without end", "format = 1\ntitle = 'Squares\n", ('2:16: this is not TOML: expected "\'"',)),
    Malformed("a key twice", "format = 1\nformat = 1\n", ("2:11: this is not TOML: cannot overwrite a value",)),
    Malformed("nested deeply", "a = " + "[" * 5000, ("this file is nested too deeply",)),
    Malformed("a long number", "a = 1" + "0" * 5000, ("a number in this file has too many digits",)),
    Malformed("another format", HEAD.replace("format = 1", "format = 2") + PART, ("1:1: format 2 is not known",)),
    Malformed(
        "no format",
        HEAD.replace("format = 1", "# format") + PART,
        ("1:1: a problem needs the key 'format': a whole number",),
    ),
    Malformed(
        "format as text",
        HEAD.replace("format = 1", 'format = "1"') + PART,
        ("1:1: format is a text, but should be a whole number",),
    ),
    Malformed(
        "unknown key",
        HEAD.replace("title", "tittle") + PART,
        (
            "1:1: a problem needs the key 'title': a text",
            "2:1: a problem has no key 'tittle'",
        ),
    ),
    Malformed("unknown key far from all", "colour = 'red'\n" + HEAD + PART, ("1:1: a problem has no key 'colour'",)),
    Malformed(
        "unknown key in a part",
        HEAD + PART + "anwser = 'for b, j: x.grad[b, j] += 1'\n",
        ("16:1: a part has no key 'anwser'",),
    ),
    Malformed(
        "unknown keys in a mistake",
        HEAD + PART + "[[part.mistake]]\nnam = 'm'\nanswer = 'x.grad = 1'\n",
        (
            "16:1: a mistake needs the key 'name': a text",
            "16:1: a mistake needs the key 'feedback': a text",
            "17:1: a mistake has no key 'nam'",
        ),
    ),
    Malformed(
        "types",
        "format = true\ntitle = 3\nsource = [1]\nforward = 1979-05-27\ncapital_sums = 'yes'\npart = []\n",
        (
            "1:1: format is true or false, but should be a whole number",
            "2:1: title is a number, but should be a text",
            "3:1: source is [1], but should be a text or a list of texts",
            "4:1: forward is a date or time, but should be a text",
            "5:1: capital_sums is a text, but should be true or false",
            '6:1: part is empty, but should be tables that begin with a line "[[part]]"',
        ),
    ),
    Malformed(
        "types in a part",
        HEAD + "[[part]]\nask = ['adjoint']\ntext = ''\npoints = nan\nstatements = 1\nwrt = []\nmistake = 'm'\n",
        (
            "11:1: ask is a list, but should be a text",
            "12:1: text is empty, but should be a text",
            "13:1: points is no finite number, but should be a number greater than 0",
            "14:1: statements is a number, but should be a list of statement numbers, as in [2]",
            '15:1: wrt is empty, but should be a list of names of tensors, as in ["s"]',
            '16:1: mistake is a text, but should be tables that begin with a line "[[part.mistake]]"',
        ),
    ),
    Malformed("no part", HEAD, ("1:1: a problem needs the key 'part': tables that begin with a line \"[[part]]\"",)),
    Malformed(
        "part as one table",
        HEAD + PART.replace("[[part]]", "[part]"),
        ('10:1: part is a table, but should be tables that begin with a line "[[part]]"',),
    ),
    Malformed(
        "no forward program",
        HEAD.replace("forward", "text") + PART,
        ("1:1: a problem needs the key 'forward': a text",),
    ),
    Malformed(
        "forward program that cannot be read",
        HEAD.replace("w[j] x[b, j]^2", "w[j] (x[b, j]^2") + PART,
        ("7:27: “(” is never closed",),
    ),
    Malformed(
        "forward program that is not legal",
        HEAD.replace("w[j] x", "v[j] z") + PART.replace('"adjoint"', '"adjiont"'),
        (
            "7:22: unknown tensor v",
            "7:27: unknown tensor z",
            "12:1: 'adjiont' is no question that can be asked",
        ),
    ),
    Malformed(
        "forward on one line",
        "format = 1\ntitle = 't'\nforward = 'for b: y[b] += x[b'\n" + PART,
        ("3:28: “[” is never closed",),
    ),
    Malformed(
        "forward in escapes",
        'format = 1\ntitle = "t"\nforward = "\\nfor b: y[b] += x[b"\n' + PART,
        ("3:1: “[” is never closed",),
    ),
    Malformed(
        "ask misspelled",
        HEAD + PART.replace('"adjoint"', '"adjiont"'),
        ("12:1: 'adjiont' is no question that can be asked",),
    ),
    Malformed(
        "a published answer of another document",
        HEAD.replace("forward", "source = 'A book'\nforward", 1)
        + PART
        + "[[part.published]]\nsource = 'A bock'\nverdict = 'refuted'\nanswer = 'y[b, j] = 1'\n",
        ("18:1: the part has no source 'A bock'",),
    ),
    Malformed(
        "a part of another document",
        HEAD.replace("forward", "source = 'A book'\nforward", 1) + PART + "source = 'A bock'\n",
        ("17:1: the problem has no source 'A bock'",),
    ),
    Malformed(
        "a published answer to a part that no document asks",
        HEAD.replace("forward", "source = 'A book'\nforward", 1)
        + PART
        + "source = []\n[[part.published]]\nsource = 'A book'\nverdict = 'refuted'\nanswer = 'y[b, j] = 1'\n",
        ("19:1: the part has no source 'A book'",),
    ),
    Malformed(
        "a wording of another document",
        HEAD.replace("forward", "source = 'A book'\nforward", 1)
        + PART
        + "[[stated]]\nsource = 'A bock'\nverdict = 'proved'\nforward = 'y[b, j] = '\n",
        (
            "18:1: the problem has no source 'A bock'",
            "20:20: an expression is missing between “=” and the end of the line",
        ),
    ),
    Malformed(
        "a part's own forward program",
        HEAD + PART.replace("statements = [1]\n", "") + "forward = 'y[b] = '\n",
        ("15:17: an expression is missing between “=” and the end of the line",),
    ),
    Malformed(
        "statement out of range",
        HEAD + PART.replace("[1]", "[0, 3]"),
        (
            "13:1: there is no statement 0",
            "13:1: there is no statement 3",
        ),
    ),
    Malformed(
        "unknown tensor in wrt", HEAD + PART.replace('["x"]', '["X"]'), ("14:1: the forward program has no tensor 'X'",)
    ),
    Malformed(
        "wrt that nothing depends on",
        HEAD + PART.replace('["x"]', '["y"]'),
        ("14:1: y.grad is given, and nothing is added to it: y is what is differentiated",),
    ),
    Malformed(
        "ids",
        HEAD + PART + PART + PART.replace('id = "a"\n', "") + PART.replace('"a"', '"a.b"'),
        (
            "17:1: two parts have the id 'a'",
            "22:1: a part behind others needs the key 'id'",
            "28:1: 'a.b' is no name of a part",
        ),
    ),
    Malformed(
        "aliases",
        HEAD.replace("forward", "aliases = { v = 'W', '2w' = 'w' }\nforward") + PART,
        (
            "3:13: the forward program has no tensor 'W'",
            "3:22: '2w' is no spelling of a tensor",
        ),
    ),
    Malformed(
        "average",
        HEAD.replace("forward", "average = 'n'\nforward") + PART,
        ("3:1: the forward program has no index 'n'",),
    ),
    Malformed(
        "release", HEAD.replace("forward", "release = 'all'\nforward") + PART, ("3:1: 'all' is no step of release",)
    ),
    Malformed(
        "answer that cannot be read",
        HEAD + PART + "answer = '''\nfor b, j:\n    x.grad[b, j] += (2 y.grad[b, j]\n'''\n",
        ("18:21: “(” is never closed",),
    ),
    Malformed(
        "answer that is not legal",
        HEAD + PART + "answer = '''\nfor b: x.grad[b, j] += 2 q[b]'''\n",
        (
            "17:18: no loop binds the index j",
            "17:26: unknown tensor q",
        ),
    ),
    Malformed(
        "answer that overwrites",
        HEAD + PART + "answer = 'for b, j: x.grad[b, j] = 2 y.grad[b, j] w[j] x[b, j]'\n",
        ("16:21: x.grad starts at a given value, which `=` would throw away",),
    ),
    Malformed(
        "answer to another question",
        HEAD + PART + "answer = 'for b, j: y.grad[b, j] += 1'\n",
        ("16:21: y.grad is given: it can be read, not written",),
    ),
    Malformed(
        "mistake that cannot be read",
        HEAD + PART + "[[part.mistake]]\nname = 'm'\nfeedback = 'f'\nanswer = 'for b, j: x.grad[b, j] += ]'\n",
        ("19:37: “]” closes nothing",),
    ),
    Malformed(
        "mistakes of one name",
        HEAD + PART + 2 * "[[part.mistake]]\nname = 'm'\nfeedback = 'f'\nanswer = 'for b, j: x.grad[b, j] += 1'\n",
        ("21:1: two mistakes have the name 'm'",),
    ),
    Malformed(
        "published without verdict",
        HEAD
        + PART
        + "[[part.published]]\nanswer = 'for b, j: x.grad[b, j] += 1'\n"
        + "[[part.published]]\nverdict = 'wrong'\nanswer = '''\nfor b, j: x.grad[b, j] + 1'''\n",
        (
            "16:1: a published answer needs the key 'verdict': a text",
            "19:1: 'wrong' is no verdict on a published answer",
            "21:24: this line is no statement",
        ),
    ),
    Malformed(
        "derivation that cannot be read",
        HEAD
        + PART
        + "derivation = '''\nx.grad[b, j] = 2 y.grad[b, j] w[j] x[b, j]   # by the rule\n"
        + "             = 2 q[b] w[j] (x[b, j]\n\nw[j]\n'''\n",
        (
            "18:28: “(” is never closed",
            "20:1: there is no equation here",
        ),
    ),
    Malformed(
        "derivation with a range in front",
        HEAD + PART + "derivation = 'for b, j < b: w[j] = w[j]'\n",
        ("16:15: loops in front of an equation only name indices",),
    ),
    Malformed(
        "show nothing",
        HEAD + PART.replace('"adjoint"', '"show"'),
        ("10:1: a part that asks to show something needs an answer or a derivation",),
    ),
    Malformed(
        "rewrite nothing",
        HEAD + PART.replace('"adjoint"', '"rewrite"').replace("statements = [1]\n", ""),
        (
            "10:1: there is nothing to rewrite: the forward program has neither an equation nor a sum",
            "13:1: wrt has no meaning where the part asks to rewrite equations",
        ),
    ),
    Malformed(
        "rewritten with a sum",
        HEAD.replace("for b, j: c[b] += y[b, j]", "c[b] = sum_j y[b, j]")
        + "[[part]]\nask = 'rewrite'\nstatements = [2]\ntext = '?'\nanswer = '''\nfor b: c[b] += sum_j y[b, j]\n'''\n",
        ("15:8: what is added to c[b] still has a sum in it: write its index as a loop",),
    ),
    Malformed(
        "rewritten as an assignment",
        HEAD.replace("for b, j: c[b] += y[b, j]", "c[b] = sum_j y[b, j]")
        + "[[part]]\nask = 'rewrite'\nstatements = [2]\ntext = '?'\nanswer = 'for b: c[b] = y[b, 0]'\n",
        ("14:18: `c[b] = ...` is an assignment: write loops that add, with `+=` or `-=`",),
    ),
    Malformed(
        "welcome is no tensor",
        HEAD + PART + "welcome = ['w', 'z']\n",
        ("16:1: the forward program has no tensor 'z'",),
    ),
    Malformed(
        "welcome, though nothing depends on it",
        HEAD + PART + "welcome = ['y']\n",
        ("16:1: y.grad is given, and nothing is added to it: y is what is differentiated",),
    ),
    Malformed(
        "welcome where there are no gradients",
        HEAD + "[[part]]\nask = 'explain'\ntext = 'Why?'\nanswer = 'So.'\nwelcome = ['w']\n",
        ("14:1: a part has no key 'welcome'",),
    ),
    Malformed(
        "explain nothing",
        HEAD + PART.replace('"adjoint"', '"explain"').replace("statements = [1]", "derivation = 'q = q'"),
        (
            "10:1: a part that asks to explain needs the key 'answer': the worked text",
            "13:1: derivation has no meaning where the part asks to explain",
        ),
    ),
    Malformed(
        "explanation with a fence of another kind",
        HEAD + "[[part]]\nask = 'explain'\ntext = 'Why?'\nanswer = '''\nSee:\n```python\nx = 1\n```\n'''\n",
        ("15:1: a fence of kind 'python'",),
    ),
    Malformed(
        "explanation with a fence without end",
        HEAD + "[[part]]\nask = 'explain'\ntext = 'Why?'\nanswer = '''\nSee:\n```loops\nx = 1\n'''\n",
        ("15:1: this fence has no end",),
    ),
    Malformed(
        "explanation with wrong programs",
        HEAD
        + "[[part]]\nask = 'explain'\ntext = 'Why?'\nanswer = '''\nSee:\n```loops\ny[b, j] = w[j] (x[b, j]\n```\n"
        + "and\n```loops\ny[b, j] = w[j]\n```\nand\n```equations\nc[b] = sum_j z[b, j]\n```\n'''\n",
        (
            "16:16: “(” is never closed",
            "20:1: this program does not compute c, which the forward program does",
            "24:14: unknown tensor z",
        ),
    ),
    Malformed(
        "many at once",
        "format = 1\ncolour = 'red'\n"
        + HEAD[11:]
        + PART.replace("[1]", "[7]")
        + "answer = 'for b: x.grad[b, j] += )'\n"
        + PART.replace('"x"', '"X"').replace("text", "txt"),
        (
            "2:1: a problem has no key 'colour'",
            "14:1: there is no statement 7",
            "17:34: “)” closes nothing",
            "18:1: a part needs the key 'text': a text",
            "19:1: two parts have the id 'a'",
            "22:1: the forward program has no tensor 'X'",
            "23:1: a part has no key 'txt'",
        ),
    ),
]
