"""Floats that know how wrong rounding may have made them: what is below that says nothing about a derivation.

Running error analysis (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.3):
beside every value goes a bound of its absolute error, to first order. Sums are where it grows beyond
the value itself: the bound of a sum is made of its terms, however much of them cancels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from symgrad.evaluate.cells import Cells
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import Floats
from symgrad.evaluate.stand_ins import UserFunction
from symgrad.language.program import Program, Role

_UNIT = 2.0**-53
_OF_A_FUNCTION = 8 * _UNIT  # no function of the table is computed worse than that, relative to its value
_STEP = 1e-6  # relative, for the slope by which a function passes an error on


class Rounded(NamedTuple):
    """A value and a bound of its error."""

    value: float
    error: float = 0.0


class RoundedFloats:
    """The kind of number: Python floats, each with the bound of its error."""

    def __init__(self, program: Program, functions: Mapping[str, UserFunction] | None = None) -> None:
        self._floats = Floats(program, functions)

    def from_rational(self, value: int | Fraction) -> Rounded:
        """The nearest float."""
        nearest = self._floats.from_rational(value)
        return Rounded(nearest, 0.0 if nearest == value else _UNIT * abs(nearest))

    def constant(self, name: str) -> Rounded:
        """pi or e."""
        value = self._floats.constant(name)
        return Rounded(value, _UNIT * value)

    def add(self, x: Rounded, y: Rounded, /) -> Rounded:
        """x + y"""
        total = x.value + y.value
        return Rounded(total, x.error + y.error + _UNIT * abs(total))

    def negate(self, x: Rounded, /) -> Rounded:
        """-x"""
        return Rounded(-x.value, x.error)

    def multiply(self, x: Rounded, y: Rounded, /) -> Rounded:
        """x * y"""
        product = x.value * y.value
        passed_on = abs(x.value) * y.error + abs(y.value) * x.error
        return Rounded(product, passed_on + _UNIT * abs(product))

    def invert(self, x: Rounded, /) -> Rounded:
        """1/x"""
        value = self._floats.invert(x.value)
        return Rounded(value, value * value * x.error + _UNIT * abs(value))

    def power(self, base: Rounded, exponent: Fraction) -> Rounded:
        """The base to an exponent that is known exactly."""
        value = self._floats.power(base.value, exponent)
        slope = abs(float(exponent) * self._floats.power(base.value, exponent - 1)) if base.error else 0.0
        return Rounded(value, slope * base.error + _OF_A_FUNCTION * abs(value))

    def general_power(self, base: Rounded, exponent: Rounded) -> Rounded:
        """The base, a positive number, to an exponent of the same kind."""
        return self._of(self._floats.general_power, (base, exponent))

    def call(self, function: str, args: Sequence[Rounded], orders: tuple[int, ...]) -> Rounded:
        """A function's value, with what its slopes make of the arguments' errors."""
        return self._of(lambda *values: float(self._floats.call(function, values, orders)), args)

    def compare(self, op: str, x: Rounded, y: Rounded) -> bool:
        """Whether the comparison holds of the values."""
        return self._floats.compare(op, x.value, y.value)

    def _of(self, function: Any, args: Sequence[Rounded]) -> Rounded:
        values = [arg.value for arg in args]
        result: float = function(*values)
        error = _OF_A_FUNCTION * abs(result)
        for at, arg in enumerate(args):
            if arg.error:
                step = max(arg.error, _STEP * abs(arg.value))
                above, below = (
                    function(*values[:at], moved, *values[at + 1 :]) for moved in (arg.value + step, arg.value - step)
                )
                error += abs(above - below) / (2 * step) * arg.error
        return Rounded(result, error)


def rounding_errors(
    program: Program,
    sizes: Mapping[str, int],
    values: Mapping[str, Cells[Any]],
    functions: Mapping[str, UserFunction] | None = None,
) -> dict[str, Cells[Rounded]]:
    """All tensors' cells after a run of a program, with bounds of their errors.

    Cells that are given may be plain numbers, which count as exact, or have bounds of their own. A
    bound that is no finite number means that nothing is known.

    >>> from symgrad.language.read import read_program
    >>> program = read_program("input x\\ny = x + 1")
    >>> rounding_errors(program, {}, {"x": {(): -1.0 + 1e-12}})["y"][()].error > 0
    True
    """
    exact = {tensor.name for tensor in program.tensors if tensor.role is Role.INTEGER}
    given = {
        name: cells if name in exact else {cell: _rounded(value) for cell, value in cells.items()}
        for name, cells in values.items()
    }
    return Interpreter(program, sizes, RoundedFloats(program, functions)).run(given)


def _rounded(value: Any) -> Rounded:
    return value if isinstance(value, Rounded) else Rounded(float(value))


def finite_error(number: Rounded) -> float:
    """The bound; 0 where nothing is known, so that it excuses nothing."""
    return number.error if math.isfinite(number.error) else 0.0
