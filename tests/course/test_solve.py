"""Worked solutions against golden files, and what they say of what is not proved."""

from __future__ import annotations

from functools import cache

import pytest

import symgrad as sg
from symgrad.course import solve
from symgrad.course.page import assumed
from symgrad.course.solution import Equations, Listing, Sentence, Solution
from symgrad.course.verify import verify_part
from symgrad.errors import UsageError
from symgrad.evidence import Verdict
from tests.conftest import Golden
from tests.course.problems import part, problem

QUESTIONS = [
    *("softmax.a", "softmax.b", "softmax.c", "softmax.equations", "softmax-optimized", "softmax-optimized.why"),
    *("batchnorm", "ugrnn.a", "ugrnn.equations", "ugrnn.b", "ugrnn.cell", "ugrnn.unrolled"),
]


@cache
def solved(name: str) -> Solution:
    problem_name, _, part_name = name.partition(".")
    whole = sg.load_problem(problem_name)
    return sg.solve(whole.part(part_name) if part_name else whole)


@pytest.mark.parametrize("name", QUESTIONS)
def test_shipped_problems_as_text(name: str, golden: Golden) -> None:
    golden(f"{name}.txt", solved(name).text())


@pytest.mark.parametrize("name", ["softmax", "softmax-optimized"])
def test_shipped_problems_as_markdown(name: str, golden: Golden) -> None:
    golden(f"{name}.md", solved(name).markdown())


EVERYTHING = """
size T
function f(u, v)
index b in B, i, j in H
input x[0..T, b, j], h[0, b, i], c > 0
param W[j, i]
for t in 1..T:
    for b, j, i: a[t, b, j] += W[j, i] h[t-1, b, i]
    for b, j: h[t, b, j] += tanh(a[t, b, j] + x[t, b, j])
for t in 1..T, b, j: l -= h[t, b, j] h[t, b, j]^3 f(c, x[t, b, j]) max_i x[t, b, i] + c^x[0, b, j] sum_i x[0, b, i]
"""


@cache
def everything() -> Solution:
    return solve(part("ask = 'loops'", EVERYTHING))


def test_every_rule_has_its_sentence(golden: Golden) -> None:
    golden("every-rule.txt", everything().text())


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_equation_that_is_shown_has_a_verdict(name):
    solution = solved(name)
    assert solution.status == "proved"
    lines = [line for block in solution.blocks if isinstance(block, Equations) for line in block.lines[1:]]
    assert all(line.verdict == "proved" for line in lines)


def test_the_derived_loops_are_shown():
    solution = solved("softmax.b")
    assert Listing("for b, j: Z.grad[b] -= p.grad[b, j] exp(s[b, j])/Z[b]^2") in solution.blocks


@pytest.mark.parametrize(
    ("keys", "status", "said"),
    [
        ("ask = 'loops'\nwrt = ['x']\nanswer = 'for b, j: x.grad[b, j] += 1'", "refuted", "REFUTED"),
        ("ask = 'loops'\nwrt = ['x']\nderivation = 'x.grad[b, j] = w[j] = w[j]'", "refuted", "REFUTED"),
        ("ask = 'explain'\nanswer = '''\n```loops\nc[b] = sum_j x[b, j]\n```\n'''", "refuted", "REFUTED"),
    ],
)
def test_what_is_not_proved_is_said(keys, status, said):
    solution = solve(part(keys))
    assert solution.status == status
    assert said in solution.text()


def test_loops_that_nothing_is_claimed_of_are_proved_against_forward_mode():
    solution = solve(part("ask = 'loops'"))
    assert solution.status == "proved"
    pairing = "sum_b c.grad[b] c.dot[b] = sum_{b, j} x.grad[b, j] x.dot[b, j] + B sum_j w.grad[j] w.dot[j]"
    assert f"`{pairing}` is proved for all sizes B, J" in solution.markdown()
    assert everything().status == "proved"
    assert "is proved for all sizes B, H, T" in everything().text()


def test_assumptions_are_part_of_the_verdict(monkeypatch):
    def assuming(*_args: object, **_options: object) -> Verdict:
        return Verdict("proved", compared=("a = b",), assumptions=("w[j] != 0",), sizes=("B >= 2", "J"))

    monkeypatch.setattr("symgrad.evidence.prove", assuming)
    monkeypatch.setattr("symgrad.evidence.prove_equation", assuming)
    keys = "ask = 'loops'\nwrt = ['x']\nanswer = 'for b, j: x.grad[b, j] += 1'\nderivation = 'w[j] = w[j]'"
    text = solve(part(keys)).markdown()
    assert "proved for all sizes B >= 2, J and all inputs at which both are defined. Assumed: `w[j] != 0`." in text
    assert text.count("Assumed: `w[j] != 0`.") == 2


def test_assumptions_that_others_imply_are_left_out():
    words = ("s[j] >= 0", "sqrt(s[j]) != 0", "s[j] > 0", "Z[b] != 0", "sqrt(s[j] + 1) != 0")
    assert assumed(words) == "Assumed: `s[j] > 0`; `Z[b] != 0`; `sqrt(s[j] + 1) != 0`."


def test_what_is_undecided_is_not_called_proved(monkeypatch):
    def undecided(*_args: object, **_options: object) -> Verdict:
        return Verdict("probable", reason="too long")

    monkeypatch.setattr("symgrad.evidence.prove", undecided)
    monkeypatch.setattr("symgrad.evidence.prove_equation", undecided)
    keys = "ask = 'loops'\nwrt = ['x']\nanswer = 'for b, j: x.grad[b, j] += 1'\nderivation = 'w[j] = w[j]'"
    solution = solve(part(keys))
    assert solution.status == "probable"
    assert "probable, not proved (too long)." in solution.text()
    assert "= w[j]   # probable, not proved" in solution.text()
    (row,) = verify_part(part(keys))
    assert (row.ok, row.verdict) == (False, "probable")


def test_a_check_that_cannot_be_made_is_said():
    solution = solve(part("ask = 'loops'", "input x\ny = log(-1 - x^2)"))
    assert solution.status == "unknown"
    assert "No check on numbers could be made" in solution.text()


def test_a_problem_has_all_its_parts():
    keys = "text = 'What?'\nask = 'loops'\nwrt = ['x']\n"
    text = solve(problem(f"[[part]]\nid = 'one'\n{keys}[[part]]\nid = 'two'\n{keys}")).markdown()
    assert "## Part one" in text
    assert "## Part two" in text
    assert text.count("# Squares") == 1


def test_a_solution_shows_itself():
    solution = solved("softmax.a")
    assert str(solution) == solution.text()
    assert solution._repr_markdown_() == solution.markdown()
    assert repr(solution) == "<Solution Backpropagation through softmax, part a: proved>"
    kinds = [block["kind"] for block in solution.to_json()["blocks"]]
    assert kinds[:2] == ["heading", "sentence"]
    assert kinds.count("listing") == 4  # the program, its statement, the loop it gives, the loops


def test_only_problems_and_parts_are_solved():
    with pytest.raises(UsageError) as caught:
        sg.solve("softmax")
    assert "load_problem" in caught.value.hint


def test_plain_text_has_no_backquotes_and_keeps_programs_whole():
    solution = Solution("t", (Sentence("See `x`. " * 30), Listing("y = x" + " + x" * 60)), "proved")
    first, second = solution.text().split("\n\n")
    assert "`" not in first
    assert max(map(len, first.splitlines())) <= 100
    assert second.count("\n") == 0
