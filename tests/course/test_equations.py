"""Chains of equations: what is a side, what is a reason, and where what is wrong stands."""

from __future__ import annotations

import pytest

from symgrad.course.equations import read_chains
from symgrad.errors import ReadingError
from symgrad.language.read import read_program

CONTEXT = read_program(
    "index b in B, j in J\ninput x[b, j], q\nfor b, j: y[b, j] += x[b, j]^2\nfor b, j: c[b] += y[b, j]"
)


def shown(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(chain.head, [(s.text, s.reason) for s in chain.sides]) for chain in read_chains(text, CONTEXT)]


def test_one_equation():
    assert shown("c[b] = sum_j y[b, j]") == [("", [("c[b]", ""), ("sum_j y[b, j]", "")])]


def test_several_sides_with_reasons():
    text = """
for b: c[b] = sum_j y[b, j]    # the second loop
            = sum_j x[b, j]^2  # the first loop

q = 1/2 (q +
    # twice
    q) = q
"""
    assert shown(text) == [
        (
            "for b",
            [("c[b]", ""), ("sum_j y[b, j]", "the second loop"), ("sum_j x[b, j]^2", "the first loop")],
        ),
        ("", [("q", ""), ("1/2 (q + q)", "twice"), ("q", "twice")]),
    ]


def test_signs_that_are_no_equality():
    sides = shown("1[b >= j] q = q 1[j <= b]")[0][1]
    assert [side for side, _ in sides] == ["1[b >= j] q", "q 1[j <= b]"]
    assert [side for side, _ in shown("1[b = j] = 1[j = b]")[0][1]] == ["1[b = j]", "1[j = b]"]


@pytest.mark.parametrize("head", ["for b, j:", "for b, j", "For b,j :"])
def test_loops_in_front(head):
    assert [side for side, _ in shown(f"{head} y[b, j] = x[b, j]^2")[0][1]] == ["y[b, j]", "x[b, j]^2"]


def test_indices_of_its_own():
    (chain,) = read_chains("c[b] = sum_k x[b, k]^2", CONTEXT)
    assert "k" in chain.context.index_named


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["1:1: there is no equation here"]),
        ("# nothing", ["1:1: there is no equation here"]),
        ("c[b]", ["1:1: there is no equation here"]),
        ("= c[b]", ["1:1: a side of the equation is missing"]),
        ("c[b] = ", ["1:6: a side of the equation is missing"]),
        ("c[b] += q = 2", ["1:6: this is an update, not an equation"]),
        ("c[b] = z[b]", ["1:8: unknown tensor z"]),
        ("c[b] = c[b]\n\n  for b, j: c[b] = x[b, 0] +\n    (q\n  = q", ["4:5: “(” is never closed"]),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, said):
    with pytest.raises(ReadingError) as caught:
        read_chains(text, CONTEXT)
    assert [f"{f.place}: {f.message}" for f in caught.value.findings] == said
