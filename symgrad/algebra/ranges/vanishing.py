"""Which forms are not zero throughout: for some values of what is given, or for all values of all unknowns.

Off its kinks a comparison has no ties, but a form that is zero for whole ranges of inputs has no such kinks there, and
1[-u > 0] = 1 - 1[u > 0] does not hold (see `algebra/vanishing.py`). A denominator that is not zero where it is used
may be zero where a comparison keeps it from being used. So both are asked for certificates:

- a polynomial in cells is not zero as a polynomial if one of its terms, at any values of its indices, has cells that
  no other term has. If all of the cells are given and bound by nothing, it is then zero for exceptional inputs only.
  Cells of computed tensors, maxima and labels are functions of what is given, and what constraints and distributions
  bind has no values of its own: with them nothing is known of the inputs at which the polynomial is zero;
- a sum of terms none of which is negative is positive where one of them is.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import signs, weights
from symgrad.algebra.ranges.form import Form, Kind
from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.letters import Block, placed, units
from symgrad.algebra.ranges.sets import numbered
from symgrad.algebra.terms import Sign

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space


def is_zero_seldom(space: Space, form: Form) -> bool:
    """Whether the form is shown to be zero for exceptional inputs only, whatever the sizes and indices."""
    return _is_polynomial(space, form, space.free) and _has_term_of_its_own(space, form)


def is_regular(space: Space, head: int, slots: Block, guards: Sequence[Guard]) -> bool:
    """Whether what this head's value times a form is zero only where the form is, at all points of the guards.

    It is positive there, or a polynomial in unknowns that is not zero.
    """
    mine = space.heads[head]
    if mine.sign is Sign.POSITIVE or mine.kind is Kind.CELL:
        return True
    if mine.kind is not Kind.BASE:
        return False
    (body,) = mine.bodies
    if _is_polynomial(space, body) and _has_term_of_its_own(space, body):
        return True
    return _is_positive_at(space, body, slots, guards)


def _is_polynomial(space: Space, form: Form, names: Container[str] | None = None) -> bool:
    """Whether there is nothing but natural powers of cells, of tensors of these names."""
    return all(
        space.heads[head].kind is Kind.CELL
        and (names is None or space.heads[head].name in names)
        and exponent.denominator == 1
        and exponent > 0
        for shape in form.terms
        for head, _, exponent in shape.factors
    )


def _has_term_of_its_own(space: Space, form: Form) -> bool:
    """Whether some term, present at all values of the indices, never has the same cells as another."""
    for shape, weight in form:
        if shape.guard.conditions or len(weight) != 1 or weights.atoms(weight):
            continue
        mine = units(shape.factors)
        others = ((other, units(other.factors)) for other in form.terms if other is not shape)
        if not any(
            len(theirs) == len(mine) and not space.sets.is_empty(met & other.guard)
            for other, theirs in others
            for _, met in placed(mine, theirs)
        ):
            return True
    return False


def _is_positive_at(space: Space, body: Form, slots: Block, guards: Sequence[Guard]) -> bool:
    """Whether no term is negative, and at every point of the guards some term is there that is positive."""
    found = [(shape.guard, signs.of_product(space, shape, weight)) for shape, weight in body]
    if any(sign is Sign.UNKNOWN for _, sign in found):
        return False
    values = space.arguments(slots)
    sure = [guard.substituted(values) for guard, sign in found if sign is Sign.POSITIVE]
    return bool(sure) and is_covered(space, guards, sure)


def is_covered(space: Space, guards: Sequence[Guard], by: Sequence[Guard]) -> bool:
    """Whether at all free indices at which one of the guards has points, one of the others has some."""
    if set(guards) <= set(by):
        return True
    sets = space.sets
    dims = numbered({k for guard in (*guards, *by) for k in guard.keys if isinstance(k, str) or k >= 0})

    def covered() -> bool:
        union = sets.shadow(by[0], dims)
        for guard in by[1:]:
            union = union.union(sets.shadow(guard, dims))
        return all(sets.shadow(guard, dims).is_subset(union) for guard in guards)

    return bool(sets.ask(covered))
