"""Which loops step and which run as whole arrays: decided by structure, so a table of structures and decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from symgrad.evaluate.schedule import Step, Stepped, schedule
from symgrad.language.read import read_program

DECLARED = "index t, t2 in T, i, j in N\ninput x[i], A[i, j], X[t, i], W[j, i]\n"


def stepped(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Stepped):
            yield step.range.index
            yield from stepped(step.body)


@pytest.mark.parametrize(
    ("text", "indices"),
    [
        ("for i, j: y[i] += A[i, j]", []),
        ("for i:\n  for j: y[i] += A[i, j]\n  for j: q[i, j] += A[i, j]/y[i]", []),
        ("for i:\n  s += x[i]\n  y[i] += s", ["i"]),
        ("for i, j:\n  y[i] += A[i, j]\n  q[i, j] += y[i]", ["i", "j"]),
        ("for i, j: y[i] = A[i, j]", ["i", "j"]),
        ("for i, j: q[j, i] = A[i, j]", []),
        ("for i:\n  y[i] = x[i]\n  y[i] += 1", []),
        ("for i:\n  y = x[i]\n  y += 1", ["i"]),
        ("computed h[0..T, i]\nfor t in 1..T: for i: h[t, i] += h[t-1, i]", ["t"]),
        ("computed h[0..T, i]\nfor t in 1..T: for i, j: h[t, j] += W[j, i] h[t-1, i]", ["t"]),
        (
            "computed h[0..T, i]\nfor t in 1..T:\n  for i, j: h[t, j] += W[j, i] h[t-1, i]\n  for i: h[t, i] += x[i]",
            ["t"],
        ),
        ("for i, j: c[i] += sum_{j} A[i, j]", []),
        ("for j: y[j] += x[j] + sum_i y[i]", ["j"]),
    ],
)
def test_only_loops_whose_order_matters_step(text: str, indices: list[str]) -> None:
    program = read_program(DECLARED + text, check=False)
    assert list(stepped(schedule(program.body))) == indices
