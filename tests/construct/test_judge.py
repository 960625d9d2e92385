"""Mistakes, each with what is said of it: the kind, the line, words of the sentence."""

from __future__ import annotations

from contextlib import suppress

import pytest

from symgrad.clock import now
from symgrad.construct.counts import counted, fitted
from symgrad.construct.given import read_given
from symgrad.construct.judge import judge
from symgrad.construct.read import read_construction
from symgrad.construct.run import Task
from symgrad.construct.terms import Terms, applications, longest_chain, written
from symgrad.errors import ReadingError
from tests.construct.setting import DEFINITION, SETTING, TASK, judged

LOOP = "for t in range(1, T + 1):\n    "

MISTAKES = [
    ("H = [CELL(Phi,X[0],ZERO)]\nfor t in range(1,T):\n    H.append(CELL(Phi,X[t],H[t-1]))", "last", 2, "missing"),
    ("H = [CELL(Phi,X[0],ZERO)]\nfor t in range(1,len(X)-1):\n    H.append(CELL(Phi,X[t],H[t-1]))", "last", None, ""),
    ("H = []\nfor t in range(T+1):\n    H.append(CELL(Phi,X[t],H[t-1]))", "empty", 3, "H[t-1] is H[-1]"),
    ("H = [None]*(T+1)\nfor t in range(T+1):\n    H[t] = CELL(Phi,X[t],H[t-1])", "wrapped", 3, "the LAST item"),
    ("H = [None]*(T+1)\nfor t in range(T+1):\n    H[t] = CELL(Phi,X[t],H[t-1])", "start", None, "from None where ZERO"),
    ("for t = 0 to T\n    H[t] = CELL(Phi, X[t], H[t-1])", "before", 2, "H[t-1] is H[-1]"),
    ("X = []\nH = [CELL(Phi,X[0],ZERO)]\n" + LOOP + "H.append(CELL(Phi,X[t],H[t-1]))", "overwritten", 1, "X is given"),
    ("H = list()\nH[0] = CELL(Phi,X[0],ZERO)\n" + LOOP + "H[t] = CELL(Phi,X[t],H[t-1])", "assign", 2, "no H[0]"),
    ("H = [CELL(Phi,ZERO,X[0])]\n" + LOOP + "H.append(CELL(Phi,H[t-1],X[t]))", "order", None, "(Phi, H, X)"),
    ("H = [CELL(X[0],ZERO,Phi)]\n" + LOOP + "H.append(CELL(X[t],H[t-1],Phi))", "order", None, "wrong order"),
    (
        "H = [CELL(X[0],ZERO)]\n" + LOOP + "H.append(CELL(X[t],H[t-1]))",
        "arity",
        1,
        "3 arguments, here are 2: Phi is missing",
    ),
    (
        "H = [CELL(Phi,X[0],ZERO)]\n" + LOOP + "h = CELL(Phi,X[t],H[-1])\n    H.append(CELL(Phi,X[t],h))",
        "twice",
        None,
        "",
    ),
    ("H = [CELL(Phi,X[0],ZERO)]\n" + LOOP + "H.append(CELL(Phi,X[0],H[-1]))", "same", None, "X[0]"),
    ("H = [CELL(Phi,X[0],ZERO)]\n" + LOOP + "H.append(CELL(Phi,X[t-1],H[-1]))", "shift", None, "X[t - 1]"),
    ("H = [CELL(Phi,x,ZERO) for x in X]", "unlinked", None, "ZERO as the state before"),
    ("H = [CELL(Phi,X[0],ZERO)]\n" + LOOP + "H.append(CELL(Phi,X[t],H[0]))", "unlinked", None, "CELL(Phi, X[0], ZERO)"),
    (
        "H = [CELL(Phi,X[T],ZERO)]\nfor t in range(T-1,-1,-1):\n    H.append(CELL(Phi,X[t],H[-1]))",
        "reversed",
        None,
        "X",
    ),
    ("H = []\nh = ZERO\nfor x in X:\n    h = CELL(Phi,x,h)\n    H = [h] + H", "backwards", None, "reverse order"),
    ("h = ZERO\nfor x in X:\n    h = CELL(Phi,x,h)", "single", None, "only the last"),
    ("H = [ZERO]\nfor x in X:\n    H.append(CELL(Phi,x,H[-1]))", "extra", None, "the first item of the list is ZERO"),
    ("H = [CELL(Phi,X[0],0)]\n" + LOOP + "H.append(CELL(Phi,X[t],H[-1]))", "start", None, "the number 0"),
    ("H = [CELL(Phi,X[0],X[0])]\n" + LOOP + "H.append(CELL(Phi,X[t],H[-1]))", "start", None, "X[0]"),
    (
        "H = [CELL(Phi,X[0],ZERO)]\nt = 1\nwhile t <= T:\n    H.append(CELL(Phi,X[t],H[-1]))",
        "endless",
        None,
        "does not end",
    ),
    ("def h(t):\n    return CELL(Phi, ZERO, h(t-1))", "endless", 2, "levels deep"),
    ("H = []\nh = ZERO\nfor x in X:\n    h = CELL(Phi,x,h)\n    H = H.append(h)", "none", 5, "gives None"),
    ("H = CELL(Phi, X, ZERO)", "whole", 1, "one object for X"),
    ("H = []", "nothing", None, "stays empty"),
    ("x = 1", "nothing", None, "no list is built"),
    ("H = [CELL(Phi,x,ZERO) for x in X] if T > 20 else []", "nothing", None, "stays empty"),
]


@pytest.mark.parametrize(("text", "kind", "line", "words"), MISTAKES)
def test_a_mistake_is_told(text, kind, line, words):
    found = judged(text)
    assert found.right is False
    said = {mistake.kind: mistake.finding for mistake in found.mistakes}
    assert kind in said, said
    assert words in said[kind].message
    if line is not None:
        assert said[kind].place is not None
        assert said[kind].place.line == line


PRINTED = """X = list()
H = list()
H[0] = CELL(Phi,X[0],ZERO)
for t in range(1,T)

H[t] = CELL(Phi,X[t],H[t-1])"""


def test_all_mistakes_of_a_text_are_told_together():
    found = judged(PRINTED)
    told = [(m.kind, m.finding.place.line if m.finding.place else None) for m in found.mistakes]
    assert told == [("overwritten", 1), ("grown", 3), ("last", 4)]
    assert "write T + 1" in found.mistakes[-1].finding.hint


def test_both_readings_are_right_but_not_a_mixture():
    from_one = "H = []\nh = CELL(Phi,X[0],ZERO)\n" + LOOP + "h = CELL(Phi,X[t],h)\n    H.append(h)"
    assert judged(from_one).right
    assert judged(from_one).first == 1
    only = Task(SETTING, TASK.definition, ("H",), (0,))
    assert not judge(only, read_construction(from_one, SETTING)).right
    mixed = from_one + "\nif T % 2:\n    H.insert(0, CELL(Phi,X[0],ZERO))"
    assert judged(mixed).right is False
    assert "another item for some lengths" in judged(mixed).difference


def test_it_is_not_guessed_which_list_is_meant():
    text = "A = [CELL(Phi,X[0],ZERO)]\nB = [ZERO]"
    found = judged(text)
    assert found.right is None
    assert "not said which" in found.mistakes[0].finding.message
    assert judged("def f(q, r):\n    return [q]").right is None


@pytest.mark.parametrize(("first", "second", "third"), [("phi", "x", "zero"), ("params", "xs", "start=ZERO")])
def test_parameters_are_matched_by_their_names(first, second, third):
    start = third.partition("=")[0]
    body = (
        f"    H = []\n    h = {start}\n    for y in {second}:\n        h = CELL({first}, y, h)\n        H.append(h)\n"
    )
    assert judged(f"def f({first}, {second}, {third}):\n{body}    return H").right


def test_lengths_about_numbers_of_the_text_are_tried():
    text = "H = [CELL(Phi,X[0],ZERO)]\n" + LOOP + "H.append(CELL(Phi,X[t],H[-1]))\nlongest = 20"
    assert judged(text).lengths == "T = 0 .. 12 and 18, 19, 20, 21, 22"


HOSTILE = [
    "H = [0] * 10**14",
    "x = 10**10**10",
    "x = 2\nwhile True:\n    x = x * x",
    "for t in range(10**15):\n    pass",
    "H = list(range(10**12))",
    "while True: pass",
    "def f(t):\n    return f(t + 1)\nH = f(0)",
    "def f(a):\n    return g(a)\ndef g(a):\n    return f(a)\nH = f(0)",
    "f = lambda f: f(f)\nf(f)",
    "H = []\nfor x in X:\n    X.append(x)",
    "H = [[[x for x in range(999)] for y in range(999)] for z in range(999)]",
    "H = []\nH.append(H)\nx = H == [H]",
    "H = X\nwhile True:\n    H = H + H",
    "x = " + "1+" * 4000 + "1",
    "x = " + "-" * 5000 + "1",
    "x = " + "(" * 3000 + "1" + ")" * 3000,
    "x = " + "[" * 50 + "]" * 50,
    "\n".join(" " * n + "if T:" for n in range(90)) + "\n" + " " * 91 + "H = 1",
    "\n".join(" " * n + "for t = 1 to T" for n in range(90)) + "\n" + " " * 91 + "H = 1",
    "if T:\n  x = 1\n" + "elif T:\n  x = 1\n" * 600,
    "x = 1\n" * 9000,
    "import os\nos.system('true')",
    "__import__('os')",
    "H = X.__class__.__mro__",
    "eval('1')",
    "exec('1')",
    "open('/etc/passwd')",
    "H = [\u0421ELL(Phi, X[0], ZERO)]",
    "H = \u202e[]",
    "H = [CELL(Phi, X[0], ZERO)]\x00",
    "x = '" + "a" * 9000 + "'",
    "x = " + "9" * 5000,
    "x = 1e400",
    "for for for",
    "{" * 40,
    "_{" * 30,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_get_an_answer_at_once(text):
    began = now()
    with suppress(ReadingError):
        found = judged(text)
        assert found.right is not True
        assert all(mistake.finding.message for mistake in found.mistakes)
    assert now() - began < 1


def test_graphs_are_shared():
    terms = Terms()
    items = TASK.sequence(200, terms)
    assert applications(items) == longest_chain(items) == 201
    assert written(items[1]) == "CELL(Phi, X[1], CELL(Phi, X[0], ZERO))"
    assert len(written(items[-1])) < 100


def test_counts_and_why_they_go_on():
    found = counted(TASK, "depth")
    assert found.values == tuple(range(1, 14))
    assert str(found.formula) == "T + 1"
    assert "each item is one application of the item before" in found.reason


@pytest.mark.parametrize(
    ("definition", "depth", "work", "reason"),
    [
        (DEFINITION, "T + 1", "T + 1", True),
        ("h_t = CELL(Phi, x_t, ZERO) for 0 <= t <= T", "1", "T + 1", False),
        (
            "h_0 = CELL(Phi, x_0, ZERO)\nh_t = CELL(Phi, x_t, CELL(Phi, x_t, h_{t-1})) for t >= 1",
            "2 T + 1",
            "2 T + 1",
            False,
        ),
        ("h_0 = CELL(Phi, x_0, ZERO)\nh_t = CELL(Phi, x_t, h_0) for t >= 1", None, "T + 1", False),
        ("h_t = CELL(Phi, x_0, ZERO) for 0 <= t <= T", "1", "1", False),
    ],
)
def test_counts_of_other_definitions(definition, depth, work, reason):
    task = Task(SETTING, read_construction(definition, SETTING), ("h",))
    for quantity, expected in (("depth", depth), ("work", work)):
        found = counted(task, quantity)
        assert (None if found.formula is None else str(found.formula)) == expected
        assert bool(found.reason) == reason


def test_what_is_no_polynomial_is_not_fitted():
    assert fitted([2**n for n in range(13)], "T") is None
    assert str(fitted([n**3 for n in range(13)], "T")) == "T^3"


@pytest.mark.parametrize("text", ["", "X[0..T] Phi", "f(x", "Phi, ZERO", "X[0..T], Y[0..N]", "1"])
def test_what_gives_nothing_is_refused(text):
    with pytest.raises(ReadingError):
        read_given(text)


def test_a_text_that_asks_for_a_length_is_tried_at_it():
    found = judged("H = [CELL(Phi,X[0],ZERO)]\n" + LOOP + "H.append(CELL(Phi,X[t],H[-1]) if T < 20 else ZERO)")
    assert found.right is False
    assert "at T = 20: item 1 should be" in found.difference
