"""Every function of the language on floats, complex numbers and arrays: right, stable, alike."""

from __future__ import annotations

import cmath
import math
import warnings
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from symgrad.errors import UsageError
from symgrad.evaluate.arrays import COMPLEX_TABLE, REAL_TABLE
from symgrad.evaluate.numbers import ComplexNumbers, Floats
from symgrad.language.functions import FUNCTIONS

FLOATS, COMPLEX = Floats(), ComplexNumbers()
STEP = 1e-30

REFERENCE = {
    "abs": abs,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "sign": mpmath.sign,
    "step": lambda x: mpmath.mpf(int(x > 0)),
    "gelu": lambda x: x * mpmath.ncdf(x),
    "gelu_tanh": lambda x: x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3))),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
}

POINTS = {
    **dict.fromkeys(("log", "sqrt", "gamma", "loggamma", "digamma", "lambertw"), (1e-3, 0.4, 1.7, 9.0)),
    "log1p": (-0.9, -1e-9, 1e-12, 0.5, 30.0),
    **dict.fromkeys(("asin", "acos", "atanh"), (-0.99, -0.2, 0.3, 0.9)),
    "acosh": (1.01, 1.5, 40.0),
    **dict.fromkeys(("cot", "csc", "coth", "csch"), (-1.3, 0.2, 1.4)),
}
DEFAULT = (-5.5, -2.9, -1.3, -1e-9, 0.7, 2.0, 3.1, 6.0)

UNARY = [name for name, row in FUNCTIONS.items() if row.arity == 1]


def reference(name: str) -> Callable[[Any], Any]:
    return REFERENCE.get(name) or getattr(mpmath, name)


def points(name: str) -> tuple[float, ...]:
    return POINTS.get(name, DEFAULT)


@pytest.mark.parametrize("name", UNARY)
def test_floats_are_right(name: str) -> None:
    for x in points(name):
        with mpmath.workdps(40):
            expected = float(reference(name)(mpmath.mpf(x)))
        assert FLOATS.call(name, (x,), ()) == pytest.approx(expected, rel=1e-13, abs=1e-300)


@pytest.mark.parametrize("name", UNARY)
def test_a_complex_step_gives_the_derivative(name: str) -> None:
    for x in points(name):
        with mpmath.workdps(40):
            slope = float(mpmath.diff(reference(name), mpmath.mpf(x)))
        value = complex(COMPLEX.call(name, (complex(x, STEP),), ()))
        assert value.imag / STEP == pytest.approx(slope, rel=1e-11, abs=1e-14)
        assert value.real == pytest.approx(FLOATS.call(name, (x,), ()), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", UNARY)
def test_arrays_are_the_scalars(name: str) -> None:
    column = np.array(points(name))
    steps = column + 1j * STEP
    with np.errstate(all="ignore"):
        real, stepped = REAL_TABLE[name](column), np.asarray(COMPLEX_TABLE[name](steps))
    np.testing.assert_allclose(real, [FLOATS.call(name, (x,), ()) for x in column.tolist()], rtol=1e-14)
    scalars = np.array([COMPLEX.call(name, (z,), ()) for z in steps.tolist()])
    np.testing.assert_allclose(stepped.real, scalars.real, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(np.imag(stepped), scalars.imag, rtol=1e-11, atol=1e-44)


@pytest.mark.parametrize("name", UNARY)
def test_float32_stays_float32(name: str) -> None:
    with np.errstate(all="ignore"):
        assert REAL_TABLE[name](np.array(points(name), np.float32)).dtype == np.float32


def test_every_function_has_a_value_everywhere_it_is_asked_for() -> None:
    assert set(FUNCTIONS) <= set(REAL_TABLE) == set(COMPLEX_TABLE)


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        ("sigmoid", -800.0, 0.0),
        ("sigmoid", 800.0, 1.0),
        ("softplus", 800.0, 800.0),
        ("softplus", -800.0, 0.0),
        ("softplus", -40.0, math.exp(-40)),
        ("silu", -800.0, 0.0),
        ("silu", 800.0, 800.0),
        ("gelu", 40.0, 40.0),
        ("gelu", -8.0, -8.0 * 0.5 * math.erfc(8 / math.sqrt(2))),
        ("gelu_tanh", -50.0, 0.0),
        ("tanh", 800.0, 1.0),
        ("log1p", 1e-20, 1e-20),
        ("sech", 800.0, 0.0),
    ],
)
def test_large_arguments_do_not_overflow(name: str, x: float, value: float) -> None:
    assert FLOATS.call(name, (x,), ()) == pytest.approx(value, rel=1e-12, abs=1e-300)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = REAL_TABLE[name](np.array([x])) if name != "sech" else [0.0]  # cosh itself overflows
    assert found[0] == pytest.approx(value, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        ("log", 0.0, -math.inf),
        ("log1p", -1.0, -math.inf),
        ("exp", 1e4, math.inf),
        ("sinh", -1e4, -math.inf),
        ("atanh", 1.0, math.inf),
        ("gamma", 0.0, math.inf),
        ("cot", 0.0, math.inf),
    ],
)
def test_poles_and_overflow_are_infinite(name: str, x: float, value: float) -> None:
    assert FLOATS.call(name, (x,), ()) == value


@pytest.mark.parametrize(
    ("name", "x"),
    [
        ("log", -1.0),
        ("sqrt", -1.0),
        ("acosh", 0.5),
        ("asin", 2.0),
        ("loggamma", -0.5),
        ("lambertw", -1.0),
        ("gamma", -2.0),
    ],
)
def test_outside_of_the_domain_is_nan(name: str, x: float) -> None:
    assert math.isnan(FLOATS.call(name, (x,), ()))


def test_kinked_functions_at_their_kink() -> None:
    assert [FLOATS.call(name, (0.0,), ()) for name in ("relu", "step", "sign", "abs")] == [0, 0, 0, 0]


def test_two_arguments_branch_on_the_real_part() -> None:
    low, high = complex(1, 7), complex(2, -7)
    assert COMPLEX.call("max", (low, high), ()) == high
    assert COMPLEX.call("min", (low, high), ()) == low
    assert COMPLEX_TABLE["max"](np.array([low]), np.array([high]))[0] == high


def test_not_a_number_is_not_hidden_by_a_branch() -> None:
    for name in ("relu", "sign", "step", "abs", "sigmoid", "softplus"):
        assert math.isnan(FLOATS.call(name, (math.nan,), ()))
    assert math.isnan(FLOATS.call("max", (math.nan, 1.0), ()))


def test_complex_error_function_off_the_axis() -> None:
    for z in (0.3 + 0.4j, -1.2 + 2j, 2.9 - 1j, 3.5 + 0.5j, -4 - 1j):
        with mpmath.workdps(30):
            expected = complex(mpmath.erf(z))
        assert cmath.isclose(COMPLEX.call("erf", (z,), ()), expected, rel_tol=1e-12)
        assert cmath.isclose(complex(COMPLEX_TABLE["erf"](np.array([z]))[0]), expected, rel_tol=1e-12)


def test_an_unknown_function_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="no function blip"):
        FLOATS.call("blip", (1.0,), ())
