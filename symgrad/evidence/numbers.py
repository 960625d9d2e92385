"""The search for a point at which two programs differ. It refutes; it never proves.

Both programs are run, as they are written, on the same exact point of their domain, in balls that
are certain to hold the true values. Where the balls of a compared cell have nothing in common, the
claim is refuted, whatever the rounding. The witness is then made simpler as long as it stays one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evidence.balls import Balls, Undefined, precision
from symgrad.evidence.functions import Polynomial, polynomial
from symgrad.evidence.points import Domain, Point, given_values, nested
from symgrad.evidence.rationals import Fractions
from symgrad.evidence.verdict import Nested, Value, Witness
from symgrad.language.program import Program, Role

_ENOUGH_A_SIZE = 3
"""Points of one choice of sizes at which the programs agree before other sizes are tried."""

_ATTEMPTS_A_SIZE = 48
_SHRINKING = 0.2  # seconds that making a witness simpler may take
_DIGITS, _MOST_DIGITS = 6, 55


@dataclass(frozen=True)
class Search:
    """What a search found: a witness or None, at how many points both sides had values, and what stopped it."""

    witness: Witness | None
    points: int
    trouble: str = ""


class Comparison:
    """Two programs that are to give equal tensors, ready to be compared at points.

    Args:
        left: a complete program: it declares all that it reads.
        right: another one, with the same sizes.
        tensors: what is compared; both programs declare it.
    """

    def __init__(self, left: Program, right: Program, tensors: Sequence[str]) -> None:
        self.left, self.right, self.tensors = left, right, tuple(tensors)
        self.domain = Domain(left, right)
        self._functions = {f.name: polynomial(f) for f in (*left.functions, *right.functions)}
        self._runs: dict[tuple[int, ...], tuple[_Run, _Run]] = {}  # of the sizes used last

    def search(self, seconds: float, choices_of_sizes: int) -> Search:
        """Look for a witness for so long, at so many choices of sizes."""
        end, draw, points, trouble = time.monotonic() + seconds, Random(1), 0, ""
        with precision():
            for count, sizes in enumerate(self.domain.sizes()):
                if count >= choices_of_sizes:
                    break
                agreed = 0
                for attempt in range(_ATTEMPTS_A_SIZE):
                    if agreed >= _ENOUGH_A_SIZE or (time.monotonic() > end and (points or attempt)):
                        break
                    try:
                        point = self.domain.point(sizes, attempt, draw)
                        found = None if point is None else self.differs(point)
                    except Undefined:
                        continue
                    except UsageError as error:
                        trouble = error.message
                        continue
                    if found is not None and point is not None:
                        return Search(self._witness(self._simpler(point)), points)
                    agreed += point is not None
                points += agreed
        return Search(None, points, trouble)

    def differs(self, point: Point) -> tuple[str, Cell] | None:
        """The first compared cell whose values certainly differ at the point.

        Raises Undefined where something has no certain value, UsageError for a program that cannot be run.
        """
        left, right = (run.tables(point) for run in self._at(point.sizes))
        for name in self.tensors:
            for cell, value in left[name].items():
                if not value.overlaps(right[name][cell]):
                    return name, cell
        return None

    def _at(self, sizes: Mapping[str, int]) -> tuple[_Run, _Run]:
        key = tuple(sizes.values())
        if key not in self._runs:
            self._runs = {key: (_Run(self.left, sizes, self._functions), _Run(self.right, sizes, self._functions))}
        return self._runs[key]

    def _simpler(self, point: Point) -> Point:
        """The point with as many cells 0 or 1 as possible while the programs still differ there."""
        if self.left.constraints or self.right.constraints:
            return point
        end = time.monotonic() + _SHRINKING
        names = [t.name for t in self.domain.given.values() if t.role is not Role.INTEGER and not t.over]
        for name in names:  # whole tensors first, then what is left, cell by cell
            if time.monotonic() < end:
                point = self._with_simple(point, name, list(point.values[name]))
        for name in names:
            for cell, value in point.values[name].items():
                if value and time.monotonic() < end:
                    point = self._with_simple(point, name, [cell])
        return point

    def _with_simple(self, point: Point, name: str, cells: list[Cell]) -> Point:
        """The point with these cells 0, else 1, if that is allowed and the programs still differ."""
        old = point.values[name]
        for simple in (Fraction(0), Fraction(1)):
            if simple == 0 and self.domain.given[name].sign in ("> 0", "!= 0"):
                continue
            values = {**point.values, name: {**old, **dict.fromkeys(cells, simple)}}
            candidate = replace(point, values=values, general=False)
            if values[name] != old and self._still_differs(candidate):
                return candidate
        return point

    def _still_differs(self, point: Point) -> bool:
        try:
            return self.differs(point) is not None
        except Undefined:
            return False

    def _witness(self, point: Point) -> Witness:
        found = self.differs(point)
        if found is None:
            raise AssertionError("a witness was lost while it was made simpler")
        name, cell = found
        left, right = self._values(point, name, cell)
        inputs: dict[str, Nested] = {}
        for program in (self.left, self.right):
            for given, cells in given_values(program, point).items():
                tensor = program.tensor_named[given]
                if tensor.role is not Role.ACCUMULATOR or any(cells.values()):  # else it starts at zero
                    inputs[given] = nested(tensor, cells, point.sizes)
        functions = {
            f"{f.name}({', '.join(f.parameters)})": str(self._functions[f.name])
            for f in dict.fromkeys((*self.left.functions, *self.right.functions))
        }
        return Witness(dict(point.sizes), inputs, name, cell, left, right, functions=functions)

    def _values(self, point: Point, name: str, cell: Cell) -> tuple[Value, Value]:
        """Both values: exact fractions where they are rational, else as many digits as tell them apart."""
        balls = [run.tables(point)[name][cell] for run in self._at(point.sizes)]
        exact = [
            _dyadic(ball) if ball.is_exact() else _exactly(program, point, self._functions, name, cell)
            for program, ball in zip((self.left, self.right), balls, strict=True)
        ]
        digits = _DIGITS
        while digits < _MOST_DIGITS and _digits(balls[0], digits) == _digits(balls[1], digits):
            digits += 3
        left, right = (
            _digits(ball, digits) if known is None else known for ball, known in zip(balls, exact, strict=True)
        )
        return left, right


class _Run:
    """One program at given sizes, compiled for both ways of treating ties when it is first run so."""

    def __init__(self, program: Program, sizes: Mapping[str, int], functions: Mapping[str, Polynomial]) -> None:
        self._program, self._sizes, self._functions = program, sizes, functions
        self._interpreters: dict[bool, Interpreter[Any]] = {}

    def tables(self, point: Point) -> dict[str, Cells[Any]]:
        """All tensors' cells after a run at the point."""
        if point.general not in self._interpreters:
            numbers = Balls(self._functions, ties=point.general)
            self._interpreters[point.general] = Interpreter(self._program, self._sizes, numbers)
        interpreter = self._interpreters[point.general]
        convert = interpreter.expressions.numbers.from_rational
        values = {
            name: cells
            if self._program.tensor_named[name].role is Role.INTEGER
            else {cell: convert(value) for cell, value in cells.items()}
            for name, cells in given_values(self._program, point).items()
        }
        return interpreter.run(values)


def _exactly(
    program: Program, point: Point, functions: Mapping[str, Polynomial], name: str, cell: Cell
) -> Fraction | None:
    """The cell's value as a fraction; None where it is not seen to be rational."""
    try:
        tables = Interpreter(program, point.sizes, Fractions(functions)).run(given_values(program, point))
    except UsageError:
        return None
    value = tables[name][cell]
    return Fraction(value) if isinstance(value, int | Fraction) else None


def _dyadic(ball: Any) -> Fraction:
    """The value of a ball of radius 0."""
    mantissa, exponent = ball.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _digits(ball: Any, digits: int) -> Decimal:
    return Decimal(ball.mid().str(digits, radius=False))
