"""Making a point at which two programs differ simpler: least sizes, few cells that are not 0, small whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

from symgrad.clock import now
from symgrad.errors import UsageError
from symgrad.evaluate.exact import size_value
from symgrad.evidence.balls import Undefined
from symgrad.evidence.exact_constraints import distribution_rows
from symgrad.evidence.points import Point
from symgrad.evidence.written import values
from symgrad.language.program import Role

if TYPE_CHECKING:
    from symgrad.evaluate.cells import Cell, Cells
    from symgrad.evidence.numbers import Comparison
    from symgrad.language.program import Tensor

_ATTEMPTS = 2  # points at sizes that may be smaller
_BESIDE = 12  # numbers beside those in the programs
_DENOMINATORS = (2, 3, 4, 5, 6, 8, 10, 20, 50, 100, 1000)  # of a distribution's cells
_SMALL = tuple(Fraction(n) for n in (0, 1, -1, 2, -2, 3))


_AS_FOUND: ContextVar[bool] = ContextVar("as_found", default=False)


@contextmanager
def witnesses_as_found() -> Iterator[None]:
    """While this lasts, witnesses are left as they are found: for claims of which nobody looks at the witness."""
    token = _AS_FOUND.set(True)
    try:
        yield
    finally:
        _AS_FOUND.reset(token)


def as_found() -> bool:
    """Whether witnesses are left as they are found."""
    return _AS_FOUND.get()


def simpler(comparison: Comparison, point: Point, end: float) -> Point:
    """A point as simple as can be found until then, at which the programs still certainly differ.

    Where floats show the difference, they still do.
    """
    return _Simpler(comparison, point, end).run(point)


class _Simpler:
    def __init__(self, comparison: Comparison, point: Point, end: float) -> None:
        self._comparison, self._end = comparison, end
        self._domain = comparison.domain
        found = comparison.refuted_at(point)
        self._visible = found is not None and found.visible
        self._simple = (*_SMALL, *self._domain.beside_thresholds[:_BESIDE])

    def run(self, point: Point) -> Point:
        """The simplest point that is found: of rational values, of small sizes, of small numbers."""
        point = self._small_numbers(point)
        tried: list[Mapping[str, int]] = []
        again = True
        while again:
            again = False
            for chosen in self._lower(point.sizes):
                if chosen in tried or now() > self._end:
                    continue
                tried.append(chosen)
                found = self._at(chosen)
                if found is not None and self._is_rational(found) >= self._is_rational(point):
                    point, again = found, True
                    break
        return point

    def _small_numbers(self, point: Point) -> Point:
        point = self._with_zeros(point, self._domain.free())
        for name in self._domain.free():
            for cell, value in reversed(point.values[name].items()):  # the first cell stays last
                if value:
                    point = self._with_simple(point, name, [cell], self._simple)
        return self._with_low_labels(self._with_plain_distributions(point))

    def _with_zeros(self, point: Point, names: list[str]) -> Point:
        """The point with as many of these tensors 0, else 1, as can be: all at once, else each half of them."""
        if len(names) < 2:
            return self._with_simple(point, names[0], list(point.values[names[0]]), _SMALL[:2]) if names else point
        if now() > self._end:
            return point
        changed = dict(point.values)
        for name in names:
            least = Fraction(self._domain.given[name].sign in ("> 0", "!= 0"))
            changed[name] = dict.fromkeys(point.values[name], least)
        candidate = replace(point, values=changed)
        if self._differs(candidate):
            return candidate
        middle = len(names) // 2
        return self._with_zeros(self._with_zeros(point, names[:middle]), names[middle:])

    def _is_rational(self, point: Point) -> bool:
        """Whether both values of the cell that differs are fractions."""
        found = self._comparison.refuted_at(point)
        if found is None:
            return False
        both = values(self._comparison, point, found.tensor, found.cell, (found.left, found.right))
        return all(isinstance(value, Fraction) for value in both)

    # Sizes

    def _lower(self, sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """Choices of the undefined sizes with one of them lower, the largest first."""
        declared = [s for s in self._comparison.left.sizes if s.definition is None]
        chosen = {s.name: sizes[s.name] for s in declared}
        distinct = len({*chosen.values()}) == len(chosen)
        for size in sorted(declared, key=lambda s: -chosen[s.name]):
            for value in range(size.minimum, chosen[size.name]):
                if not distinct or value not in chosen.values():
                    yield {**chosen, size.name: value}

    def _at(self, chosen: Mapping[str, int]) -> Point | None:
        """A point of small numbers at these sizes at which the programs differ."""
        sizes = self._domain.completed(chosen)
        if sizes is None:
            return None
        draw = Random(1)
        for attempt in range(_ATTEMPTS):
            try:
                point = self._domain.point(sizes, attempt, draw)
            except UsageError:
                return None
            if point is not None and self._differs(point):
                return self._small_numbers(point)
        return None

    # Values

    def _with_simple(self, point: Point, name: str, cells: list[Cell], simple: tuple[Fraction, ...]) -> Point:
        """The point with these cells equal to the first number with which the programs still differ."""
        old, sign = point.values[name], self._domain.given[name].sign
        for value in simple:
            if all(old[cell] == value for cell in cells) or now() > self._end:
                break
            if (value == 0 and sign in ("> 0", "!= 0")) or (value < 0 and sign in ("> 0", ">= 0")):
                continue
            candidate = replace(point, values={**point.values, name: {**old, **dict.fromkeys(cells, value)}})
            if self._differs(candidate):
                return candidate
        return point

    def _with_plain_distributions(self, point: Point) -> Point:
        """The point with equal weights, or weights of small denominators, as far as the programs still differ."""
        for name, tensor in self._domain.given.items():
            if not tensor.over or name in self._domain.constrained:
                continue
            old = point.values[name]
            for denominator in (0, *_DENOMINATORS):
                cells = _rounded(tensor, old, denominator)
                if cells == old or now() > self._end:
                    break
                candidate = None if cells is None else replace(point, values={**point.values, name: cells})
                if candidate is not None and self._differs(candidate):
                    point = candidate
                    break
        return point

    def _with_low_labels(self, point: Point) -> Point:
        """The point with the least integers with which the programs still differ."""
        for name, tensor in self._domain.given.items():
            if tensor.role is not Role.INTEGER or tensor.labels is None or name in self._domain.constrained:
                continue
            low = size_value(tensor.labels[0], point.sizes)
            for cell, value in point.values[name].items():
                if value != low and now() < self._end:
                    cells: Cells[Any] = {**point.values[name], cell: low}
                    candidate = replace(point, values={**point.values, name: cells})
                    point = candidate if self._differs(candidate) else point
        return point

    def _differs(self, point: Point) -> bool:
        """Whether the programs differ there, visibly if they did so before."""
        try:
            found = self._comparison.refuted_at(point)
        except (Undefined, UsageError):
            return False
        return found is not None and (found.visible or not self._visible)


def _rounded(tensor: Tensor, cells: Cells[Fraction], denominator: int) -> Cells[Fraction] | None:
    """A distribution of cells with this denominator, near the given one and nowhere 0; equal weights for 0.

    None where the denominator is too small for so many cells.
    """
    found: dict[Cell, Fraction] = {}
    for row in distribution_rows(tensor, cells):
        if not denominator:
            found |= dict.fromkeys(row, Fraction(1, len(row)))
            continue
        if denominator < len(row):
            return None
        parts = {cell: max(1, round(cells[cell] * denominator)) for cell in row}
        while (over := sum(parts.values()) - denominator) != 0:
            parts[max(parts, key=parts.__getitem__)] -= 1 if over > 0 else -1
        found |= {cell: Fraction(part, denominator) for cell, part in parts.items()}
    return {cell: found[cell] for cell in cells}
