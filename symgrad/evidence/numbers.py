"""The search for a point at which two programs differ. It refutes; it never proves.

Both programs are run, as they are written, on the same exact point of their domain, in balls that
are certain to hold the true values. Where the balls of a compared cell have nothing in common, the
claim is refuted, whatever the rounding. The witness is then made simpler as long as it stays one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf
from random import Random
from typing import Any

from symgrad.clock import now
from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell
from symgrad.evaluate.numbers import Floats, Numbers, nearest_float
from symgrad.evidence.balls import Ball, Balls, Undefined, is_writable, precision
from symgrad.evidence.functions import Polynomial, polynomial
from symgrad.evidence.points import FAR_ATTEMPTS, KINDS, Domain, Point
from symgrad.evidence.rationals import Fractions, rational
from symgrad.evidence.runs import Pair, Tables, Values, converted, halves_of
from symgrad.evidence.simpler import as_found, simpler
from symgrad.evidence.verdict import Witness
from symgrad.evidence.written import one_sided, witness_at
from symgrad.language.program import Program

_ENOUGH_A_SIZE = 3
"""Points of one choice of sizes at which the programs agree before other sizes are tried."""

_LARGEST_SUSPECT = 64
_SHRINKING = 0.25  # seconds that making a witness simpler may take
_LEAST_TIME = 0.1  # seconds for a first point, whatever the budget
_BETTER = 12  # points looked at for one where floats show the difference too
_VISIBLE = 1e-6  # relative difference that floats show


@dataclass(frozen=True)
class Search:
    """What a search found.

    `witness` or None, at how many `points` both sides had values, what stopped it (`trouble`), and in
    words a point at which `one_sided` has a value and the other certainly has none.
    """

    witness: Witness | None
    points: int
    trouble: str = ""
    one_sided: str = ""


@dataclass(frozen=True)
class Difference:
    """A compared cell, and balls that have no point in common."""

    tensor: str
    cell: Cell
    left: Ball
    right: Ball

    @property
    def visible(self) -> bool:
        """Whether numbers of some 16 digits show it."""
        most = max(abs(self.left), abs(self.right), key=lambda ball: float(ball.mid()))
        return bool(abs(self.left - self.right) > _VISIBLE * (1 + most)) and bool(most < 1e100)


class _OneSided(Undefined):
    """Only the side of this number has values at a point."""

    def __init__(self, defined: int) -> None:
        super().__init__(outside=True)
        self.defined = defined


class Comparison:
    """Two programs that are to give equal tensors, ready to be compared at points.

    A search goes on where the one before it ended.

    Args:
        left: a complete program: it declares all that it reads.
        right: another one, with the same sizes.
        tensors: what is compared; both programs declare it.
        functions: what stands in for the uninterpreted functions; by default polynomials of degree 3.
        domain: the points that are looked at.
    """

    def __init__(
        self,
        left: Program,
        right: Program,
        tensors: Sequence[str],
        functions: Mapping[str, Polynomial] | None = None,
        *,
        domain: Domain | None = None,
    ) -> None:
        self.left, self.right, self.tensors = left, right, tuple(tensors)
        self.domain = Domain(left, right) if domain is None else domain
        made = {f.name: polynomial(f) for f in (*left.functions, *right.functions)}
        self.functions: Mapping[str, Polynomial] = made if functions is None else functions
        self._balls, self._fractions = Balls(self.functions), Fractions(self.functions)
        self._pairs: dict[type[Any], tuple[Pair, Mapping[str, int]]] = {}  # by the kind of number
        self._halves = halves_of((left, right), self.tensors)
        self._steps = self._look()
        self._points = self._sizes = 0
        self._trouble = self._one_sided = ""

    def suspect(self, sizes: Mapping[str, int]) -> None:
        """Let the next search look at these sizes first, if they are not too large; what is not named is least."""
        whole = {s.name: sizes.get(s.name, s.minimum) for s in self.left.sizes if s.definition is None}
        if sizes and all(value <= _LARGEST_SUSPECT for value in whole.values()):
            completed = self.domain.completed(whole)
            if completed is not None:
                self._steps = chain(self._look_at(completed, range(FAR_ATTEMPTS.start), KINDS, Random(3)), self._steps)

    def search(self, seconds: float, choices_of_sizes: int, enough: int | None = None) -> Search:
        """Look for a witness for so long, at so many choices of sizes, or until the sides agree at enough points.

        At least one point is looked at, whatever the time.
        """
        start = now()
        end = start + seconds
        self._balls.end = self._fractions.end = max(end, start + _LEAST_TIME)
        with precision():
            for found in self._steps:
                if found is not None:
                    return Search(self._best(found, end), self._points)
                done = enough is not None and self._points >= enough
                if done or self._sizes > choices_of_sizes or now() > end:
                    break
        return Search(None, self._points, self._trouble, self._one_sided)

    def refuted_at(self, point: Point) -> Difference | None:
        """What certainly differs at the point, off all kinks; None if nothing does.

        Raises Undefined where something has no certain value.
        """
        self._balls.ties, self._balls.orders = point.general, []
        found, orders = self._differs(point), self._balls.orders
        if found is not None and 0 in orders:  # do these numbers meet at all points near this one?
            self._balls.orders = []
            if self._differs(self.domain.moved(point, Random(2))) is None or self._balls.orders != orders:
                raise Undefined
        return found

    def contradicts(self, left: Ball, right: Ball) -> bool:
        """Whether two values of a compared cell refute the claim: they certainly differ."""
        return not left.overlaps(right)

    def visibly(self, point: Point, difference: Difference) -> bool:
        """Whether a run on floats shows the difference too."""
        try:
            sides = self._pair(Floats, point).both(self._values(point, nearest_float))
            left, right = (side[difference.tensor][difference.cell] for side in sides)
        except (UsageError, ArithmeticError, ValueError):
            return False
        return bool(abs(left - right) > _VISIBLE * (1 + max(abs(left), abs(right))))  # false of nan and infinities

    def tables(self, point: Point) -> tuple[Tables, Tables, Tables]:
        """What both begin with, and each side, at the point, in balls. Raises Undefined."""
        self._balls.ties = point.general
        return self._tables(self._pair(Balls, point), self._values(point, self._balls.from_rational))

    def exact_tables(self, point: Point) -> tuple[Tables, Tables, Tables] | None:
        """The same in fractions; None where something must be known that is not rational."""
        try:
            return self._tables(self._pair(Fractions, point), self._values(point, rational))
        except UsageError:
            return None

    @staticmethod
    def _tables(pair: Pair, values: Values) -> tuple[Tables, Tables, Tables]:
        common = pair.common(values)
        return common, pair.side(0, values, common), pair.side(1, values, common)

    def _values(self, point: Point, convert: Callable[[Any], Any]) -> Values:
        return converted(self.domain.given.values(), point, convert)

    def _look(self) -> Iterator[Point | None]:
        """One point after the other: each that refutes, None for every other one.

        The first choice of sizes is taken up again after the second one, for numbers of all kinds and far ones.
        """
        draw, first = Random(1), None
        for sizes in self.domain.sizes():
            self._sizes += 1
            if first is not None and self._sizes == 3:
                yield from self._look_again(first, draw)
                first = None
            first = sizes if self._sizes == 1 else first
            yield from self._look_at(sizes, range(FAR_ATTEMPTS.start), _ENOUGH_A_SIZE, draw)
        if first is not None:
            yield from self._look_again(first, draw)

    def _look_again(self, sizes: dict[str, int], draw: Random) -> Iterator[Point | None]:
        yield from self._look_at(sizes, range(_ENOUGH_A_SIZE, KINDS), KINDS, draw)
        yield from self._look_at(sizes, FAR_ATTEMPTS, len(FAR_ATTEMPTS), Random(2))

    def _look_at(self, sizes: dict[str, int], attempts: range, enough: int, draw: Random) -> Iterator[Point | None]:
        """Points at these sizes, until the sides agree at enough of them."""
        agreed = 0
        for attempt in attempts:
            found = point = None
            try:
                point = self.domain.point(sizes, attempt, draw)
                if point is not None:
                    found = point if self.refuted_at(point) is not None else None
                    agreed += found is None
                    self._points += found is None
            except _OneSided as error:
                if point is not None and not self._one_sided:
                    self._one_sided = one_sided(self, point, error.defined)
            except Undefined:
                pass
            except UsageError as error:
                self._trouble = error.message
            yield found
            if agreed >= enough:
                return

    def _best(self, point: Point, end: float) -> Witness:
        """The witness that is made of a point that refutes, or of a later one where floats see it and not before."""
        self._balls.end = inf  # a run on this point took no longer than it may
        if as_found():
            return self._witness(point)
        if not self._seen(point):
            for _, other in zip(range(_BETTER), self._steps, strict=False):
                if other is not None and self._seen(other):
                    point = other
                    break
                if now() > end:
                    break
        return self._witness(simpler(self, point, min(end, now() + _SHRINKING)))

    def _witness(self, point: Point) -> Witness:
        found = self.refuted_at(point)
        if found is None:
            raise AssertionError("a witness was lost while it was made simpler")
        return witness_at(self, point, found)

    def _seen(self, point: Point) -> bool:
        found = self.refuted_at(point)
        return found is not None and found.visible and self.visibly(point, found)

    def _differs(self, point: Point) -> Difference | None:
        """The first compared cell whose values certainly differ, a visible one if there is one."""
        pair, first = self._pair(Balls, point), None
        left, right = self._both(pair, self._values(point, self._balls.from_rational))
        for name in self.tensors:
            others = right[name]
            for cell, value in left[name].items():
                if self.contradicts(value, others[cell]) and is_writable(value) and is_writable(others[cell]):
                    found = Difference(name, cell, value, others[cell])
                    if found.visible:
                        return found
                    first = first or found
        return first

    def _both(self, pair: Pair, values: Values) -> list[Tables]:
        common = pair.common(values)
        sides: list[Tables] = []
        outside = []
        for at in (0, 1):
            try:
                sides.append(pair.side(at, values, common))
            except Undefined as error:
                if not error.outside:
                    raise
                outside.append(at)
        if len(sides) < 2:
            raise _OneSided(1 - outside[0]) if sides else Undefined
        return sides

    def _pair(self, kind: type[Any], point: Point) -> Pair:
        """Both sides over a kind of number, ready for the sizes of a point."""
        known = self._pairs.get(kind)
        if known is None:
            pair = Pair(self._halves, point.sizes, self._numbers(kind))
        else:
            pair, sizes = known
            if sizes == point.sizes:
                return pair
            del self._pairs[kind]  # it is of no use if it cannot be made ready
            pair.resize(point.sizes)
        self._pairs[kind] = (pair, point.sizes)
        return pair

    def _numbers(self, kind: type[Any]) -> Numbers[Any]:
        if kind is Floats:
            return Floats(self.left, self.functions)
        return self._balls if kind is Balls else self._fractions
