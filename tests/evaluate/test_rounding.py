"""The bounds of rounding errors: at least the errors that exact arithmetic shows, and not far above them."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import Rationals
from symgrad.evaluate.rounding import Rounded, finite_error, rounding_errors
from symgrad.language.read import read_program

RATIONAL = [
    "y = x - u + x/3 - u/7",
    "y = (x + u)^9 - x^9 - u^9",
    "y = 1/(1 + x^2) - 1/(1 + u^2)",
    "y = (x - u) (x + u)/(x^2 - u^2 + 3)",
    "z = x - u\ny = 1000000 z - 1000000 x + 1000000 u",
]


@pytest.mark.parametrize("body", RATIONAL)
@pytest.mark.parametrize("seed", range(5))
def test_the_bound_holds(body: str, seed: int) -> None:
    program = read_program(f"input x, u\n{body}")
    draw = Random(seed)
    values = {name: {(): draw.uniform(0.5, 1.5)} for name in ("x", "u")}
    exact = Interpreter(program, {}, Rationals()).run({n: {(): Fraction(c[()])} for n, c in values.items()})["y"][()]
    found = rounding_errors(program, {}, values)["y"][()]
    assert abs(Fraction(found.value) - exact) <= found.error
    assert found.error < 1e-8


def test_functions_pass_errors_on_by_their_slope() -> None:
    program = read_program("input x\ny = exp(x)\nz = sigmoid(x)\nw = x^2.5")
    found = rounding_errors(program, {}, {"x": {(): Rounded(2.0, 1e-10)}})
    for name, slope in (("y", 7.389), ("z", 0.105), ("w", 7.071)):
        assert found[name][()].error == pytest.approx(slope * 1e-10, rel=1e-2)


def test_where_nothing_is_known_nothing_is_excused() -> None:
    program = read_program("input x\ny = 1/(x - x)")
    assert finite_error(rounding_errors(program, {}, {"x": {(): 0.1}})["y"][()]) == 0.0
