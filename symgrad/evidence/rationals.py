"""Exact fractions for the interpreter, where some values may not be rational: these are lost, the others are not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from symgrad.clock import now
from symgrad.errors import UsageError
from symgrad.evaluate.numbers import Rationals
from symgrad.evidence.functions import Polynomial
from symgrad.evidence.near import Near

NAN = math.nan
"""What is not rational. Sums and products of a fraction with it are it again."""

_LONGEST, _QUICK = 20_000, 500  # bits of a fraction, and of one with which nothing takes long


class Fractions(Rationals):
    """Exact fractions of bounded length, with polynomials for the uninterpreted functions.

    What is not rational, or too long, is nan; so is all that is made of it.

    Attributes:
        end: when, by the clock of `symgrad.clock`, numbers that are not short count as too long.
    """

    def __init__(self, functions: Mapping[str, Polynomial]) -> None:
        self._functions = functions
        self.end = math.inf

    def from_rational(self, value: Any) -> Any:
        """The number itself; nan for an irrational one."""
        return rational(value)

    def add(self, x: Any, y: Any, /) -> Any:
        """x + y"""
        return self._short(x + y)

    def multiply(self, x: Any, y: Any, /) -> Any:
        """x * y"""
        return self._short(x * y)

    def _short(self, value: Any) -> Any:
        """The value; nan if it is too long."""
        if is_lost(value):
            return NAN
        length = _length(value)
        if length <= _QUICK:
            return value
        return NAN if length > _LONGEST or now() > self.end else value

    def constant(self, name: str) -> Any:
        """No named constant is rational."""
        return NAN

    def power(self, base: Any, exponent: Any) -> Any:
        """An exact power, if it is rational."""
        if is_lost(base, exponent) or abs(exponent) * _length(base) > _LONGEST:
            return NAN
        try:
            return super().power(base, exponent)
        except UsageError:
            return NAN

    general_power = power

    def call(self, function: str, args: Sequence[Any], orders: tuple[int, ...]) -> Any:
        """An exact value, if there is one."""
        if is_lost(*args):
            return NAN
        if function in self._functions:
            return self._short(self._functions[function](args, orders))
        try:
            return super().call(function, args, orders)
        except UsageError:
            return NAN

    def compare(self, op: str, x: Any, y: Any) -> bool:
        """Whether the comparison holds. Raises UsageError where a side is not rational."""
        if is_lost(x, y):
            raise UsageError("what is compared is not rational")
        return super().compare(op, x, y)


def rational(value: Any) -> Any:
    """The number itself; nan for an irrational one."""
    return NAN if isinstance(value, Near) else Fraction(value)


def is_lost(*values: Any) -> bool:
    """Whether one of the values is none."""
    return any(isinstance(value, float) for value in values)


def _length(value: int | Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())
