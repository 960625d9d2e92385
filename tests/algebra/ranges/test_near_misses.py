"""Pairs of short programs that are equal, beside others that nearly are."""

from __future__ import annotations

import pytest

from symgrad.algebra.compare import compare_programs
from symgrad.language.read import read_program

TENSORS = """size N >= 3, M >= 1
index i in N, r in 0..1
input x[0..3*N + 2*M + 5], A[0..2*N + 3, 0..2*N + 3]
"""
LABELS = """index b in B, j in J, d in 0..2
integer l[b] in J
input t[b, j], s[b, j], x[0..J + 5]
constraint sum_j t[b, j] = 1
constraint sum_j s[b, j] = 0
distribution P[b, j] over j
"""


def is_proved(declarations: str, first: str, second: str) -> bool:
    one, other = (read_program(declarations + text) for text in (first, second))
    return compare_programs(one, other, ("y",), budget=3.0).equal


@pytest.mark.parametrize("function", ["exp", "sin", "tanh", "sigmoid"])
@pytest.mark.parametrize("inside", ["x[{}]", "x[{}] + x[2 {}]", "x[{}] x[2 {}]", "A[{}, N - 1]"])
def test_one_summand_written_apart(function: str, inside: str):
    def summand(index: str) -> str:
        return f"{function}({inside.replace('{}', index)})"

    whole = f"for j in 0..N - 1: y += {summand('j')}"
    rest = f"for j in 1..N - 1: y += {summand('j')}"
    first = summand("0").replace("2 0", "0")
    assert is_proved(TENSORS, whole, f"y += {first}\n{rest}")
    assert not is_proved(TENSORS, whole, f"y += {summand('1').replace('2 1', '2')}\n{rest}")
    assert not is_proved(TENSORS, whole, f"y -= {first}\n{rest}")


@pytest.mark.parametrize("function", ["exp", "sin", "tanh"])
@pytest.mark.parametrize("inside", ["x[{}] x[2 ({})]", "x[{}] + x[2 ({})]", "A[{}, {}]"])
def test_two_loops_as_one(function: str, inside: str):
    two = f"for i, r: y += {function}({inside.format('r', 'i')})"
    one = f"{function}({inside.format('l % 2', 'l // 2')})"
    assert is_proved(TENSORS, two, f"for l in 0..2 N - 1: y += {one}")
    assert not is_proved(TENSORS, two, f"for l in 0..2 N - 2: y += {one}")
    swapped = f"{function}({inside.format('(l + 1) % 2', 'l // 2')})"
    assert is_proved(TENSORS, two, f"for l in 0..2 N - 1: y += {swapped}")
    assert not is_proved(
        TENSORS, two, f"for l in 0..2 N - 1: y += {function}({inside.format('l % 2', '(l + 1) // 2')})"
    )


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        ("for i, j in 0..i: y += x[0] 1[j % 2 = 0]", "for i: y += x[0] (i // 2 + 1)", True),
        ("for i, j in 0..i: y += x[0] 1[j % 2 = 0]", "for i: y += x[0] ((i + 1) // 2 + 1)", False),
        ("for i, j in 0..i: y += x[0] 1[j % 2 = 1]", "for i: y += x[0] ((i + 1) // 2)", True),
        ("for i, j in 0..i: y += x[0] 1[j % 2 = 1]", "for i: y += x[0] (i // 2)", False),
        ("for i, j in 0..3 i, k in 0..j // 2: y += x[i]", "for i, j in 0..3 i: y += x[i] (j // 2 + 1)", True),
        ("for i, j in 0..3 i, k in 0..j // 2: y += x[i]", "for i, j in 0..3 i: y += x[i] (j // 2)", False),
        ("for i, j in i..2 i: y += x[j // 2]", "for i, e in 0..i: y += x[(2 i - e) // 2]", True),
        ("for i, j in i..2 i: y += x[j // 2]", "for i, e in 0..i: y += x[(2 i - e + 1) // 2]", False),
        ("for i: y += sin(x[i % 2])", "for i: y += sin(sum_{k in 0..N} 1[k = i % 2] x[k])", True),
        ("for i: y += sin(x[i // 3])", "for i: y += sin(sum_{k in 0..N} 1[k = i // 3] x[k])", True),
        ("for i: y += sin(x[i % 2])", "for i: y += sin(sum_{k in 1..N} 1[k = i % 2] x[k])", False),
        ("for i: y += sin(x[i % 2])", "for i: y += sin(sum_{k in 0..N} 1[k = i // 2] x[k])", False),
    ],
)
def test_cells_that_occur_often(first: str, second: str, *, equal: bool):
    assert is_proved(TENSORS, first, second) == equal


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        ("for b, j, d: y[b] += t[b, j] x[d]", "for b, d: y[b] += x[d]", True),
        ("for b, j in 1..J - 1, d: y[b] += t[b, j] x[d]", "for b, d: y[b] += x[d]", False),
        ("for b, j, d: y[b] += s[b, j] x[d]", "for b, d: y[b] += x[d]", False),
        ("for b, j, d: y[b] += P[b, j] x[d]", "for b, d: y[b] += x[d]", True),
        ("for b, j, d: y[b] += P[b, j] x[d + j]", "for b, d: y[b] += x[d]", False),
        ("for b, j: y[b] += (1[j = l[b]] - 1/J) s[b, j]", "for b: y[b] += s[b, l[b]]", True),
        ("for b, j: y[b] += (1[j = l[b]] - 1/J) s[b, j]", "for b: y[b] += t[b, l[b]]", False),
        ("for b, j: y[b] += (1[j = l[b]] - 1/J) t[b, j]", "for b: y[b] += t[b, l[b]]", False),
        ("for b, j: y[b] += (1[j = l[b]] - 1/J) t[b, j]", "for b: y[b] += t[b, l[b]] - 1/J", True),
        ("for b, j: y[b] += t[b, j] (x[j] - x[l[b]])", "for b, j: y[b] += t[b, j] x[j]\nfor b: y[b] -= x[l[b]]", True),
    ],
)
def test_declared_equations(first: str, second: str, *, equal: bool):
    assert is_proved(LABELS, first, second) == equal
