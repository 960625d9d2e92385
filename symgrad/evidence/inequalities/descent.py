"""Points moved downhill: from where an inequality is nearly wrong to where it is wrong, one cell after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.evaluate.numbers import COMPARISONS
from symgrad.evidence.exact_constraints import distribution_rows
from symgrad.language.program import Role, Tensor

if TYPE_CHECKING:
    from symgrad.evaluate.cells import Cell, Cells
    from symgrad.evidence.points import Domain, Point

Gap = Callable[["Point"], float | None]
"""By how much the claim holds at a point, less than 0 where it does not; None where that has no value."""

_FACTORS = tuple(map(Fraction, ("1/2", "2", "1/10", "10", "-1", "0")))
_SMALLEST, _LARGEST = Fraction(1, 10**12), Fraction(10**6)
_ROUNDS = 12


def downhill(domain: Domain, start: Point, gap: Gap) -> Iterator[Point | None]:
    """Points at which the claim holds by less and less, the start first; None for each step that does not do so."""
    best = gap(start)
    if best is None:
        return
    way = [start]
    yield start
    for _ in range(_ROUNDS):
        before = best
        for candidate in _moves(domain, way):
            found = gap(candidate)
            if found is not None and found < best:
                best = found
                way.append(candidate)
            yield candidate if way[-1] is candidate else None
        if best >= before:
            return


def _moves(domain: Domain, way: list[Point]) -> Iterator[Point]:
    """Points that differ in one cell, or one row of a distribution, from the end of the way, which grows meanwhile."""
    for name, tensor in domain.given.items():
        if tensor.role is Role.INTEGER or name in domain.constrained:
            continue
        for cell in list(way[-1].values[name]):
            for factor in _FACTORS:
                values = way[-1].values
                cells = _moved(tensor, values[name], cell, factor)
                if cells is not None:
                    yield replace(way[-1], values={**values, name: cells})


def _moved(tensor: Tensor, cells: Cells[Fraction], cell: Cell, factor: Fraction) -> Cells[Fraction] | None:
    """The cells with one of them times a factor, a distribution's row scaled to sum to 1; None outside of the signs."""
    value = cells[cell] * factor if cells[cell] else factor
    if value and not _SMALLEST < abs(value) < _LARGEST:
        return None
    if tensor.over:
        if value <= 0:
            return None
        row = next(row for row in distribution_rows(tensor, cells) if cell in row)
        total = sum(cells[c] for c in row) - cells[cell] + value
        return {**cells, **{c: (value if c == cell else cells[c]) / total for c in row}}
    if tensor.sign and not COMPARISONS[tensor.sign.split()[0]](value, 0):
        return None
    return {**cells, cell: value}
