"""The error function of complex numbers, for numbers and arrays alike.

Near 0 by the series of non-alternating terms (Abramowitz and Stegun, Handbook of Mathematical
Functions, 7.1.6), elsewhere by the continued fraction of the complement (7.1.14). It is made for
complex steps, so it must not use the derivative that it is to check.
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

SWITCH = 3.0
"""The real part from which on the continued fraction is used."""

_FRACTION_DEPTH = 60


def erf_near(z: Any, exp: Callable[[Any], Any], square: float) -> Any:
    """erf by its series; `square` is a bound of |z|^2, which decides how many terms are needed."""
    term = total = z
    for n in range(1, 40 + int(3 * square)):
        term = term * (2 * z * z / (2 * n + 1))
        total = total + term
    return 2 / sqrt(pi) * exp(-z * z) * total


def erfc_far(z: Any, exp: Callable[[Any], Any]) -> Any:
    """1 - erf by its continued fraction, for a real part of at least SWITCH."""
    fraction = z
    for n in range(_FRACTION_DEPTH, 0, -1):
        fraction = z + (n / 2) / fraction
    return exp(-z * z) / (sqrt(pi) * fraction)
