"""Terms whose points are not determined by the values of their slots: how many points each value has.

The dummies that are left beside the coordinates are counted out one by one, by first and last value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import weights
from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.linear import Key
from symgrad.algebra.ranges.weights import Weight
from symgrad.algebra.terms import OutOfReachError

if TYPE_CHECKING:
    import islpy as isl

    from symgrad.algebra.ranges.space import Space


def on_points(space: Space, guard: Guard, weight: Weight, dims: Mapping[Key, int]) -> Iterator[tuple[isl.Set, Weight]]:
    """The sum of the weight over the dummies that are not among `dims`, on sets over these."""
    extra = sorted((k for k in (guard.keys | weights.keys(weight)) - dims.keys() if isinstance(k, int)), reverse=True)
    sets = space.sets
    if not extra:
        yield sets.ask(lambda: sets.set_of(guard, dims)), weight
        return
    wider: dict[Key, int] = {**dims}
    wider.update({key: len(dims) + at for at, key in enumerate(extra)})
    kind = sets.isl.dim_type
    whole = sets.ask(lambda: sets.set_of(guard, wider))
    if weights.keys(weight).isdisjoint(extra) and sets.ask(lambda: _one_each(space, whole, len(dims), len(extra))):
        yield sets.ask(lambda: whole.project_out(kind.set, len(dims), len(extra))), weight
        return
    raise OutOfReachError("a sum in which cells occur a number of times that is not known how to count")


def _one_each(space: Space, points: isl.Set, first: int, count: int) -> bool:
    """Whether the last `count` coordinates are determined by those before them."""
    isl = space.sets.isl
    relation = isl.Map.from_range(points).move_dims(isl.dim_type.in_, 0, isl.dim_type.out, 0, first)
    return bool(relation.is_single_valued())
