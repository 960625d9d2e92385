"""The search for a point at which an inequality certainly fails: small sizes, plain and skewed distributions.

Distributions go from equal weights to such that have nearly all of their weight in one cell, since many inequalities
that do not hold fail near the boundary only. Both sides are enclosed in balls there, and the claim is refuted where all
numbers of one ball are less than all of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from symgrad.errors import UsageError
from symgrad.evidence.balls import Ball, Undefined
from symgrad.evidence.exact_constraints import distribution_rows
from symgrad.evidence.inequalities.descent import downhill
from symgrad.evidence.numbers import Comparison
from symgrad.evidence.points import FAR_ATTEMPTS, KINDS, Domain, Point
from symgrad.language.program import Program, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.evaluate.cells import Cell, Cells

_WEIGHTS: tuple[tuple[int, ...], ...] = ((1, 2, 3, 4), (1,), (1, 9), (1, 1, 99), (1, 2, 10_000), (1, 10**9), (0, 1, 1))
"""From what the weights of a distribution are drawn: one list an attempt for each distribution."""

_SIZES, _SMALLEST = 6, 2
_DESCENTS = 4
_ATTEMPTS = 30


class SkewedDomain(Domain):
    """A domain whose distributions come as close to the boundary as one may wish."""

    def distribution(self, tensor: Tensor, cells: list[Cell], draw: Random) -> Cells[Fraction]:
        """Numbers that sum to 1 over the axes of the distribution; some may be 0, where a logarithm has no value."""
        found: dict[Cell, Fraction] = {}
        among = draw.choice(_WEIGHTS)
        for row in distribution_rows(tensor, cells):
            weights = [Fraction(draw.choice(among)) for _ in row]
            weights[0] = weights[0] if any(weights) else Fraction(1)
            found |= {cell: w / sum(weights) for cell, w in zip(row, weights, strict=True)}
        return found


class Ordered(Comparison):
    """Two programs, of which the first is to give values at least as large as the second one's.

    Args:
        left: the program with the greater values.
        right: the one with the smaller values.
        tensors: what is compared.
        strict: whether equal values refute the claim too.
    """

    def __init__(self, left: Program, right: Program, tensors: Sequence[str], *, strict: bool) -> None:
        super().__init__(left, right, tensors, domain=SkewedDomain(left, right))
        self._strict = strict

    def contradicts(self, left: Ball, right: Ball) -> bool:
        """Whether the first value is certainly less, or with `strict` certainly not greater."""
        return bool(left <= right) if self._strict else bool(left < right)

    def _look(self) -> Iterator[Point | None]:
        """Points at more and more sizes, more of them at each than where equality is asked for."""
        draw = Random(1)
        sizes = self._sizes_to_look_at()
        first, others = sizes[:_SMALLEST], sizes[_SMALLEST:]
        steps = [(first, range(KINDS)), (others, range(2)), (others, range(2, KINDS)), (sizes, range(KINDS, _ATTEMPTS))]
        for some, attempts in [*steps, (first, FAR_ATTEMPTS)]:
            for chosen in some:
                self._sizes += 1
                yield from self._look_at(chosen, attempts, len(attempts), draw)
        for chosen in first:
            for attempt in range(_DESCENTS):
                yield from self._downhill(chosen, attempt, draw)

    def _downhill(self, sizes: dict[str, int], attempt: int, draw: Random) -> Iterator[Point | None]:
        """Points from some start downhill, None for each that does not refute."""
        try:
            start = self.domain.point(sizes, attempt, draw)
        except UsageError:
            return
        for point in downhill(self.domain, start, self._gap) if start is not None else ():
            try:
                yield point if point is not None and self.refuted_at(point) is not None else None
            except Undefined:
                yield None

    def _gap(self, point: Point) -> float | None:
        """By how much the claim holds at a point, in the cell where it holds least."""
        try:
            _, left, right = self.tables(point)
        except (Undefined, UsageError):
            return None
        cells = ((name, cell) for name in self.tensors for cell in left[name])
        return min(float((left[name][cell] - right[name][cell]).mid()) for name, cell in cells)

    def _sizes_to_look_at(self) -> list[dict[str, int]]:
        """Small sizes, 2 and above first, then the least ones."""
        found: list[dict[str, int]] = []
        for chosen in self.domain.sizes():
            found.append(chosen)
            if len(found) == _SIZES:
                break
        declared = {s.name: s.minimum for s in self.left.sizes if s.definition is None}
        for most in (3, 2, 1):
            least = self.domain.completed({name: max(most, minimum) for name, minimum in declared.items()})
            if least is not None and least not in found:
                found.insert(0 if most > 1 else len(found), least)
        return found
