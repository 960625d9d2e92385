"""Rules by which one product of letters is replaced by others: of 1/B for a sum B, and of declared equations.

1/B is a letter z of its own with z B = 1. One term M of B, at one point of its sum, is the *pivot*:
where both occur, z M is replaced by (1 - z (B - M))/c. What is left is a normal form in the rows of
B: no z occurs with its pivot. Likewise a declared equation replaces its pivot by the rest.

z has no value where a comparison beside it fails, and B may be 0 there. So z B = 1 is used only times the comparisons
and labels that stand beside z: those of the pivot stay, z s M is replaced by s (1 - z (B - s M)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import normal, signs, weights
from symgrad.algebra.ranges.form import Form, Head, Raw, Shape, replaced
from symgrad.algebra.ranges.guards import FALSE, Guard
from symgrad.algebra.ranges.letters import Block, Unit, placed, units
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.ranges.weights import Weight
from symgrad.algebra.terms import exact

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

_MOST_POINTS = 24


@dataclass(frozen=True, slots=True)
class Relation:
    """pivot = constant + rest, or z pivot = constant + z rest, wherever `member` holds of the parameters.

    `constant` is 0 for a declared equation, whose whole value is in `rest`.
    """

    pivot: tuple[Unit, ...]
    member: Guard
    constant: Weight
    rest: Form

    def within(self, guard: Guard) -> Relation:
        """The relation where a guard holds of the parameters too."""
        return Relation(self.pivot, self.member & guard, self.constant, self.rest)


def pivots(space: Space, body: Form, *, inverse: bool) -> Iterator[Relation]:
    """The relations by which z body = 1 (or body = 0) can be used, terms without a sum first.

    Those with a rest that meets the pivot again are left out.
    """
    for shape, weight in sorted(body.terms.items(), key=lambda item: _count(item[0])):
        if not shape.factors or len(weight) != 1 or weights.atoms(weight):
            continue
        ((monomial, c),) = weight.items()
        over: Weight = {frozenset((k, -e) for k, e in monomial): exact(-1 / Fraction(c))}
        for point in islice(_points(shape), _MOST_POINTS):
            found = _relation(space, body, shape, over, point)
            if found is not None:
                constant = weights.scaled(over, -1) if inverse else weights.NOTHING
                yield Relation(found.pivot, found.member, constant, found.rest)


def _count(shape: Shape) -> int:
    return len({a for a in shape.atoms if a < 0})


def _points(shape: Shape) -> Iterator[dict[Key, Linear]]:
    """Values of the dummies of a term: ends of their ranges, and the free subscripts themselves."""
    dummies = sorted((a for a in shape.atoms if a < 0), reverse=True)
    free = [Linear.of(a) for a in sorted(a for a in shape.atoms if a >= 0)]
    choices = []
    for dummy in dummies:
        ends = []
        for sign in (1, -1):
            for form in shape.guard.nonneg:
                if form.coefficient(dummy) == sign:
                    end = form.without(dummy).scaled(-sign)
                    if not end.dummies:
                        ends.append(end)
        choices.append(list(dict.fromkeys([*ends, *free, Linear()])))
    for chosen in product(*choices):
        yield dict(zip(dummies, chosen, strict=True))


def _relation(space: Space, body: Form, shape: Shape, over: Weight, point: dict[Key, Linear]) -> Relation | None:
    member = shape.guard.substituted(point)
    if member == FALSE:
        return None
    at_point = replaced(Raw(weights.ONE, list(shape.factors), Guard()), point)
    pivot = units(at_point.factors)
    others = [Raw(weights.times(w, over), list(s.factors), s.guard) for s, w in body if s is not shape]
    own = weights.times(body.terms[shape], over)
    if point:
        here = Guard.of(equal=[Linear.of(d) - value for d, value in point.items() if isinstance(d, int)])
        others += [Raw(own, list(shape.factors), shape.guard & away) for away in here.negated()]
    rest = normal.form_of(space, others)
    meeting = [unit for unit in pivot if not signs.is_choice(space.heads[unit[0][0]])]
    for other in rest.terms:
        for _, guard in placed(meeting, units(other.factors)):
            if not space.sets.is_empty(guard & other.guard & member):
                return None
    return Relation(tuple(pivot), member, weights.NOTHING, rest)


def of_head(space: Space, head: Head, uses: Sequence[tuple[Block, Guard]]) -> Relation | None:
    """The relation for the inverse of a base, its pivot inside of the sum at all of the uses if there is such a one."""
    first = None
    for relation in pivots(space, head.bodies[0], inverse=True):
        if all(_inside(space, relation, slots, guard) for slots, guard in uses):
            return relation
        first = first or relation
    return first


def _inside(space: Space, relation: Relation, slots: Block, guard: Guard) -> bool:
    return space.sets.follows(guard, relation.member.substituted(space.arguments(slots)))


def matches(
    space: Space, relation: Relation, slots: Block, among: Sequence[Unit]
) -> Iterator[tuple[tuple[int, ...], Guard]]:
    """Where a term has the pivot for given values of the parameters, and under which condition."""
    values = space.arguments(slots)
    pattern = [(letter, tuple(s.substituted(values) for s in block)) for letter, block in relation.pivot]
    member = relation.member.substituted(values)
    for places, guard in placed(pattern, among):
        both = guard & member
        if both != FALSE:
            yield places, both


def solved(space: Space, relation: Relation, arity: int, among: Sequence[Unit]) -> Iterator[Block]:
    """Values of the parameters at which the pivot's slots are those of some of the letters."""
    names = [name.atoms[0] for name in space.parameters(arity)]
    for chosen in _assignments(relation.pivot, among):
        values: dict[Key, Linear] = {}
        for (_, block), (_, slots) in zip(relation.pivot, chosen, strict=True):
            for pattern, slot in zip(block, slots, strict=True):
                now = pattern.substituted(values)
                unknown = [a for a in now.atoms if a in names and a not in values]
                if len(unknown) == 1 and abs(now.coefficient(unknown[0])) == 1:
                    name = unknown[0]
                    values[name] = (slot - now.without(name)).scaled(now.coefficient(name))
        if len(values) == arity:
            yield tuple(values[name] for name in names)


def _assignments(pivot: Sequence[Unit], among: Sequence[Unit]) -> Iterator[tuple[Unit, ...]]:
    options = [list(dict.fromkeys(unit for unit in among if unit[0] == letter)) for letter, _ in pivot]
    return iter(product(*options))


def determines(space: Space, relation: Relation, arity: int) -> bool:
    """Whether the slots of the pivot determine the parameters."""
    return next(solved(space, relation, arity, relation.pivot), None) is not None
