"""Denominators that do not depend on dummies, cleared: the form times all of them is zero where the form is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.algebra.ranges import letters, normal
from symgrad.algebra.ranges.form import Form, Raw
from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.sets import numbered

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space


def cleared(space: Space, form: Form) -> Form:
    """The form times its denominators, each to the highest power that occurs.

    Only those are taken that are divided by wherever the form has terms: there they are not 0.
    """
    highest: dict[tuple[int, tuple[Linear, ...]], int] = {}
    where: dict[tuple[int, tuple[Linear, ...]], list[Guard]] = {}
    for shape in form.terms:
        for head, slots, exponent in shape.factors:
            power = -letters.whole(exponent)
            if power > 0 and not any(slot.dummies for slot in slots):
                highest[head, slots] = max(highest.get((head, slots), 0), power)
                where.setdefault((head, slots), []).append(shape.guard)
    everywhere = [shape.guard for shape in form.terms]
    front = [(*key, power) for key, power in highest.items() if _covered(space, everywhere, where[key])]
    if not front:
        return form
    return normal.form_of(space, [Raw(w, [*s.factors, *front], s.guard) for s, w in form])


def _covered(space: Space, guards: list[Guard], by: list[Guard]) -> bool:
    """Whether at all free indices at which one of the guards has points, one of the others has some."""
    if set(guards) <= set(by):
        return True
    dims = numbered({k for guard in guards for k in guard.keys if isinstance(k, str) or k >= 0})
    dims = numbered(dims.keys() | {k for guard in by for k in guard.keys if isinstance(k, str) or k >= 0})
    sets = space.sets

    def covered() -> bool:
        union = sets.shadow(by[0], dims)
        for guard in by[1:]:
            union = union.union(sets.shadow(guard, dims))
        return all(sets.shadow(guard, dims).is_subset(union) for guard in guards)

    return sets.ask(covered)
