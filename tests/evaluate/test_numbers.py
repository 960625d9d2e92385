"""The kinds of number: IEEE arithmetic on floats, small imaginary parts kept, exact rationals or a sentence."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.errors import UsageError
from symgrad.evaluate.numbers import ComplexNumbers, Floats, Rationals

FLOATS, COMPLEX, RATIONALS = Floats(), ComplexNumbers(), Rationals()
HALF = Fraction(1, 2)


def test_floats_at_the_edges() -> None:
    assert FLOATS.invert(0.0) == math.inf
    assert FLOATS.invert(-0.0) == -math.inf
    assert FLOATS.power(0.0, Fraction(-1)) == math.inf
    assert FLOATS.power(-2.0, Fraction(3)) == -8
    assert math.isnan(FLOATS.power(-2.0, HALF))
    assert FLOATS.power(-1e200, Fraction(3)) == -math.inf
    assert FLOATS.power(0.0, Fraction(0)) == 1


@given(st.floats(-3, 3).filter(lambda x: abs(x) > 0.01), st.integers(-150, 150))
def test_whole_powers_keep_a_complex_step(x: float, n: int) -> None:
    stepped = COMPLEX.power(complex(x, 1e-30), Fraction(n))
    assert stepped.real == pytest.approx(x**n, rel=1e-12)
    assert stepped.imag / 1e-30 == pytest.approx(n * x ** (n - 1) if n else 0.0, rel=1e-11)


@pytest.mark.parametrize("exponent", [HALF, -3 * HALF, Fraction(1, 3), Fraction(-2, 7)])
def test_fractional_powers_keep_a_complex_step(exponent: Fraction) -> None:
    stepped = COMPLEX.power(complex(1.7, 1e-30), exponent)
    assert stepped.imag / 1e-30 == pytest.approx(float(exponent) * 1.7 ** (float(exponent) - 1), rel=1e-13)


def test_complex_comparisons_look_at_real_parts() -> None:
    assert COMPLEX.compare("<", complex(1, 9), complex(2, -9))
    assert COMPLEX.compare("=", complex(1, 1e-30), complex(1, 0))


def test_rationals_are_exact() -> None:
    third = RATIONALS.from_rational(Fraction(1, 3))
    assert RATIONALS.multiply(third, RATIONALS.invert(third)) == 1
    assert RATIONALS.power(Fraction(4, 9), HALF) == Fraction(2, 3)
    assert RATIONALS.power(Fraction(8, 27), Fraction(-2, 3)) == Fraction(9, 4)
    assert RATIONALS.call("relu", (Fraction(-1, 3),), ()) == 0
    assert RATIONALS.call("max", (HALF, third), ()) == HALF
    assert RATIONALS.call("exp", (Fraction(0),), ()) == 1
    assert RATIONALS.call("sigmoid", (Fraction(0),), ()) == HALF
    assert RATIONALS.call("sqrt", (Fraction(10**40, 9),), ()) == Fraction(10**20, 3)


@given(st.fractions(min_value=0, max_denominator=50), st.integers(2, 5))
def test_roots_of_perfect_powers_are_found(x: Fraction, degree: int) -> None:
    assert RATIONALS.power(x**degree, Fraction(1, degree)) == x


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: RATIONALS.call("exp", (Fraction(1),), ()), r"exp\(1\) has no known rational value"),
        (lambda: RATIONALS.power(Fraction(2), HALF), "is not rational"),
        (lambda: RATIONALS.power(Fraction(-4), HALF), "is not rational"),
        (lambda: RATIONALS.invert(Fraction(0)), "division by zero"),
        (lambda: RATIONALS.power(Fraction(0), Fraction(-1)), "division by zero"),
        (lambda: RATIONALS.constant("pi"), "pi is not a rational number"),
    ],
)
def test_what_is_not_rational_is_a_sentence(attempt: Callable[[], Fraction], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        attempt()
