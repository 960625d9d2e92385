"""Powers of forms: factor by factor where that is allowed, else of a base that stands for the whole sum."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from symgrad.algebra.powers import prime_factors
from symgrad.algebra.ranges import factoring, heads, normal, signs, weights
from symgrad.algebra.ranges.form import ONE, ZERO, Factor, Form, Kind, Raw, Shape
from symgrad.algebra.ranges.guards import TRUE
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.ranges.weights import Weight
from symgrad.algebra.terms import OutOfReachError, Scalar, Sign, exact

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

_LARGEST = 64


def power(space: Space, form: Form, exponent: Scalar) -> Form:
    """The form to a rational exponent; its terms have no conditions on free atoms alone."""
    exponent = exact(Fraction(exponent))
    if exponent == 0:
        return ONE
    if not form.terms:
        return ZERO if exponent > 0 else space.undefined(TRUE)
    if isinstance(exponent, int) and exponent > 0:
        if exponent > _LARGEST:
            raise OutOfReachError("a power with a large exponent")
        return _repeated(space, form, exponent)
    taken, rest = content(space, form, positive_only=not isinstance(exponent, int))
    if not rest.terms:
        return power(space, rest, exponent)
    result = factors_power(space, taken, exponent)
    parts = factoring.factored(space, rest) if isinstance(exponent, int) else [(rest, 1)]
    for part, count in parts:
        number = part.constant
        if number is not None and set(number) == {weights.UNIT}:
            result = space.mul(result, number_power(space, number[weights.UNIT], exact(count * exponent)))
        else:
            result = space.mul(result, base(space, part, exact(count * exponent)))
    return result


def _repeated(space: Space, form: Form, exponent: int) -> Form:
    result = ONE
    for _ in range(exponent):
        result = space.mul(result, form)
    return result


def factors_power(space: Space, taken: Raw, exponent: Scalar) -> Form:
    """A product without dummies to an exponent, each factor by itself; the number has to be positive for a root."""
    ((monomial, number),) = taken.weight.items()
    factors = [(head, slots, exact(e * exponent)) for head, slots, e in taken.factors]
    weight: Weight = {frozenset((k, exact(e * exponent)) for k, e in monomial): 1}
    front = normal.form_of(space, [Raw(weight, factors, TRUE)])
    return space.mul(number_power(space, number, exponent), front)


def number_power(space: Space, number: Scalar, exponent: Scalar) -> Form:
    """A number to an exponent, as a number or a power of an integer that stands for itself."""
    if isinstance(exponent, int):
        return space.number(exact(Fraction(number) ** exponent))
    result = ONE
    for part, sign in ((number.numerator, 1), (number.denominator, -1)):
        for prime, count in prime_factors(part):
            result = space.mul(result, _prime_power(space, prime, exact(sign * count * exponent)))
    return result


def _prime_power(space: Space, prime: int, exponent: Scalar) -> Form:
    whole = exponent.numerator // exponent.denominator
    factor = space.number(Fraction(prime) ** whole)
    rest = exact(exponent - whole)
    if not rest:
        return factor
    head = space.head(Kind.BASE, (space.number(prime),))
    return space.mul(factor, _of_factor((head.number, (), rest)))


def base(space: Space, form: Form, exponent: Scalar) -> Form:
    """A form without content to an exponent."""
    if form == ONE:
        return ONE
    single = _only_factor(form)
    if single is not None:
        return _of_factor((single[0], single[1], exact(exponent)))
    bodies, slots = heads.abstracted(space, (form,))
    head = space.head(Kind.BASE, bodies, arity=len(slots))
    return normal.form_of(space, [Raw(weights.ONE, [(head.number, slots, exact(exponent))], TRUE)])


def _only_factor(form: Form) -> Factor | None:
    """The factor that the form is, if it is one without dummies, to the exponent 1."""
    if len(form) != 1:
        return None
    ((shape, weight),) = form.terms.items()
    if len(shape.factors) == 1 and shape.factors[0][2] == 1 and shape.guard == TRUE and weight == weights.ONE:
        return shape.factors[0]
    return None


def _of_factor(factor: Factor) -> Form:
    return Form({Shape((factor,), TRUE): weights.ONE})


def content(space: Space, form: Form, *, positive_only: bool) -> tuple[Raw, Form]:
    """The form as a product of what all its terms have in common, without dummies, and a rest.

    The rest of a form that is zero without showing it may be the form without terms.

    With `positive_only` what is taken out is known to be positive.
    """
    factors = [
        (head, slots, e)
        for (head, slots), e in common_factors(form).items()
        if not positive_only or _is_positive(space.heads[head].sign, e)
    ]
    sizes = _common_sizes(form)
    number = _common_number(form)
    if not positive_only and signs.leading(form) < 0:
        number = -number
    inverse = Raw(
        {frozenset((k, -e) for k, e in sizes.items()): exact(1 / Fraction(number))},
        [(head, slots, -e) for head, slots, e in factors],
        TRUE,
    )
    rest = normal.form_of(
        space, [normal.times(inverse, Raw(weight, list(shape.factors), shape.guard)) for shape, weight in form]
    )
    return Raw({frozenset(sizes.items()): number}, factors, TRUE), rest


def _is_positive(sign: Sign, exponent: Scalar) -> bool:
    """Whether a value is positive wherever it stands under this exponent."""
    return sign is Sign.POSITIVE or (sign is Sign.NONNEGATIVE and exponent < 0)


def without(space: Space, form: Form, factor: tuple[int, tuple[Linear, ...]]) -> Form:
    """The form with one factor, a head and slots, left out of all terms."""
    raws = [Raw(w, [f for f in s.factors if f[:2] != factor], s.guard) for s, w in form]
    return normal.form_of(space, raws)


def common_factors(form: Form) -> dict[tuple[int, tuple[Linear, ...]], Scalar]:
    """The factors without dummies that all terms have, with the least of their exponents."""
    least: dict[tuple[int, tuple[Linear, ...]], Scalar] | None = None
    for shape in form.terms:
        here = {(h, slots): e for h, slots, e in shape.factors if not any(slot.dummies for slot in slots)}
        if least is None:
            least = here
            continue
        least = {key: min(least.get(key, 0), here.get(key, 0)) for key in {**least, **here}}
    return {key: e for key, e in (least or {}).items() if e}


def _common_sizes(form: Form) -> dict[Key, Scalar]:
    least: dict[Key, Scalar] | None = None
    for weight in form.terms.values():
        for monomial in weight:
            here: dict[Key, Scalar] = {k: e for k, e in monomial if isinstance(k, str)}
            least = here if least is None else _least(least, here)
    return {k: e for k, e in (least or {}).items() if e}


def _least(one: dict[Key, Scalar], other: dict[Key, Scalar]) -> dict[Key, Scalar]:
    return {k: min(one.get(k, 0), other.get(k, 0)) for k in one.keys() | other.keys()}


def _common_number(form: Form) -> Scalar:
    numbers = [c for weight in form.terms.values() for c in weight.values()]
    over = lcm(*(c.denominator for c in numbers))
    return exact(Fraction(gcd(*(int(c * over) for c in numbers)), over))
