"""Logarithms in normal form: log of a product is a sum of logarithms, as far as signs are known.

Only positive factors are taken apart. Of a factor of unknown sign even powers leave, as
log x^2 = 2 log |x|; the rest stays together under one logarithm.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

from symgrad.algebra import factors, powers, signs
from symgrad.algebra.terms import ONE, UNIT, ZERO, Kind, Monomial, OutOfReachError, Poly, Scalar, exact, items, scaled

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_HALF = Fraction(1, 2)


def log(ring: Ring, p: Poly) -> Poly:
    """The logarithm, positive factors taken apart: log(a b) = log a + log b, log exp m = m, log x^2 = 2 log |x|."""
    if not p:
        raise OutOfReachError("the logarithm of zero")
    if len(p) == 1:
        ((monomial, coefficient),) = p.items()
        return _log_of_term(ring, monomial, coefficient)
    numerator, denominators = powers.cleared(ring, p)
    if denominators:
        return _log_of_fraction(ring, numerator, denominators)
    inside = powers.under_absolute(ring, p)
    if inside is not None:
        return scaled(log(ring, ring.power(inside, 2)), _HALF)
    content = powers.common(p)
    positive = tuple((g, e) for g, e in content if ring.generators[g].sign)
    if positive:
        return ring.add(log(ring, powers.divided(ring, p, positive)), _log_of_term(ring, positive, 1))
    return _log_of_sum(ring, p)


def _log_of_fraction(ring: Ring, numerator: Poly, denominators: list[tuple[int, int]]) -> Poly:
    """log(N/D^k): D is taken out if its sign is known, else as |D| with k made even first."""
    result = ZERO
    for g, k in denominators:
        base = powers.itself(ring, g)
        if ring.generators[g].sign:
            result = ring.sub(result, scaled(log(ring, base), k))
            continue
        if k % 2:
            numerator = ring.mul(numerator, base)
        result = ring.sub(result, scaled(_log_of_square(ring, base), (k + k % 2) * _HALF))
    return ring.add(result, log(ring, numerator))


def _log_of_sum(ring: Ring, p: Poly) -> Poly:
    number = powers.content(p)
    result = _log_of_number(ring, number)
    sign, found = factors.factored(ring, scaled(p, exact(1 / Fraction(number))))
    unknown = [(q, k) for q, k in found if k % 2 and not (signs.sign(ring, q) and len(found) > 1)]
    for q, k in found:
        if (q, k) not in unknown:
            result = ring.add(result, scaled(_log_of_square(ring, q), k * _HALF))
    if len(unknown) == 1 and sign > 0:
        ((q, k),) = unknown
        return ring.add(result, scaled(ring.of(ring.generator(Kind.LOG, items(q))), k))
    for q, k in unknown:
        if k > 1:
            result = ring.add(result, scaled(_log_of_square(ring, q), (k - 1) * _HALF))
    inside = scaled(ring.product([q for q, _ in unknown]), sign)
    return result if inside == ONE else ring.add(result, ring.of(ring.generator(Kind.LOG, items(inside))))


def _log_of_term(ring: Ring, monomial: Monomial, coefficient: Scalar) -> Poly:
    result = _log_of_number(ring, coefficient if coefficient > 0 else -coefficient)
    unknown: list[tuple[int, Scalar]] = []
    for g, e in monomial:
        generator = ring.generators[g]
        if generator.kind is Kind.EXP:
            result = ring.add(result, {cast("Monomial", generator.content[0]): e})
        elif generator.kind is Kind.PRIME:
            result = ring.add(result, scaled(_log_of_number(ring, cast("int", generator.content[0])), e))
        elif generator.sign or e.denominator != 1:
            result = ring.add(result, scaled(_log_of_one(ring, g), e))
        elif e.numerator % 2 == 0:
            result = ring.add(result, scaled(_log_of_square(ring, powers.itself(ring, g)), e * _HALF))
        else:
            unknown.append((g, e))
    if len(unknown) == 1 and coefficient > 0:
        ((g, e),) = unknown
        return ring.add(result, scaled(_log_of_one(ring, g), e))
    if not unknown and coefficient > 0:
        return result
    for g, e in unknown:
        if e != 1:
            result = ring.add(result, scaled(_log_of_square(ring, powers.itself(ring, g)), (e - 1) * _HALF))
    inside = ring.product([powers.itself(ring, g) for g, _ in unknown])
    inside = scaled(inside, 1 if coefficient > 0 else -1)
    return ring.add(result, ring.of(ring.generator(Kind.LOG, items(inside))))


def _log_of_square(ring: Ring, q: Poly) -> Poly:
    """log q^2 = 2 log |q|, for a q without factors."""
    if signs.sign(ring, q):
        return scaled(log(ring, q), 2)
    return ring.of(ring.generator(Kind.LOG, items(ring.power(q, 2))))


def _log_of_one(ring: Ring, g: int) -> Poly:
    generator = ring.generators[g]
    if generator.kind is Kind.BASE:
        return _log_of_sum(ring, powers.itself(ring, g))
    return ring.of(ring.generator(Kind.LOG, ((((g, 1),), 1),)))


def _log_of_number(ring: Ring, number: Scalar) -> Poly:
    result: Poly = ZERO
    for prime, count in powers.prime_factors(number):
        result = ring.add(result, {((ring.generator(Kind.LOG, ((UNIT, prime),)).number, 1),): count})
    return result
