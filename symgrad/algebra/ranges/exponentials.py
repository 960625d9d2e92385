"""Exponentials brought together: exp(a) exp(b) as exp(a + b), and a^t a^k as a^(t + k) for an index t."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import heads, normal, weights
from symgrad.algebra.ranges.form import ZERO, Factor, Form, Head, Kind, Raw
from symgrad.algebra.ranges.guards import TRUE
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.same import opened_dummies

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space


def joined(space: Space, form: Form) -> Form:
    """The form with exp(a) exp(b) as exp(a + b)."""
    raws, changed = [], False
    for shape, weight in form:
        apart = [f for f in shape.factors if space.heads[f[0]].kind is Kind.EXP]
        rest = [f for f in shape.factors if space.heads[f[0]].kind is not Kind.EXP]
        if len(apart) + any(e != 1 for _, _, e in apart) > 1:
            changed = True
            rest += _whole(space, apart)
        else:
            rest += apart
        raws.append(Raw(weight, rest, shape.guard))
    return normal.form_of(space, raws) if changed else form


def _whole(space: Space, apart: list[Factor]) -> list[Factor]:
    """The product of exponentials as one; slots may hold dummies of the term."""
    free, back = opened_dummies(space, tuple(slot for _, slots, _ in apart for slot in slots))
    total = ZERO
    for head, slots, exponent in apart:
        at = tuple(slot.substituted(free) for slot in slots)
        body = normal.times_body(space, Raw(weights.ONE, [], TRUE), space.heads[head].bodies[0], at)
        total = space.add(total, space.scale(normal.form_of(space, body), exponent))
    if not total.terms:
        return []
    bodies, slots = heads.abstracted(space, (total,))
    joint = space.head(Kind.EXP, bodies, arity=len(slots))
    return [(joint.number, tuple(slot.substituted(back) for slot in slots), 1)]


def grown(space: Space, form: Form) -> Form:
    """The form with a = a^1 and 1 = a^0, for every a that has an index in an exponent somewhere."""
    found = {f[:2] for shape in form.terms for f in shape.factors if space.heads[f[0]].kind is Kind.GROWTH}
    if not found:
        return form
    twins = {twin: head for head, _ in found for twin in _twins(space, space.heads[head])}
    raws = []
    everywhere: set[tuple[int, tuple[Linear, ...]]] = set()
    for shape, weight in form:
        factors: list[Factor] = []
        for head, slots, exponent in shape.factors:
            if head in twins and isinstance(exponent, int):
                factors.append((twins[head], (*slots, Linear(exponent)), 1))
            else:
                factors.append((head, slots, exponent))
        growths = [factor for factor in factors if space.heads[factor[0]].kind is Kind.GROWTH]
        everywhere |= {(head, slots[:-1]) for head, slots, _ in growths if not _bound(slots[:-1])}
        raws.append(Raw(weight, factors, shape.guard))
    nothing: list[Factor] = [
        (head, (*slots, Linear()), 1) for head, slots in sorted(everywhere, key=lambda item: item[0])
    ]
    return normal.form_of(space, [Raw(raw.weight, [*raw.factors, *nothing], raw.guard) for raw in raws])


def _bound(slots: tuple[Linear, ...]) -> bool:
    return any(slot.dummies for slot in slots)


def _twins(space: Space, growth: Head) -> Iterator[int]:
    """Heads of which a whole power is the growth by a whole number, at the same slots."""
    count = growth.arity - 1
    names = tuple(space.parameters(count))
    exponential = space.head_numbers.get((Kind.EXP, "", (), growth.bodies, count))
    if exponential is not None:
        yield exponential.number
    (body,) = growth.bodies
    ((shape, weight),) = body.terms.items()
    if weight != weights.ONE or shape.guard != TRUE or len(shape.factors) != 1:
        return
    head, slots, exponent = shape.factors[0]
    if space.heads[head].kind is not Kind.LOG or exponent != 1:
        return
    inside = space.applied(space.heads[head].bodies[0], slots)
    known = space.head_numbers.get((Kind.BASE, "", (), (inside,), count))
    if known is not None:
        yield known.number
    for other in inside.terms if len(inside) == 1 else ():
        if other.guard == TRUE and inside.terms[other] == weights.ONE and len(other.factors) == 1:
            number, at, power = other.factors[0]
            if at == names and power == 1:
                yield number
