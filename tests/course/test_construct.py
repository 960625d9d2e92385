"""Questions that ask to build a sequence, or how something grows: their files, their rows, their solutions."""

from __future__ import annotations

import pytest

from symgrad.course.kinds import kind
from symgrad.course.load import load_problem, read_problem
from symgrad.course.problem import Part
from symgrad.course.solve import solve
from symgrad.course.verify import verify
from symgrad.errors import ReadingError

HEAD = 'format = 1\ntitle = "Sequences"\n'

BUILD = """
[[part]]
id = "a"
ask = "construct"
text = "Build the list."
given = "a, Y[0..n], f(y, z)"
definition = '''
z_0 = f(y_0, a)
z_m = f(y_m, z_{m-1}) for 1 <= m <= n
'''
result = "Z"
"""

GROW = """
[[part]]
id = "b"
ask = "growth"
text = "How does it grow?"
quantity = "depth"
"""

GRAPH = "given = 'a, Y[0..n], f(y, z)'\ndefinition = 'z_m = f(y_m, a) for 0 <= m <= n'\n"

FORWARD = "forward = 'for n, m: y[n] += x[n, m]'\n"


def part(text: str) -> Part:
    return read_problem(HEAD + text, "sequences").parts[0]


@pytest.mark.parametrize("name", ["rnn", "attention"])
def test_shipped_problems_are_as_they_say(name):
    assert [row.note for row in verify(load_problem(name)) if not row.ok] == []


def test_names_are_those_of_the_question():
    built = part(BUILD)
    right = "Z = [f(Y[0], a)]\nfor m in range(1, n + 1):\n    Z.append(f(Y[m], Z[-1]))"
    verdict = kind("construct").judged(built, right)
    assert verdict
    assert verdict.compared == ("the sequence for every length",)
    assert "by induction over the turns of the loop in line 2" in verdict.evidence[0]
    small = kind("construct").judged(built, "Z = [f(Y[0], a)]\nfor y in list(Y)[1:]:\n    Z.append(f(y, Z[-1]))")
    assert small.compared == ("the sequence for n = 0 .. 12",)
    assert "nothing is claimed of longer sequences" in small.evidence[0]
    wrong = kind("construct").judged(built, right.replace("n + 1", "n"))
    assert wrong.status == "refuted"
    assert wrong.reason == "line 2: the last item, for n, is missing"


def test_the_objects_are_written_out():
    assert kind("construct").derived(part(BUILD)).splitlines() == [
        "z_0 = f(Y[0], a)",
        "z_1 = f(Y[1], f(Y[0], a))",
        "z_2 = f(Y[2], f(Y[1], f(Y[0], a)))",
    ]


def test_what_is_returned_names_the_objects():
    definition = "F = [a]\nG = [a] * (n + 1)\nG[0] = f(Y[0], a)\nW = [f(y, a) for y in Y]"
    for text, result in ((f"{definition}\nreturn W", "Z"), (definition, "W")):
        written = BUILD.replace("z_0 = f(y_0, a)\nz_m = f(y_m, z_{m-1}) for 1 <= m <= n", text)
        derived = kind("construct").derived(part(written.replace('result = "Z"', f'result = "{result}"')))
        assert derived.splitlines()[0] == "W_0 = f(Y[0], a)"


def test_a_list_in_a_list_is_named_in_words():
    verdict = kind("construct").judged(part(BUILD), "Z = [f(Y[0], a)]\nreturn (Z,)")
    assert verdict.status == "refuted"
    assert "a list" in verdict.reason
    assert "Array" not in verdict.reason


WRONG = [
    (BUILD.replace("a, Y[0..n]", "a Y[0..n]"), "this gives nothing"),
    (BUILD.replace("given =", "givn ="), "a part has no key 'givn'"),
    (BUILD.replace("z_0 = f(y_0, a)", "z_0 = g(y_0, a)"), "g has no value here"),
    (BUILD.replace("z_0 = f(y_0, a)", "z_0 = f(y_0 a)"), "is expected here"),
    (BUILD.replace("1 <= m <= n", "1 <= m <= 1"), "the definition gives 2 items where there are 3"),
    (BUILD + "first = ['x']\n", "first is a list, but should be a list of whole numbers from 0 on"),
    (BUILD + "first = [-1]\n", "first is [-1], but should be a list of whole numbers from 0 on"),
    (BUILD + "spellings = { a = 3 }\n", "spellings is a table, but should be a table of texts, as in"),
    (BUILD + "answer = 'Z = ['\n", "something is missing here"),
    (BUILD + "answer = 'import os'\n", "nothing can be imported here"),
    (GROW, "needs a definition or a forward program"),
    (GROW + "given = 'a, Y[0..n], f(y, z)'\n", "given and definition belong together"),
    (GROW.replace("depth", "width") + GRAPH, "'width' is nothing that is counted"),
    (GROW + GRAPH + "sums = ['forest']\n", "'forest' is no way to add up"),
    (GROW + FORWARD, "the forward program has no size T"),
    (GROW + GRAPH.replace("f(y_m, a) for", "g(y_m, a) for"), "g has no value here"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_wrong_with_a_file_is_said(text, said):
    with pytest.raises(ReadingError) as caught:
        part(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (GROW + GRAPH, "constant"),
        (GROW.replace("depth", "work") + GRAPH, "n"),
        (GROW + FORWARD + "size = 'M'\n", "log M"),
        (GROW + FORWARD + "size = 'M'\nsums = ['sequential']\n", "O(M)"),
        (GROW + FORWARD + "size = 'M'\nsums = ['whole']\n", "O(1)"),
        (GROW + FORWARD + "size = 'N'\n", "O(1)"),
        (GROW.replace("depth", "work") + FORWARD + "size = 'M'\n", "linear"),
    ],
)
def test_growth_is_derived(text, answer):
    asked = part(text)
    assert kind("growth").judged(asked, answer)
    assert kind("growth").judged(asked, "O(exp)").status == "unknown"
    assert kind("growth").judged(asked, "quadratic").status == "refuted"


def test_a_solution_shows_the_objects_and_the_procedure():
    text = solve(load_problem("rnn").part("a")).text()
    assert "h_1 = CELL(Phi, X[1], CELL(Phi, X[0], ZERO))" in text
    assert "For every other length it does so by induction over the turns of the loop" in " ".join(text.split())
    solution = solve(load_problem("rnn").part("a"))
    assert "```python" in solution.markdown()
    assert solution.status == "proved"
    assert "for every T" in solve(load_problem("rnn").part("b")).text()


EXPLAIN = """
forward = 'for b, j: y[b] += exp(x[b, j])'
[[part]]
ask = "explain"
text = "What does it cost?"
answer = '''
See the table.
```costs
forward
derived
by hand:
    for b, j: x.grad[b, j] += y.grad[b] exp(x[b, j])
```
'''
"""


def test_a_worked_text_has_a_table_of_costs():
    solution = solve(part(EXPLAIN))
    assert "calls of exp     B J      B J      B J" in solution.text()
    assert "The loops by hand add the same as the derived ones: proved" in solution.text()
    assert solution.status == "proved"


def test_loops_in_a_table_of_costs_have_to_be_right():
    problem = read_problem(HEAD + EXPLAIN.replace("y.grad[b] exp", "exp"), "sequences")
    (row,) = verify(problem)
    assert not row.ok
    assert row.verdict == "refuted"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("derived\n", "derivd\n", "12:1: this names no column of costs"),
        ("derived\n", "derived\nderived\n", "two columns have the name 'derived'"),
        ("y.grad[b] exp", "y.grad[q] exp", "14:38: no loop binds the index q"),
        ("by hand:", "by hand", "this names no column of costs"),
    ],
)
def test_what_is_wrong_with_a_table_of_costs_is_said(before, after, said):
    with pytest.raises(ReadingError) as caught:
        part(EXPLAIN.replace(before, after))
    assert said in str(caught.value)
