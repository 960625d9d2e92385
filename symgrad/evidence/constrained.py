"""Exact inputs that satisfy declared constraints which scaling and solving of drawn numbers does not.

Linear systems with inequalities are solved as such. On a quadric, as the sphere `sum_j x[j]^2 = 1`, a
rational point is looked for, and a line through it in a drawn direction meets the quadric in another
rational point. What has irrational solutions only is solved for one cell each, which is then known to lie
between two fractions: the sides change their order between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import isqrt, prod
from random import Random
from typing import Any

from symgrad.errors import UsageError
from symgrad.evidence.contradictions import System, is_cell, written_out
from symgrad.evidence.exact_constraints import Values, satisfied, signs_hold, unsatisfied
from symgrad.evidence.linear_systems import Row, solution
from symgrad.evidence.near import DIGITS, Near, near
from symgrad.language.program import Program

_PRECISE = 10 ** (DIGITS + 2)
"""One over the length of an interval that holds an irrational number."""

_TRIES = 8
_FARTHEST = 64  # how far from 0 a sign change is looked for


class Constrained:
    """The inputs that two programs accept at given sizes.

    Attributes:
        impossible: whether it is certain that there are none.
    """

    def __init__(self, programs: Sequence[Program], sizes: Mapping[str, int]) -> None:
        self._programs, self._sizes = programs, sizes
        self.impossible = False
        self._rows: list[Row] | None = None

    def enforce(self, values: Values, draw: Random) -> bool:
        """Change values in place until all constraints hold; whether that succeeded."""
        if not any(program.constraints for program in self._programs):
            return True
        drawn = {name: dict(cells) for name, cells in values.items()}
        if satisfied(self._programs, self._sizes, values, draw):
            return True
        rows = self._written()
        if rows is None or self.impossible:
            return False
        for way in (self._linear, self._quadratic, self._enclosed):
            values.update({name: dict(cells) for name, cells in drawn.items()})
            if way(rows, values, draw):
                return True
        return False

    def _written(self) -> list[Row] | None:
        """All that is declared as rows; None where that is too long."""
        if self._rows is None:
            try:
                system: System = written_out(self._programs, self._sizes)
            except UsageError:
                return None
            self._rows = [row for rows in system.values() for row in rows]
            self.impossible = solution(self._rows) is None
        return self._rows

    def _linear(self, rows: list[Row], values: Values, draw: Random) -> bool:
        """Solve a system of linear constraints, near the values."""
        monomials = dict.fromkeys(m for row in rows for m in row.coefficients)
        if not all(map(is_cell, monomials)):
            return False
        found = solution(rows, {m: _cell_value(values, m) for m in monomials})
        for monomial, value in (found or {}).items():
            _set(values, monomial, value)
        return found is not None and satisfied(self._programs, self._sizes, values, draw)

    def _quadratic(self, rows: list[Row], values: Values, draw: Random) -> bool:
        """Move to rational points of quadrics that share no cells, then solve what is linear."""
        curved, drawn = _curved(rows), {name: dict(cells) for name, cells in values.items()}
        for _ in range(_TRIES if curved else 0):  # from other bases points of other signs are reached
            values.update({name: dict(cells) for name, cells in drawn.items()})
            if not all(_on_quadric(row, values, draw) for row in curved):
                return False
            if satisfied(self._programs, self._sizes, values, draw):
                return True
        return False

    def _enclosed(self, rows: list[Row], values: Values, draw: Random) -> bool:
        """Solve each curved equation for one cell that stands in no other equation."""
        curved = _curved(rows)
        for row in curved:
            others = {name for other in rows if other.op == "=" and other is not row for name in _names(other)}
            cells = [name for name in _names(row) if name not in others]
            draw.shuffle(cells)
            if not any(_solved_between(row, values, cell) for cell in cells):
                return False
        if not curved or unsatisfied(self._programs, self._sizes, values):
            return False
        return all(signs_hold(program, values) for program in self._programs)


def _curved(rows: Sequence[Row]) -> list[Row]:
    """The equations that are not linear in cells."""
    return [row for row in rows if row.op == "=" and not all(map(is_cell, row.coefficients))]


def _names(row: Row) -> list[Any]:
    """The unknowns of a row's monomials, each once."""
    return list(dict.fromkeys(name for monomial in row.coefficients for name, _ in monomial))


def _cell_value(values: Values, monomial: Any) -> Any:
    _, tensor, cell = monomial[0][0]
    return values[tensor][cell]


def _set(values: Values, monomial: Any, value: Fraction) -> None:
    _, tensor, cell = monomial[0][0]
    values[tensor][cell] = value


def _value(row: Row, at: Mapping[Any, Fraction]) -> Fraction:
    """The polynomial that a row is, where its cells have these values."""
    total = row.constant
    for monomial, factor in row.coefficients.items():
        total += factor * prod(at[name] ** exponent for name, exponent in monomial)
    return total


def _polynomial_in_cells(row: Row) -> bool:
    return all(name[0] == "cell" for name in _names(row))


def _on_quadric(row: Row, values: Values, draw: Random) -> bool:
    """Move the cells of an equation of degree 2 to a rational solution; False where none is found."""
    degree = max(sum(exponent for _, exponent in monomial) for monomial in row.coefficients)
    if degree != 2 or not _polynomial_in_cells(row):
        return False
    names = _names(row)
    goal = {name: Fraction(values[name[1]][name[2]]) for name in names}
    for pivot in names:
        for others in (Fraction(0), Fraction(1)):
            start = dict.fromkeys(names, others)
            for root in _rational_roots(*_along(row, {**start, pivot: Fraction(0)}, {pivot: Fraction(1)})):
                base = {**start, pivot: root}
                second, first, _ = _along(row, base, {name: goal[name] - base[name] for name in names})
                share = -first / second if second else Fraction(0)
                for name in names:
                    values[name[1]][name[2]] = base[name] + share * (goal[name] - base[name])
                if draw.random() < 0.5:
                    return True
    return _value(row, {name: values[name[1]][name[2]] for name in names}) == 0


def _along(row: Row, base: Mapping[Any, Fraction], way: Mapping[Any, Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """The coefficients of the square, of s and of 1 in a quadratic polynomial at base + s way."""
    low, middle, high = (
        _value(row, {name: base[name] + step * way.get(name, 0) for name in base}) for step in (-1, 0, 1)
    )
    return (high + low) / 2 - middle, (high - low) / 2, middle


def _rational_roots(a: Fraction, b: Fraction, c: Fraction) -> list[Fraction]:
    """The rational s with a s^2 + b s + c = 0."""
    if not a:
        return [-c / b] if b else []
    inside = b * b - 4 * a * c
    if inside < 0:
        return []
    root = Fraction(isqrt(inside.numerator), isqrt(inside.denominator))
    return [(-b + root) / (2 * a), (-b - root) / (2 * a)] if root * root == inside else []


def _solved_between(row: Row, values: Values, cell: Any) -> bool:
    """Solve a polynomial equation for one cell, by halving an interval over which its sign changes."""
    if not _polynomial_in_cells(row):
        return False
    at: dict[Any, Any] = {name: values[name[1]][name[2]] for name in _names(row)}
    if any(isinstance(value, Near) for value in at.values()):
        return False

    def value(x: Fraction) -> Fraction:
        return _value(row, {**at, cell: x})

    ends = [Fraction(n, 2) for n in range(-_FARTHEST, _FARTHEST + 1)]
    changes = [(low, high) for low, high in pairwise(ends) if value(low) * value(high) < 0]
    if not changes:
        return False
    low, high = min(changes, key=lambda pair: abs(pair[0] - at[cell]))
    rising = value(high) > 0
    while (high - low) * _PRECISE > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if (value(middle) > 0) == rising else (middle, high)
    values[cell[1]][cell[2]] = near(low, high)
    return True
