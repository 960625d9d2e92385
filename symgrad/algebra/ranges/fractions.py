"""Denominators that do not depend on dummies, cleared: the form times all of them is zero where the form is.

That the product is zero shows that the form is, where the denominators are not. So only those are cleared

- of which it is known anyway that nothing but zero becomes zero by them (`vanishing.is_regular`);
- or that are certainly divided by wherever the form has terms, since the form is asked about where it is defined.

What stands beside a comparison is not divided by where that fails: in 1[x > 0]/Z[t] + 1[t = 0] w, Z[0] may be
the empty sum. 1[x <= 0] is written 1 - 1[x > 0], so that a term without a comparison may be half of a product with one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.algebra.ranges import letters, normal, signs
from symgrad.algebra.ranges.form import Form, Raw, Shape
from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.letters import Block
from symgrad.algebra.ranges.vanishing import is_covered, is_regular

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

Denominator = tuple[int, Block]


def cleared(space: Space, form: Form, defined: Form | None = None) -> Form:
    """The form times its denominators, each to the highest power that occurs.

    Args:
        space: where the form is.
        form: what may be zero.
        defined: what has a value wherever the question is asked; the form itself where this is None.
    """
    highest = _denominators(form)
    if not highest:
        return form
    everywhere = [shape.guard for shape in form.terms]
    asked = form if defined is None else defined
    divided = {} if _may_be_skipped(space, asked) else _where_divided(asked)
    front = [
        (*key, power)
        for key, power in highest.items()
        if is_regular(space, *key, everywhere) or (key in divided and is_covered(space, everywhere, divided[key]))
    ]
    if not front:
        return form
    return normal.form_of(space, [Raw(w, [*s.factors, *front], s.guard) for s, w in form])


def _denominators(form: Form) -> dict[Denominator, int]:
    highest: dict[Denominator, int] = {}
    for shape in form.terms:
        for key, power in _divisors(shape):
            highest[key] = max(highest.get(key, 0), power)
    return highest


def _where_divided(form: Form) -> dict[Denominator, list[Guard]]:
    where: dict[Denominator, list[Guard]] = {}
    for shape in form.terms:
        for key, _ in _divisors(shape):
            where.setdefault(key, []).append(shape.guard)
    return where


def _divisors(shape: Shape) -> list[tuple[Denominator, int]]:
    """What a term is divided by, without dummies, and the powers."""
    listed = [((head, slots), -letters.whole(e)) for head, slots, e in shape.factors if letters.whole(e) < 0]
    return [(key, power) for key, power in listed if not any(slot.dummies for slot in key[1])]


def _may_be_skipped(space: Space, form: Form) -> bool:
    """Whether some fraction stands beside a comparison of values, or a label, and may not be divided by at all."""
    for shape in form.terms:
        if any(e < 0 for _, _, e in shape.factors) and any(
            signs.is_choice(space.heads[head]) for head, _, _ in shape.factors
        ):
            return True
    return False
