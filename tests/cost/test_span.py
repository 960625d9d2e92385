"""Depths by hand: what waits for what."""

from __future__ import annotations

import pytest

from symgrad.cost.span import span
from symgrad.cost.unrolled import unrolled
from symgrad.language.read import read_program


@pytest.mark.parametrize(
    ("text", "tree", "sequential"),
    [
        ("for b: y[b] = exp(x[b])", "1", "1"),
        ("for b, j: Z[b] += exp(s[b, j])\nfor b, j: p[b, j] += exp(s[b, j])/Z[b]", "log J + 4", "J + 3"),
        ("Z[b] = sum_j exp(s[b, j])\np[b, j] = exp(s[b, j])/Z[b]", "log J + 2", "J + 2"),
        ("for b: y[b] = x[b] + x[b]^2 + x[b]^3 + x[b]^4", "4", "4"),
        ("for b: y[b] = exp(x[b])\nfor b: z[b] = exp(x[b])", "1", "1"),
        ("for b: y[b] = exp(x[b])\nfor b: z[b] = exp(y[b])", "2", "2"),
        ("input h[0]\nfor t in 1..T:\n    h[t] = exp(h[t-1])", "T", "T"),
        ("input h[0], x[0..T]\nfor t in 1..T:\n    h[t] = exp(h[t-1]) + exp(exp(x[t]))", "2 T + 1", "2 T + 1"),
        ("input h[0, j], W[j, i]\nfor t in 1..T:\n    h[t, j] = sum_i W[j, i] h[t-1, i]", "T log H + T", "H T + T"),
        ("input h[T], x[0..T]\nfor t in T..1:\n    h[t-1] = 2 h[t] x[t]", "2 T", "2 T"),
        ("input x[0..T]\nfor t in 1..T:\n    y[t] = x[t-1] x[t]", "1", "1"),
        ("input h[0], x[0..T]\nfor t in 1..T:\n    h[t] = exp(h[t-1])\n    c += h[t] x[t]", "T + log T + 2", "2 T + 2"),
        ("index t, u in T\nfor t, u <= t: c[t] += x[u]", "log T + 1", "T"),
    ],
)
def test_depths_by_hand(text, tree, sequential):
    text = text.replace("input h[0, j]", "index i, j in H\ninput h[0, j]")
    found = span(read_program(text))
    assert (str(found.tree), str(found.sequential)) == (tree, sequential)
    assert found.to_json()["tree"]["text"] == tree


def test_a_recurrence_grows_with_time_and_a_sum_does_not():
    recurrence = span(read_program("input h[0], x[0..T]\nfor t in 1..T:\n    h[t] = tanh(h[t-1] + x[t])"))
    weighted = span(read_program("index t, u in T\nfor t, u: y[t] += exp(x[t] x[u]) x[u]"))
    assert recurrence.tree.growth("T") == (1, 0)
    assert weighted.tree.growth("T") == (0, 1)
    assert weighted.sequential.growth("T") == (1, 0)


@pytest.mark.parametrize("steps", [1, 2, 5, 30])
def test_the_depth_of_a_recurrence_is_reached(steps):
    program = read_program("input h[0], x[0..T]\nfor t in 1..T:\n    h[t] = tanh(h[t-1] + x[t])")
    assert unrolled(program, {"T": steps}).depth == 2 * steps == span(program).tree.value({"T": steps})
