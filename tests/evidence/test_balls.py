"""Balls: they hold the true values, they agree with floats, and they refuse what is not certain."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from symgrad.evaluate.numbers import COMPARISONS, Floats
from symgrad.evidence.balls import Balls, Undefined, precision
from symgrad.evidence.functions import polynomial
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import FunctionDecl

POINTS = (Fraction(-7, 8), Fraction(3, 8), Fraction(13, 8))


@pytest.fixture(autouse=True)
def _precise():
    with precision():
        yield


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_the_value_it_has_on_floats(name):
    balls, floats, defined = Balls({}), Floats(), 0
    for x in POINTS:
        args = (x, Fraction(1))[: FUNCTIONS[name].arity]
        expected = floats.call(name, [float(arg) for arg in args], ())
        try:
            value = balls.call(name, [balls.from_rational(arg) for arg in args], ())
        except Undefined:
            assert not math.isfinite(expected)
            continue
        defined += 1
        assert float(value) == pytest.approx(expected, rel=1e-13)
    assert defined


@pytest.mark.parametrize("op", COMPARISONS)
def test_comparisons_that_are_certain(op):
    balls = Balls({})
    balls.ties = True
    for x, y in ((1, 2), (2, 1), (1, 1)):
        assert balls.compare(op, balls.from_rational(x), balls.from_rational(y)) == COMPARISONS[op](x, y)


def test_a_tie_is_no_comparison_at_a_point_that_may_be_a_kink():
    balls = Balls({})
    with pytest.raises(Undefined):
        balls.compare(">=", balls.from_rational(1), balls.from_rational(1))
    with pytest.raises(Undefined):
        balls.call("relu", [balls.from_rational(0)], ())


def test_what_rounding_leaves_open_is_undefined():
    balls = Balls({})
    balls.ties = True
    third = balls.from_rational(Fraction(1, 3))
    nothing = third * 3 - 1  # holds 0, and is not known to be it
    assert nothing.overlaps(balls.from_rational(0))
    for use in (
        lambda: balls.invert(nothing),
        lambda: balls.power(nothing, Fraction(1, 2)),
        lambda: balls.general_power(nothing, third),
        lambda: balls.call("log", [nothing], ()),
        lambda: balls.call("sign", [nothing], ()),
        lambda: balls.compare("=", third * 3, balls.from_rational(1)),
    ):
        with pytest.raises(Undefined):
            use()


def test_powers():
    balls = Balls({})
    assert float(balls.power(balls.from_rational(-2), Fraction(3))) == -8
    assert float(balls.power(balls.from_rational(4), Fraction(-3, 2))) == 0.125
    assert float(balls.power(balls.from_rational(8), Fraction(2, 3))) == pytest.approx(4)
    assert balls.power(balls.from_rational(0), Fraction(1, 2)) == 0
    with pytest.raises(Undefined):
        balls.power(balls.from_rational(-8), Fraction(1, 3))


def test_a_polynomial_and_its_derivatives():
    f = polynomial(FunctionDecl("f", ("y", "z")))
    step = Fraction(1, 10**9)
    for orders, at, moved in (((1, 0), (2, 3), (2 + step, 3)), ((0, 1), (2, 3), (2, 3 + step))):
        slope = (f(moved) - f(tuple(map(Fraction, at)))) / step
        assert float(slope) == pytest.approx(float(f(tuple(map(Fraction, at)), orders)), rel=1e-6)
    assert f((2, 3), (1, 1)) != 0
    assert str(f) == "4 y^3 + 4 y^2 z + 4 y z^2 + 2 z^3 + 2 y^2 + 2 y z + 4 z^2 + 3 y + 4 z + 4"
    assert f((1, 0)) == 13
