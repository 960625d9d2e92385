"""What is known of the sign of a real value: for roots, logarithms and absolute values.

"On the domain" means where the expression is defined: a fractional power has a base that is not
negative, a negative one a base that is not zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from symgrad.algebra.terms import UNIT, Generator, Items, Kind, Monomial, Poly, Scalar, Sign

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_ALWAYS = {
    Kind.SIZE: Sign.POSITIVE,
    Kind.CONSTANT: Sign.POSITIVE,
    Kind.PRIME: Sign.POSITIVE,
    Kind.EXP: Sign.POSITIVE,
    Kind.POSITION: Sign.NONNEGATIVE,
    Kind.DELTA: Sign.NONNEGATIVE,
    Kind.TEST: Sign.NONNEGATIVE,
    Kind.STEP: Sign.NONNEGATIVE,
    Kind.ABS: Sign.NONNEGATIVE,
}


def sign_of_generator(ring: Ring, generator: Generator) -> Sign:
    """What is known of a generator by itself, wherever it is defined."""
    content = generator.content
    match generator.kind:
        case Kind.CELL:
            return ring.cell_signs.get(cast("str", content[0]), Sign.UNKNOWN)
        case Kind.SUM:  # sizes are 1 at least, so a sum has a term
            return sign_of_monomial(ring, cast("Monomial", content[1]))
        case Kind.EXTREME:
            return sign(ring, dict(cast("Items", content[2])))
        case Kind.BASE:
            return sign(ring, dict(cast("Items", content[0])))
        case Kind.LOG:  # log u is positive where u is above 1
            return sign(ring, ring.sub(dict(cast("Items", content[0])), ring.number(1)))
        case kind:
            return _ALWAYS.get(kind, Sign.UNKNOWN)


def sign_of_monomial(ring: Ring, monomial: Monomial) -> Sign:
    """What is known of a product of powers."""
    least = Sign.POSITIVE
    for number, exponent in monomial:
        least = min(least, _sign_of_power(ring.generators[number].sign, exponent))
    return least


def _sign_of_power(sign: Sign, exponent: Scalar) -> Sign:
    if sign is Sign.POSITIVE:
        return sign
    if exponent.denominator != 1 or exponent.numerator % 2 == 0 or sign is Sign.NONNEGATIVE:
        return Sign.NONNEGATIVE if exponent > 0 else Sign.POSITIVE
    return Sign.UNKNOWN


def sign(ring: Ring, p: Poly) -> Sign:
    """What is known of a polynomial: all its terms have one sign, or it is a positive expression in sizes."""
    if not p:
        return Sign.NONNEGATIVE
    if all(coefficient > 0 for coefficient in p.values()):
        signs = [sign_of_monomial(ring, monomial) for monomial in p]
        if all(signs):
            return max(signs)
    shifted = _from_least_sizes(ring, p)
    if shifted is not None and all(coefficient >= 0 for coefficient in shifted.values()):
        return Sign.POSITIVE if shifted.get(UNIT) else Sign.NONNEGATIVE
    return Sign.UNKNOWN


def is_negative(ring: Ring, p: Poly) -> bool:
    """Whether -p is known to be positive."""
    return sign(ring, {m: -c for m, c in p.items()}) is Sign.POSITIVE


def is_positive(ring: Ring, p: Poly) -> bool:
    """Whether p is known to be positive."""
    return sign(ring, p) is Sign.POSITIVE


def _from_least_sizes(ring: Ring, p: Poly) -> Poly | None:
    """A polynomial in sizes alone, written in how far each size is above its least value."""
    for monomial in p:
        for number, exponent in monomial:
            if ring.generators[number].kind is not Kind.SIZE or exponent.denominator != 1 or exponent < 0:
                return None
    result: Poly = {}
    for monomial, coefficient in p.items():
        term: Poly = {UNIT: coefficient}
        for number, exponent in monomial:
            name = cast("str", ring.generators[number].content[0])
            above: Poly = {((number, 1),): 1, UNIT: ring.minimum.get(name, 1)}
            for _ in range(int(exponent)):
                term = ring.mul(term, above)
        result = ring.add(result, term)
    return result
