"""The base functions on Python's floats and complex numbers.

Where the standard library raises an error these give what IEEE arithmetic gives: infinity at a pole
or on overflow, not-a-number outside the domain. So a loop runs to its end and the cells that have
no value say so.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

from symgrad.evaluate.elementary import Elementary, Unary
from symgrad.evaluate.error_function import SWITCH, erf_near, erfc_far

INFINITY, NAN = math.inf, math.nan


def _guarded(function: Callable[[float], float], poles: dict[float, float] | None = None, odd: bool = False) -> Unary:
    """The function with its values at `poles`, nan outside its domain, and infinity on overflow."""

    def guarded(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.copysign(INFINITY, x) if odd else INFINITY
        except ValueError:
            return poles.get(x, NAN) if poles else NAN

    return guarded


def special(name: str, x: Any) -> Any:
    """A function that only mpmath has, at a float or complex number; nan outside its domain."""
    import mpmath

    function = getattr(mpmath, name)
    with mpmath.workdps(50):  # a complex step of 1e-30 must not drown
        try:
            value = function(x)
        except (ValueError, ZeroDivisionError):  # a pole
            return NAN
        if isinstance(x, complex):
            return complex(value)
        return float(value) if mpmath.im(value) == 0 else NAN


def _special(name: str) -> Unary:
    return lambda x: special(name, x)


def _log_gamma(x: float) -> float:
    return math.lgamma(x) if x >= 0 else NAN  # the logarithm of a negative or complex number beyond


REAL = Elementary(
    base={
        "exp": _guarded(math.exp),
        "expm1": _guarded(math.expm1),
        "log": _guarded(math.log, {0.0: -INFINITY}),
        "log1p": _guarded(math.log1p, {-1.0: -INFINITY}),
        "sqrt": _guarded(math.sqrt),
        "sin": _guarded(math.sin),
        "cos": _guarded(math.cos),
        "tan": _guarded(math.tan),
        "asin": _guarded(math.asin),
        "acos": _guarded(math.acos),
        "atan": math.atan,
        "sinh": _guarded(math.sinh, odd=True),
        "cosh": _guarded(math.cosh),
        "tanh": math.tanh,
        "asinh": math.asinh,
        "acosh": _guarded(math.acosh),
        "atanh": _guarded(math.atanh, {1.0: INFINITY, -1.0: -INFINITY}),
        "erf": math.erf,
        "erfc": math.erfc,
        "erfi": _special("erfi"),
        "gamma": _guarded(math.gamma, {0.0: INFINITY}),
        "loggamma": _guarded(_log_gamma, {0.0: INFINITY}),
        "digamma": _special("digamma"),
        "lambertw": _special("lambertw"),
    },
    where=lambda condition, x, y: x if condition else y,
    real=lambda x: x,
)
"""Python floats."""


def _guarded_complex(function: Callable[[complex], complex]) -> Unary:
    def guarded(z: complex) -> complex:
        try:
            return function(z)
        except (OverflowError, ValueError):
            return complex(NAN, NAN)

    return guarded


def _expm1(z: complex) -> complex:
    x, y = z.real, z.imag
    return complex(math.expm1(x) * math.cos(y) - 2 * math.sin(y / 2) ** 2, math.exp(x) * math.sin(y))


def _log1p(z: complex) -> complex:
    x, y = z.real, z.imag
    return complex(0.5 * math.log1p(x * (2 + x) + y * y), math.atan2(y, 1 + x))


def _erf(z: complex) -> complex:
    if abs(z.real) < SWITCH:
        return complex(erf_near(z, cmath.exp, abs(z) ** 2))
    return 1 - _erfc(z) if z.real > 0 else _erfc(-z) - 1


def _erfc(z: complex) -> complex:
    if abs(z.real) < SWITCH:
        return 1 - _erf(z)
    return complex(erfc_far(z, cmath.exp)) if z.real > 0 else 2 - complex(erfc_far(-z, cmath.exp))


_BY_CMATH = ("exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")

COMPLEX = Elementary(
    base={
        **{name: _guarded_complex(getattr(cmath, name)) for name in (*_BY_CMATH, "asinh", "acosh", "atanh")},
        "expm1": _guarded_complex(_expm1),
        "log1p": _guarded_complex(_log1p),
        "erf": _guarded_complex(_erf),
        "erfc": _guarded_complex(_erfc),
        **{name: _special(name) for name in ("erfi", "gamma", "loggamma", "digamma", "lambertw")},
    },
    where=lambda condition, x, y: x if condition else y,
    real=lambda z: z.real,
)
"""Python complex numbers."""
