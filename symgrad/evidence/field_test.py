"""The second judge: both programs run exactly, as they are written, on random points of finite fields.

Equal values at random points of large fields are equal for a reason; that is a matter of chance with a
bound (docs/fields.md). Unequal values show that a claim does not hold formally. They do not yet refute it,
since what is refuted must be refuted by real numbers. Nothing here knows the normal form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any

from symgrad.clock import now
from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells
from symgrad.evaluate.exact import size_value
from symgrad.evaluate.fields import NoValue, OutOfTime, TooShort, Tower, Unmodelled, large_towers, small_towers
from symgrad.evaluate.fields_degrees import Degrees
from symgrad.evaluate.fields_lanes import LaneNumbers
from symgrad.evaluate.fields_numbers import Residues
from symgrad.evaluate.fields_points import Values, draw_point
from symgrad.evidence.balls import Balls, Undefined, precision
from symgrad.evidence.functions import polynomial
from symgrad.evidence.points import FAR_ATTEMPTS, Domain
from symgrad.evidence.runs import Pair, converted, halves_of
from symgrad.language.program import Program, Role

AGREE, DIFFER, UNKNOWN = "agree", "differ", "unknown"

NO_TIME = "there was no time for all sizes"
"""The reason of what is unknown because the budget was spent."""

LEAST_SAMPLES = 40
"""Random points for programs with roots or logarithms: at one alone a root may have the right sign by chance."""

_REAL_POINTS = 4  # with other branches, at each choice of sizes
_FAR_ATTEMPTS, _MOST_BRANCHES = 16, 8  # points far from 0 that are looked at, choices of branches in all
_LABELS = 3  # choices of integer tensors, at each choice of sizes
_LANES, _MOST_LANES = 384, 8192
_ATTEMPTS = 6
_SMALL_BITS, _LARGE_BITS = 14, 58  # of the least primes of the towers

_ENOUGH = 2  # choices of small sizes
_STEPS = ((2, 3, 2), (3, 2, 2), (3, 3, 2), (2, 4, 2), (4, 2, 2), (3, 4, 2), (4, 3, 2))
"""What the first size is in three choices of small sizes, what the second one is, and so on."""


@dataclass(frozen=True)
class FieldTest:
    """What exact evaluation in finite fields found.

    Attributes:
        status: "agree" at all random points, "differ" at some, or "unknown".
        sizes: the choices of sizes at which both sides were run.
        samples: how many random points there were, at the least, at each choice of sizes.
        bits: two sides that differ agree at all of them with a chance of at most 2^-bits (see
            docs/fields.md); 0 where that was not asked for.
        reason: why it is unknown.
        tensor: where they differ.
        cell: and in which cell.
        limits: what else is taken for granted, in words.
    """

    status: str
    sizes: tuple[Mapping[str, int], ...] = ()
    samples: int = 0
    bits: int = 0
    reason: str = ""
    tensor: str = ""
    cell: Cell = ()
    limits: tuple[str, ...] = ()


def field_test(
    left: Program,
    right: Program,
    tensors: Sequence[str],
    sizes: Iterable[Mapping[str, int]] | None = None,
    *,
    samples: int = 0,
    budget: float = 1.0,
    seed: int = 0,
    bound: bool = False,
) -> FieldTest:
    """Run two programs on random points of finite fields and compare tensors.

    Args:
        left: a complete program: it declares all that it reads.
        right: another one, with the same sizes, that declares what both are given alike.
        tensors: what is compared.
        sizes: at which sizes; by default two choices of small ones.
        samples: the least number of random points at each choice of sizes; by default 1, or
            LEAST_SAMPLES where there are roots or logarithms.
        budget: seconds that it may take.
        seed: from which all choices follow.
        bound: whether `bits` is wanted, which takes another run.

    Returns:
        "agree" only if both sides agree at all sizes that were asked for; by default, at those of the
        small ones that could be looked at. "differ" is no refutation.
    """
    trial = _Trial((left, right), tuple(tensors), samples, budget, seed)
    found = trial.over(trial.small_sizes() if sizes is None else sizes, some=sizes is None)
    return replace(found, bits=trial.bits(found)) if bound and found.status == AGREE else found


class _Found(Exception):
    """Two values differ."""

    def __init__(self, tensor: str, cell: Cell) -> None:
        super().__init__(tensor, cell)
        self.tensor, self.cell = tensor, cell


class _Trial:
    """One claim before the fields."""

    def __init__(
        self, sides: tuple[Program, Program], tensors: tuple[str, ...], samples: int, budget: float, seed: int
    ) -> None:
        self._sides, self._tensors, self._seed = sides, tensors, seed
        self._domain = Domain(*sides)
        self._halves = halves_of(sides, tensors)
        self._features = self._halves.features
        self._samples = max(samples, LEAST_SAMPLES if self._features.roots else 1)
        self._end = now() + budget
        self._depth = 1 if self._features.exps else 0
        self._draw = Random(seed)
        self._labelled = [t for t in self._domain.given.values() if t.role is Role.INTEGER]
        self._free = False
        self._lanes, self._run = _LANES, 0
        self._last = _Real({}, ())
        self._pair: Pair | None = None

    def small_sizes(self) -> Iterator[dict[str, int]]:
        """Two choices of 2, 3 and 4: no size is 2 in both, where deviations from a mean are opposite, and no two are
        equal in both. A third one for programs with so many roots that points are found at the least sizes only.
        Others where definitions do not allow these."""
        free = [s for s in self._sides[0].sizes if s.definition is None]
        found: list[dict[str, int]] = []
        for which in (0, 1, 2) if self._features.roots else (0, 1):
            steps = [_STEPS[at % len(_STEPS)][which] for at in range(len(free))]
            sizes = self._domain.completed({s.name: max(s.minimum, n) for s, n in zip(free, steps, strict=True)})
            if sizes is not None and sizes not in found:
                found.append(sizes)
        yield from found or islice(self._domain.sizes(), 2)

    def over(self, choices: Iterable[Mapping[str, int]], some: bool = False) -> FieldTest:
        """The result at these sizes; `some`: those suffice that can be looked at."""
        done: list[Mapping[str, int]] = []
        least, reason = 0, "there are no sizes at which both sides can be run"
        for sizes in choices:
            if some and len(done) == _ENOUGH:
                break
            try:
                if done and now() > self._end:
                    raise OutOfTime
                count = self._at(dict(sizes))
            except _Found as found:
                return self._different(sizes, done, found)
            except Unmodelled as error:
                return FieldTest(UNKNOWN, tuple(done), reason=f"finite fields have no {error}")
            except UsageError as error:
                return FieldTest(UNKNOWN, tuple(done), reason=error.message)
            except (NoValue, OutOfTime) as error:
                reason = _REASONS[type(error)]
                if not some:
                    return FieldTest(UNKNOWN, tuple(done), reason=reason)
                if isinstance(error, OutOfTime):
                    break
                continue
            done.append(sizes)
            least = count if len(done) == 1 else min(least, count)
        if not done:
            return FieldTest(UNKNOWN, reason=reason)
        return FieldTest(AGREE, tuple(done), least, limits=self._limits())

    def bits(self, found: FieldTest) -> int:
        """What the bound for the chance of a false agreement is, by the degrees at the largest sizes."""
        sizes = dict(sorted(found.sizes, key=lambda chosen: sum(chosen.values()))[-1])
        cells = {name: self._domain.cells(tensor, sizes) for name, tensor in self._domain.given.items()}
        numbers = Degrees(self._features.functions)
        numbers.branches = iter(self._last.orders)
        values: Values = {
            name: self._last.labels.get(name) or {cell: numbers.draw(tensor.sign) for cell in cells[name]}
            for name, tensor in self._domain.given.items()
        }
        left, right = Pair(self._halves, sizes, numbers).both(values)
        degree = max(numbers.difference(x, right[n][cell]) for n in self._tensors for cell, x in left[n].items())
        small = _SMALL_BITS if self._features.roots else _LARGE_BITS
        each = small - max(degree, 1).bit_length()
        return max(0, min(found.samples * each, found.samples if self._features.roots else each))

    def _different(self, sizes: Mapping[str, int], done: list[Mapping[str, int]], found: _Found) -> FieldTest:
        where = (*done, dict(sizes))
        if self._features.opaque:
            names = ", ".join(self._features.opaque)
            return FieldTest(UNKNOWN, where, reason=f"the laws of {names} are not those of finite fields")
        if self._free:
            return FieldTest(UNKNOWN, where, reason="the sides differ where exp, log, sin and cos may be any functions")
        limits = self._limits()
        if self._features.roots:  # x^2 + 1 is positive, which is not seen where it is written as (x + 1)^2 - 2 x
            limits = (*limits, "what stands under a root is taken to be positive by its form only")
        return FieldTest(DIFFER, where, tensor=found.tensor, cell=found.cell, limits=limits)

    def _limits(self) -> tuple[str, ...]:
        return ("branches are those of some real points",) if self._features.branches else ()

    def _at(self, sizes: dict[str, int]) -> int:
        """At how many points both sides agree at these sizes; raises what ends the test."""
        cells = {name: self._domain.cells(tensor, sizes) for name, tensor in self._domain.given.items()}
        reals: Iterator[_Real]
        if self._features.branches:
            reals = self._real_points(sizes)
        else:
            count = _LABELS if self._labelled else 1
            reals = (_Real(self._labels(cells, sizes), ()) for _ in range(count))
        total = 0
        for real in reals:
            if total and now() > self._end:
                raise OutOfTime
            total += self._agreeing(sizes, cells, real)
            self._last = real
        if total < self._samples:
            self._lanes = _LANES
            raise OutOfTime if now() > self._end else NoValue
        return total

    def _labels(self, cells: Mapping[str, list[Cell]], sizes: Mapping[str, int]) -> dict[str, Cells[int]]:
        found = {}
        for tensor in self._labelled:
            if tensor.labels is None:
                raise UsageError(f"no range of labels is declared for {tensor.name}", tensor.place)
            low, high = (size_value(end, sizes) for end in tensor.labels)
            found[tensor.name] = {cell: self._draw.randint(low, high) for cell in cells[tensor.name]}
        return found

    def _real_points(self, sizes: dict[str, int]) -> Iterator[_Real]:
        """Points of real numbers with the branches that both sides take there; some beyond the numbers in programs."""
        with precision():
            numbers = Balls({f.name: polynomial(f) for side in self._sides for f in side.functions})
            pair = Pair(self._halves, sizes, numbers)
        near = (self._real_point(sizes, at, pair, numbers) for at in self._while_time(range(FAR_ATTEMPTS.start)))
        found = [*islice((real for real in near if real is not None), _REAL_POINTS)]
        yield from found
        far = FAR_ATTEMPTS[:_FAR_ATTEMPTS] if self._domain.beside_thresholds else ()
        seen = {real.orders for real in found}
        for attempt in self._while_time(far):
            real = self._real_point(sizes, attempt, pair, numbers)
            if real is not None and real.orders not in seen and len(seen) < _MOST_BRANCHES:
                seen.add(real.orders)
                yield real

    def _while_time(self, attempts: Iterable[int]) -> Iterator[int]:
        for number, attempt in enumerate(attempts):
            if number and now() > self._end:
                return
            yield attempt

    def _real_point(self, sizes: dict[str, int], attempt: int, pair: Pair, numbers: Balls) -> _Real | None:
        """A point and its branches; None where something has no value."""
        with precision():
            point = self._domain.point(sizes, attempt, self._draw)
            if point is None:
                return None
            numbers.ties, numbers.orders = point.general, []
            try:
                pair.both(converted(self._domain.given.values(), point, numbers.from_rational))
            except Undefined:
                return None
        return _Real({t.name: _whole(point.values[t.name]) for t in self._labelled}, tuple(numbers.orders))

    def _agreeing(self, sizes: dict[str, int], cells: Mapping[str, list[Cell]], real: _Real) -> int:
        """At how many points of the fields both sides agree, with these branches; in towers as high as is needed."""
        while True:
            try:
                return self._sampled(sizes, cells, real)
            except TooShort:
                self._depth += 1
            except Unmodelled:
                if self._free:
                    raise
                self._free = True

    def _sampled(self, sizes: dict[str, int], cells: Mapping[str, list[Cell]], real: _Real) -> int:
        towers = self._towers()
        if not towers:
            if self._free:
                raise NoValue
            self._depth, self._free = 1, True
            towers = self._towers()
        total, lanes = 0, self._lanes
        for attempt in range(_ATTEMPTS):
            tower = towers[(self._run + attempt) % len(towers)]
            try:
                count = self._compared(self._numbers(tower, lanes), sizes, cells, real)
            except NoValue:
                count = 0
            total += count
            if total >= self._samples:
                break
            most = (_ATTEMPTS - attempt - 1) * max(count, 1) * _MOST_LANES // lanes
            if total + most < self._samples or now() > self._end:
                break
            wanted = (self._samples - total) * lanes * 2 // count if count else 8 * lanes
            lanes = self._lanes = max(_LANES, min(_MOST_LANES, wanted))
        self._run += 1
        return total

    def _towers(self) -> list[Tower]:
        if self._features.roots:
            return small_towers(self._depth, self._features.angles)
        return large_towers(self._depth, self._features.angles, self._draw)

    def _numbers(self, tower: Tower, lanes: int) -> Residues | LaneNumbers:
        """Numbers of this tower, and random ones: those of the runs before, begun again."""
        seed, functions = self._draw.getrandbits(60), self._features.functions
        known = None if self._pair is None else self._pair.numbers
        if isinstance(known, LaneNumbers):
            known.restart(tower, lanes, seed, free=self._free)
        elif isinstance(known, Residues):
            known.restart(tower, seed, free=self._free)
        elif self._features.roots:
            signs = self._features.radicals or self._features.branches
            return LaneNumbers(tower, lanes, seed, functions, radicals=signs, free=self._free)
        else:
            return Residues(tower, seed, functions, free=self._free)
        return known

    def _compared(
        self,
        numbers: Residues | LaneNumbers,
        sizes: dict[str, int],
        cells: Mapping[str, list[Cell]],
        real: _Real,
    ) -> int:
        """Run both sides once. Raises _Found where they differ."""
        numbers.end = self._end
        values = draw_point(self._sides, cells, sizes, numbers, real.labels)
        numbers.branches = iter(real.orders)
        if self._pair is None:
            self._pair = Pair(self._halves, sizes, numbers)
        else:
            self._pair.resize(sizes)
        left, right = self._pair.both(values)
        count = None
        for name in self._tensors:
            for cell, value in left[name].items():
                if numbers.differ(value, right[name][cell]):
                    raise _Found(name, cell)
                known = numbers.samples(value, right[name][cell])
                count = known if count is None else min(count, known)
        return count or 0


@dataclass(frozen=True)
class _Real:
    """What is taken over from a real point: integer tensors, and how each comparison comes out."""

    labels: Mapping[str, Cells[int]]
    orders: tuple[int, ...]


_REASONS: dict[type[Exception], str] = {
    NoValue: "no points, or too few, were found at which both sides have values",
    OutOfTime: NO_TIME,
}


def _whole(cells: Mapping[Cell, Any]) -> Cells[int]:
    return {cell: int(value) for cell, value in cells.items()}
