"""Signs that are known of forms: of cells by declaration, of functions by what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.algebra.ranges import heads
from symgrad.algebra.ranges.form import Form, Head, Kind, Shape
from symgrad.algebra.ranges.weights import Weight
from symgrad.algebra.terms import Scalar, Sign

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space


def of_head(space: Space, head: Head) -> Sign:
    """The sign of a head's value, whatever its slots."""
    match head.kind:
        case Kind.CELL:
            return space.cell_signs.get(head.name, Sign.UNKNOWN)
        case Kind.EXP | Kind.GROWTH:
            return Sign.POSITIVE
        case Kind.STEP | Kind.LABEL:
            return Sign.NONNEGATIVE
        case Kind.BASE:
            return of_form(space, head.bodies[0])
        case _:
            return Sign.UNKNOWN


def is_choice(head: Head) -> bool:
    """Whether it is 1 or 0 by a comparison of values, or a label: what stands beside a 0 need have no value."""
    return head.kind in (Kind.STEP, Kind.LABEL) or (head.kind is Kind.CALL and head.name == "is zero")


def of_power(space: Space, head: int, exponent: Scalar) -> Sign:
    """The sign of a power of a head's value, where it is defined: roots and even powers are not negative."""
    known = space.heads[head].sign
    if exponent.denominator != 1 or exponent.numerator % 2 == 0:
        known = max(known, Sign.NONNEGATIVE)
    return Sign.POSITIVE if exponent < 0 and known is Sign.NONNEGATIVE else known


def of_form(space: Space, form: Form) -> Sign:
    """What is known of the sign of a form, by the signs of its terms."""
    if not form.terms:
        return Sign.NONNEGATIVE
    found = [_of_term(space, shape, weight) for shape, weight in form]
    return Sign.UNKNOWN if Sign.UNKNOWN in found else max(found)


def is_positive(space: Space, form: Form) -> bool:
    """Whether it is certainly positive."""
    return of_form(space, form) is Sign.POSITIVE


def _of_term(space: Space, shape: Shape, weight: Weight) -> Sign:
    sign = of_product(space, shape, weight)
    return min(sign, Sign.NONNEGATIVE) if shape.guard.conditions else sign


def of_product(space: Space, shape: Shape, weight: Weight) -> Sign:
    """What is known of a term's sign where its guard has points."""
    if any(c < 0 or any(isinstance(key, int) for key, _ in monomial) for monomial, c in weight.items()):
        return Sign.UNKNOWN
    sign = Sign.POSITIVE
    for head, _, exponent in shape.factors:
        known = space.heads[head].sign
        if (exponent.denominator == 1 and exponent.numerator % 2 == 0) or exponent.denominator != 1:
            known = max(known, Sign.NONNEGATIVE)
        if exponent < 0 and known is Sign.NONNEGATIVE:
            known = Sign.POSITIVE
        sign = min(sign, known)
    return sign


def leading(form: Form) -> int:
    """The sign of a coefficient, chosen in a way that the names of atoms do not matter: 1 or -1."""
    shape = min(form.terms, key=lambda s: (heads.look(s), tuple(f.order for f in s.guard.conditions)))
    weight = form.terms[shape]
    monomial = max(weight, key=lambda m: (len(m), sorted((str(k) if isinstance(k, str) else "", e) for k, e in m)))
    return -1 if weight[monomial] < 0 else 1
