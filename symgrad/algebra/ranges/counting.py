"""Terms whose points are not determined by the values of their slots: how many points each value has.

The dummies that are left beside the coordinates are counted out one by one, by first and last value: the number of
them is a polynomial in the coordinates, the sizes, and floors of affine forms, on the set where there are some.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import weights
from symgrad.algebra.ranges.floors import Floors, determined, is_floor
from symgrad.algebra.ranges.guards import FALSE, Guard
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.ranges.weights import Weight
from symgrad.algebra.terms import OutOfReachError

if TYPE_CHECKING:
    import islpy as isl

    from symgrad.algebra.ranges.space import Space

_MOST_PARTS = 80
"""Terms that one may be split into."""

_LARGEST_WEIGHT = 60
"""Monomials that a weight to be summed may have."""

_HIGHEST_DEGREE = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A weight where a guard holds, at most once for each value of what is not `bound`."""

    guard: Guard
    weight: Weight
    bound: frozenset[Key]


def on_points(space: Space, guard: Guard, weight: Weight, fixed: set[Key], floors: Floors) -> Iterator[Part]:
    """The sum of the weight over the dummies that are not `fixed`: parts with weights in what is fixed and floors.

    Raises OutOfReachError where they are not known how to count.
    """
    extra = frozenset(k for k in guard.keys | weights.keys(weight) if isinstance(k, int) and k not in fixed)
    if not extra or (weights.keys(weight).isdisjoint(extra) and _one_each(space, guard, extra)):
        yield Part(guard, weight, extra)
        return
    waiting = [Part(guard, weight, extra)]
    steps = 0
    while waiting:
        space.budget.tick()
        part = waiting.pop()
        steps += 1
        if steps > _MOST_PARTS:
            raise OutOfReachError("a sum in which cells occur a number of times that is too long to write down")
        part = _determined(part, floors)
        if part.guard == FALSE or not part.weight:
            continue
        loose = frozenset(k for k in part.bound if not is_floor(k))
        if not loose:
            yield part
            continue
        waiting += _without(space, part, _easiest(part, loose), floors)


def _one_each(space: Space, guard: Guard, extra: frozenset[Key]) -> bool:
    """Whether some coordinates are determined by the others."""
    sets = space.sets
    dims = {key: at for at, key in enumerate(sorted(guard.keys - extra, key=repr))}
    first = len(dims)
    dims.update({key: first + at for at, key in enumerate(sorted(extra, key=repr))})

    def answer() -> bool:
        isl = sets.isl
        relation = isl.Map.from_range(sets.set_of(guard, dims)).move_dims(
            isl.dim_type.in_, 0, isl.dim_type.out, 0, first
        )
        return bool(relation.is_single_valued())

    return sets.ask(answer)


def _determined(part: Part, floors: Floors) -> Part:
    """The part with dummies replaced that equations give, or that are floors of what is no dummy."""
    while True:
        found = _value(part, floors)
        if found is None or part.guard == FALSE:
            return part
        key, value = found
        values: dict[Key, Linear] = {key: value}
        bound = (part.bound - {key}) | floors.among(value.keys)
        part = Part(part.guard.substituted(values), weights.substituted(part.weight, values), bound)


def _value(part: Part, floors: Floors) -> tuple[Key, Linear] | None:
    """A dummy that has one value at most, and that value."""
    loose = {k for k in part.bound if not is_floor(k)}
    for form in part.guard.equal:
        for key, c in form.terms:
            if key in loose and abs(c) == 1:
                return key, form.without(key).scaled(-c)
    found = determined(part.guard, loose)
    return None if found is None else (found[0], floors.floor(found[1], found[2]))


def _easiest(part: Part, loose: frozenset[Key]) -> Key:
    """The dummy with the fewest floors and the fewest cases."""

    def cost(key: Key) -> tuple[bool, int, int, str]:
        found = [form.coefficient(key) for form in part.guard.nonneg]
        lows, highs = sum(c > 0 for c in found), sum(c < 0 for c in found)
        equal = any(form.coefficient(key) for form in part.guard.equal)
        return equal, sum(abs(c) > 1 for c in found), lows * highs, repr(key)

    return min(loose, key=cost)


def _without(space: Space, part: Part, key: Key, floors: Floors) -> Iterator[Part]:
    """The sum over a dummy, by its first and last value in every case."""
    guard = part.guard
    degree = max((e for monomial in part.weight for k, e in monomial if k == key), default=0)
    if len(part.weight) > _LARGEST_WEIGHT or degree > _HIGHEST_DEGREE:
        raise OutOfReachError("a sum in which cells occur a number of times that is too long to write down")
    if any(form.coefficient(key) for form in guard.equal):
        raise OutOfReachError("a sum in which cells occur a number of times that is not known how to count")
    for form in guard.different:
        if form.coefficient(key):
            rest = Guard(guard.equal, guard.nonneg, tuple(f for f in guard.different if f is not form))
            yield Part(rest, part.weight, part.bound)
            yield Part(rest & Guard.of(equal=(form,)), weights.scaled(part.weight, -1), part.bound)
            return
    ends = _Ends(key, floors, {k for k in part.bound if not is_floor(k)} - {key})
    for form in guard.nonneg:
        ends.take(form)
    if not ends.lows or not ends.highs:
        raise OutOfReachError("a sum over infinitely many values")
    kept = Guard(guard.equal, tuple(f for f in guard.nonneg if not f.coefficient(key)), guard.different)
    kept = kept & Guard.of(nonneg=ends.conditions)
    bound = (part.bound - {key}) | ends.made
    for low, greatest in _firsts(ends.lows):
        for high, least in _firsts([-one for one in ends.highs]):
            here = space.tidy(kept & Guard.of(nonneg=[*greatest, *least, -high - low]))
            if here != FALSE and not space.sets.is_empty(here & floors.guard(here.keys)):
                yield Part(here, weights.summed(part.weight, key, low, -high), bound)


def _firsts(ends: list[Linear]) -> Iterator[tuple[Linear, list[Linear]]]:
    """Each form with the conditions for it to be the first greatest."""
    ends = list(dict.fromkeys(ends))
    for at, end in enumerate(ends):
        yield end, [end - other - (k < at) for k, other in enumerate(ends) if k != at]


class _Ends:
    """First and last values of a dummy, rounded by floors; those that depend on other dummies are dummies."""

    def __init__(self, key: Key, floors: Floors, loose: set[Key]) -> None:
        self._key, self._floors, self._loose = key, floors, loose
        self.lows: list[Linear] = []
        self.highs: list[Linear] = []
        self.conditions: list[Linear] = []
        self.made: set[Key] = set()

    def take(self, form: Linear) -> None:
        """A condition form >= 0."""
        c = form.coefficient(self._key)
        rest = form.without(self._key)
        if c > 0:
            self.lows.append(-self._rounded(rest, c))
        elif c < 0:
            self.highs.append(self._rounded(rest, -c))

    def _rounded(self, form: Linear, divisor: int) -> Linear:
        if divisor == 1:
            return form
        if (self._loose | self.made).isdisjoint(k for k in form.keys if not is_floor(k)):
            value = self._floors.floor(form, divisor)
            self.made |= self._floors.among(value.keys)
            return value
        name = min(k for k in (*self._loose, *self.made, self._key, 0) if isinstance(k, int) and not is_floor(k)) - 1
        self.made.add(name)
        value = Linear.of(name)
        start = value.scaled(divisor)
        self.conditions += [form - start, start - form + (divisor - 1)]
        return value


def set_of(space: Space, part: Part, dims: dict[Key, int], floors: Floors) -> isl.Set:
    """The points of a part over the given dimensions, floors among them."""
    keys = [*part.guard.keys, *weights.keys(part.weight), *dims]
    guard = part.guard & floors.guard(keys)
    return space.sets.ask(lambda: space.sets.shadow(guard, dims))
