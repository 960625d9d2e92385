"""Ranges that begin at the largest and end at the smallest of several bounds."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import LegalityError
from symgrad.language.integers import bounds_of, form_of, integer
from symgrad.language.read import read_program
from symgrad.language.write import write_program

GIVEN = "index t, t2 in T\ninput x[t]\n"


def written(loop: str, style: str = "plain") -> str:
    return write_program(read_program(GIVEN + loop), style, declarations=False).strip()


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("for t, t2 in max(0, t - 2)..t: y[t] += x[t2]", "for t, t2 in max(0, t - 2)..t: y[t] += x[t2]"),
        ("for t, t2 <= min(t, 5), t2 < T: y[t] += x[t2]", "for t, t2 <= min(min(t, 5), T - 1): y[t] += x[t2]"),
        ("for t, t2 < t, t2 < T - 1: y[t] += x[t2]", "for t, t2 <= min(t - 1, T - 2): y[t] += x[t2]"),
        ("for t, t2 >= max(t, 1): y[t] += x[t2]", "for t, t2 >= max(t, 1): y[t] += x[t2]"),
        ("for t, t2 > max(t, 1): y[t] += x[t2]", "for t, t2 >= max(t + 1, 2): y[t] += x[t2]"),
        ("y[t] += sum_{t2 in max(0, t - 1)..t} x[t2]", "for t: y[t] += sum_{t2 in max(0, t - 1)..t} x[t2]"),
    ],
)
def test_bounds_are_read_and_written(loop, expected):
    if not loop.startswith("for"):
        loop = "for t: " + loop
    assert written(loop) == expected
    assert written(expected) == expected


def test_they_are_run():
    program = read_program(GIVEN + "for t, t2 in max(0, t - 2)..min(T - 1, t + 1): y[t] += x[t2]")
    x = np.arange(1.0, 7.0)
    expected = [x[max(0, t - 2) : t + 2].sum() for t in range(6)]
    assert sg.evaluate(program, {"x": x})["y"] == pytest.approx(expected)


@pytest.mark.parametrize("style", ["plain", "unicode", "latex"])
def test_every_style_reads_back(style):
    program = read_program(GIVEN + "for t, t2 in max(0, t - 2)..min(T - 1, t + 1): y[t] += x[t2]")
    assert read_program(GIVEN + write_program(program, style, declarations=False)).body == program.body


@pytest.mark.parametrize(
    ("loop", "message"),
    [
        ("for t, t2 in min(0, t - 2)..t: y[t] += x[t2]", "the function min cannot stand in a bound"),
        ("for t, t2 in 0..max(0, t - 2): y[t] += x[t2]", "the function max cannot stand in a bound"),
        ("for t, t2 in max(0, 2 max(1, t))..t: y[t] += x[t2]", "the function max cannot stand in a bound"),
        ("for t, t2 in max(0, t - 2)..t + 1: y[t] += x[t2]", "reads x[2]; x has 2 cells"),
        ("index j in max(0, 2)..T\nfor j: z[j] += 1", "the range of j cannot be the max of several bounds"),
        ("for t, t2 in max(0, x[t])..t: y[t] += x[t2]", "x does not hold integers"),
    ],
)
def test_what_is_refused(loop, message):
    with pytest.raises(LegalityError) as caught:
        read_program(GIVEN + loop)
    assert message in str(caught.value)


def test_intervals_know_floors_and_several_bounds():
    program = read_program(
        "index x in X, d in D, z in 2*X + D - 2\ninput g[x], w[d]\n"
        "for z, x in max(0, (z - D + 2)//2)..min(X - 1, z//2): y[z] += g[x] w[z - 2*x]"
    )
    bounds = bounds_of(program.sizes, program.indices, program.tensors)
    (nest,) = program.body
    z, x = (form_of(part) for part in (nest.body[0].target.subscripts[0], nest.body[0].value.args[0].subscripts[0]))
    two = integer(2)
    assert bounds.is_never_below(z - two * x, integer(0), nest.ranges)
    assert not bounds.is_never_below(z - two * x, integer(1), nest.ranges)
