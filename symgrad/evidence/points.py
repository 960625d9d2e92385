"""Exact points of a claim's domain: sizes, and a number, if possible a rational one, for every cell that is given.

They begin with the smallest sizes that show something (2, 3, 4, ...: different ones for different
axes, none of them 1, where a sum is its only term) and with small whole numbers, so that the first
point at which a claim fails is one to look at. The last ones are far from 0, and on both sides of the
numbers that are written in the programs. Declared signs, labels, distributions and constraints hold exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import cycle, islice, product
from math import prod
from random import Random
from typing import Any

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells, given_cells, given_shape
from symgrad.evaluate.exact import shape_of, size_value
from symgrad.evaluate.footprint import Footprint
from symgrad.evaluate.sizes import complete_sizes
from symgrad.evidence.constrained import Constrained
from symgrad.evidence.exact_constraints import distribution_rows
from symgrad.evidence.thresholds import around, beside, thresholds
from symgrad.evidence.verdict import Nested
from symgrad.language.program import Program, Ref, Role, Tensor
from symgrad.language.walk import walk_expr

MOST_WORK = 60_000
"""Operations (see `Footprint.work`) of one run, and cells of a program; larger sizes are left out."""

_MOST_LARGER = 6
"""By how much one size is larger than its least value where all others are least."""

Draw = Callable[[Random], Fraction]


def _among(*texts: str) -> Draw:
    values = tuple(map(Fraction, texts))
    return lambda draw: draw.choice(values)


_FINE = 1 << 20
"""Numbers in general position are multiples of 2/_FINE: hardly ever do two of them, or two sums of them, meet."""


def _general(draw: Random) -> Fraction:
    return Fraction(draw.randint(-_FINE, _FINE), _FINE // 2)


def _general_positive(draw: Random) -> Fraction:
    return Fraction(draw.randint(1, _FINE), _FINE // 2)


_POOLS: tuple[Draw, ...] = (
    _among("1", "2", "3"),
    _among("-3", "-2", "-1"),
    _among("-2", "-1", "1", "2", "3"),
    _among("1/4", "1/2", "3/4"),
    _among("5/4", "3/2", "2", "3"),
    _among("-1/8", "0", "1/8"),
    _general,
    _general_positive,
    lambda draw: Fraction(draw.randint(1, _FINE - 1), _FINE),
    lambda draw: 1 + Fraction(draw.randint(1, _FINE), _FINE),
)
"""From what numbers a tensor's cells are drawn: simple ones first, over all usual domains of functions."""

GENERAL = 6
"""The first pool of numbers in general position."""

KINDS = len(_POOLS)
"""How many kinds of numbers there are; the first attempts take one kind each."""

_ORDER = (0, 6, 1, 2, 3, 4, 5, 7, 8, 9)
"""In which order the pools are tried: one in general position soon."""


FAR_ATTEMPTS = range(48, 96)
"""The attempts at points far from 0."""

_SHARE_NEAR = 0.5  # of tensors, or of cells, that are near 0 all the same at some of these

_FAR = tuple(Fraction(sign * n) for n in (10, 100) for sign in (1, -1))


@dataclass(frozen=True)
class Point:
    """Sizes, and the cells of what is given. `general`: whether ties between its numbers have a reason."""

    sizes: dict[str, int]
    values: dict[str, Cells[Any]]
    general: bool


class _TooMuch(Exception):
    """A run takes more work than is allowed."""


class Domain:
    """The points at which two programs can be run on the same numbers.

    `given` are the tensors that either is given, `constrained` the names of those in constraints.
    """

    def __init__(self, left: Program, right: Program) -> None:
        self.left, self.right = left, right
        self._enforced: dict[tuple[int, ...], Constrained] = {}
        sides = [side for p in (left, right) for c in p.constraints for side in (c.left, c.right)]
        self.constrained = {part.name for side in sides for part in walk_expr(side) if isinstance(part, Ref)}
        self.given = {t.name: t for program in (left, right) for t in program.tensors if t.given}

    def sizes(self) -> Iterator[dict[str, int]]:
        """Choices of sizes, simple ones first; at least 2 where that is possible, then larger and random ones.

        Where some of them are too much work, those with one size larger and all others least come at the end.
        """
        usual, left_out = [], False
        for chosen in self._usual():
            usual.append(chosen)
            try:
                sizes = self._complete(chosen)
            except _TooMuch:
                left_out = True
            else:
                if sizes is not None:
                    yield sizes
        more = (chosen for chosen in self._narrow() if chosen not in usual)
        yield from (sizes for sizes in map(self.completed, more if left_out else ()) if sizes is not None)

    def _usual(self) -> Iterator[dict[str, int]]:
        """Values of the sizes that are not defined by others, each choice once."""
        free = [s for s in self.left.sizes if s.definition is None]
        seen: list[dict[str, int]] = []
        draw = Random(0)
        for attempt in range(60):
            if attempt < 2:
                chosen = {s.name: max(s.minimum, 2 + attempt + at) for at, s in enumerate(free)}
            elif attempt < 6:
                chosen = {s.name: max(s.minimum, 2 + (at + attempt) % (6 - attempt)) for at, s in enumerate(free)}
            elif attempt == 6:
                chosen = {s.name: s.minimum for s in free}
            else:
                most = 3 + attempt // 6
                chosen = {s.name: max(s.minimum, draw.randint(1 + (attempt < 40), most)) for s in free}
            if chosen not in seen:
                seen.append(chosen)
                yield chosen

    def _narrow(self) -> Iterator[dict[str, int]]:
        """Choices with one size larger and all others least, 2 or more at first."""
        free = [s for s in self.left.sizes if s.definition is None]
        found: list[dict[str, int]] = []
        for more, least in product(range(_MOST_LARGER + 1), (2, 1)):
            for larger in free:
                chosen = {s.name: max(s.minimum, least) + more * (s is larger) for s in free}
                if chosen not in found:
                    found.append(chosen)
                    yield chosen

    def completed(self, chosen: Mapping[str, int]) -> dict[str, int] | None:
        """All sizes, unless a definition gives none, something is empty or a run is too much work."""
        try:
            return self._complete(chosen)
        except _TooMuch:
            return None

    def _complete(self, chosen: Mapping[str, int]) -> dict[str, int] | None:
        """The same; raises _TooMuch."""
        try:
            sizes = complete_sizes(self.left, chosen)
            for program in (self.left, self.right):
                shapes = [shape_of(tensor, sizes) for tensor in program.tensors]
                if any(extent < 1 for shape in shapes for extent in shape):
                    return None
                if sum(map(prod, shapes)) > MOST_WORK or Footprint(program, sizes).work() > MOST_WORK:
                    raise _TooMuch
        except UsageError:  # a size or an extent that is no whole number
            return None
        return sizes

    def point(self, sizes: dict[str, int], attempt: int, draw: Random) -> Point | None:
        """A point at these sizes; None if the constraints allow none with the numbers that were drawn."""
        if self._constrained(sizes).impossible:
            return None
        chosen = _ORDER[attempt % len(_ORDER)]
        far = attempt >= FAR_ATTEMPTS.start
        general = chosen >= GENERAL and not far
        values = {}
        for at, (name, tensor) in enumerate(self.given.items()):
            if far:
                pool = self._far_pool(attempt if not at else draw.randrange(len(self._far)), attempt, draw)
            elif attempt >= len(_POOLS):  # one tensor may have to be positive where another is not
                pool = draw.choice(_POOLS[GENERAL:] if general else _POOLS[:GENERAL])
            else:
                pool = _POOLS[chosen]
            values[name] = self._cells(tensor, sizes, _signed(pool, tensor.sign), draw)
        if not self._constrained(sizes).enforce(values, draw):
            return None
        if not all(_is_distribution(t, values[t.name]) for t in self.given.values() if t.over):
            return None  # a constraint took it away from being one
        return Point(sizes, values, general)

    @cached_property
    def _thresholds(self) -> tuple[Fraction, ...]:
        return thresholds((self.left, self.right))

    @cached_property
    def beside_thresholds(self) -> tuple[Fraction, ...]:
        """The simplest numbers on both sides of the numbers in the programs, where those are not small."""
        return beside(self._thresholds)

    @cached_property
    def _far(self) -> list[Fraction]:
        """Numbers around those in the programs, and numbers far from 0, in random order."""
        sides = (sign * x for c in self._thresholds for x in around(c) for sign in (1, -1))
        found = [*dict.fromkeys((*sides, *_FAR))]
        Random(0).shuffle(found)
        return found

    def _far_pool(self, at: int, which: int, draw: Random) -> Draw:
        """Far numbers one after the other, from place `at` on; near ones for some tensors or cells."""
        near, far = _POOLS[2], cycle(self._far)
        numbers = islice(far, at % len(self._far), None)
        if which % 3 == 1 and draw.random() < _SHARE_NEAR:
            return near
        share = _SHARE_NEAR if which % 3 == 2 else 0
        return lambda draw: near(draw) if draw.random() < share else next(numbers)

    def _cells(self, tensor: Tensor, sizes: Mapping[str, int], pool: Draw, draw: Random) -> Cells[Fraction]:
        cells = self.cells(tensor, sizes)
        if tensor.role is Role.INTEGER:
            if tensor.labels is None:
                raise UsageError(f"no range of labels is declared for {tensor.name}", tensor.place)
            low, high = (size_value(end, sizes) for end in tensor.labels)
            return {cell: draw.randint(low, high) for cell in cells}  # type: ignore[misc]  # used as subscripts
        if tensor.over:
            return self.distribution(tensor, cells, draw)
        return {cell: pool(draw) for cell in cells}

    def distribution(self, tensor: Tensor, cells: list[Cell], draw: Random) -> Cells[Fraction]:
        """Positive numbers that sum to 1 over the axes of a distribution."""
        weights = {cell: draw.randint(1, 4) for cell in cells}
        totals = {cell: sum(weights[c] for c in row) for row in distribution_rows(tensor, cells) for cell in row}
        return {cell: Fraction(weights[cell], totals[cell]) for cell in cells}

    def _constrained(self, sizes: Mapping[str, int]) -> Constrained:
        key = tuple(sizes.values())
        if key not in self._enforced:
            self._enforced[key] = Constrained((self.left, self.right), sizes)
        return self._enforced[key]

    def free(self) -> list[str]:
        """The tensors whose cells may be changed one by one, each within its sign."""
        named = self.given.items()
        return [n for n, t in named if t.role is not Role.INTEGER and not t.over and n not in self.constrained]

    def moved(self, point: Point, draw: Random) -> Point:
        """A point very near, at which only those numbers meet that meet at every point."""
        values = {**point.values}
        for name in self.free():
            values[name] = {c: v + Fraction(draw.randint(1, _FINE), _FINE**4) for c, v in values[name].items()}
        return replace(point, values=values)

    def cells(self, tensor: Tensor, sizes: Mapping[str, int]) -> list[Cell]:
        """The cells that one of the programs is given."""
        found: dict[Cell, None] = {}
        for program in (self.left, self.right):
            own = program.tensor_named.get(tensor.name)
            if own is not None and own.given:
                found |= dict.fromkeys(given_cells(own, sizes))
        return sorted(found)


def given_values(program: Program, point: Point) -> dict[str, Cells[Fraction]]:
    """Those cells of a point that one program is given."""
    return {
        t.name: {cell: point.values[t.name][cell] for cell in given_cells(t, point.sizes)}
        for t in program.tensors
        if t.given
    }


def nested(tensor: Tensor, cells: Cells[Fraction], sizes: Mapping[str, int]) -> Nested:
    """A given tensor's cells as nested lists, of the shape in which `evaluate` takes them."""
    values: list[Nested] = [cells[cell] for cell in given_cells(tensor, sizes)]
    for length in reversed(given_shape(tensor, sizes)):
        values = [values[at : at + length] for at in range(0, len(values), length)]
    return values[0]


def _signed(pool: Draw, sign: str) -> Draw:
    """The pool with the declared sign."""
    if sign in ("> 0", ">= 0"):
        return lambda draw: abs(pool(draw)) or Fraction(1)
    if sign == "!= 0":
        return lambda draw: pool(draw) or Fraction(1)
    return pool


def _is_distribution(tensor: Tensor, cells: Cells[Fraction]) -> bool:
    return all(value >= 0 for value in cells.values()) and all(
        sum(cells[cell] for cell in row) == 1 for row in distribution_rows(tensor, cells)
    )
