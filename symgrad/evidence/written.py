"""What was found at a point, written down exactly: witnesses, and points at which one side only has values."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symgrad.evidence.points import given_values, nested
from symgrad.evidence.verdict import Value, Witness, input_lines
from symgrad.language.program import Role

if TYPE_CHECKING:
    from symgrad.evaluate.cells import Cell
    from symgrad.evidence.balls import Ball
    from symgrad.evidence.numbers import Comparison, Difference
    from symgrad.evidence.points import Point
    from symgrad.evidence.verdict import Nested

_DIGITS, _MOST_DIGITS = 6, 55
_LONGEST_POWER = 5000  # of two, in a number that is written as a fraction


def witness_at(comparison: Comparison, point: Point, found: Difference) -> Witness:
    """The witness that a point is, at which a cell differs."""
    left, right = values(comparison, point, found.tensor, found.cell, (found.left, found.right))
    sizes, inputs = dict(point.sizes), inputs_at(comparison, point)
    return Witness(sizes, inputs, found.tensor, found.cell, left, right, functions=formulas(comparison))


def formulas(comparison: Comparison) -> dict[str, str]:
    """A formula for each uninterpreted function, by the function with its parameters."""
    declared = dict.fromkeys((*comparison.left.functions, *comparison.right.functions))
    return {f"{f.name}({', '.join(f.parameters)})": str(comparison.functions[f.name]) for f in declared}


def inputs_at(comparison: Comparison, point: Point) -> dict[str, Nested]:
    """What either program is given at a point; an accumulator that is left out starts at zero."""
    inputs: dict[str, Nested] = {}
    for program in (comparison.left, comparison.right):
        for given, cells in given_values(program, point).items():
            tensor = program.tensor_named[given]
            if tensor.role is not Role.ACCUMULATOR or any(cells.values()):
                inputs[given] = nested(tensor, cells, point.sizes)
    return inputs


def one_sided(comparison: Comparison, point: Point, defined: int) -> str:
    """In words, that at a point one side only has values."""
    names = ("the first", "the second")
    lines = input_lines({**formulas(comparison), **inputs_at(comparison, point)})
    sizes = [f"{name} = {value}" for name, value in point.sizes.items()]
    where = ", ".join([*sizes, *(" ".join(line.split()) for line in lines)])
    return f"at {where} {names[defined]} has a value and {names[1 - defined]} has none"


def values(
    comparison: Comparison, point: Point, name: str, cell: Cell, balls: tuple[Ball, Ball]
) -> tuple[Value, Value]:
    """Both values of a cell: exact fractions where they are rational, else as many digits as tell them apart."""
    exact = [_dyadic(ball) for ball in balls]
    tables = comparison.exact_tables(point) if None in exact else None
    if tables is not None:
        exact = [
            known if known is not None else _rational(side[name][cell])
            for known, side in zip(exact, tables[1:], strict=True)
        ]
    digits = _DIGITS
    while digits < _MOST_DIGITS and _digits(balls[0], digits) == _digits(balls[1], digits):
        digits += 3
    left, right = (_digits(ball, digits) if known is None else known for ball, known in zip(balls, exact, strict=True))
    return left, right


def value_of(ball: Ball, exact: Any, digits: int) -> Value:
    """A value: the fraction that it is known to be, else its digits."""
    if isinstance(exact, int | Fraction):
        return Fraction(exact)
    known = _dyadic(ball)
    return _digits(ball, digits) if known is None else known


def _rational(value: Any) -> Fraction | None:
    return Fraction(value) if isinstance(value, int | Fraction) else None


def _dyadic(ball: Ball) -> Fraction | None:
    """The value of a ball of radius 0, if it is not too long to be written."""
    if not ball.is_exact():
        return None
    mantissa, exponent = ball.man_exp()
    if abs(int(exponent)) > _LONGEST_POWER:
        return None
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _digits(ball: Ball, digits: int) -> Decimal:
    return Decimal(ball.mid().str(digits, radius=False))
