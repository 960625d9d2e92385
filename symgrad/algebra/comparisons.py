"""Comparisons and kinked functions in normal form, all by the step 1[x > 0], equal to them off their kinks.

relu(x) = x 1[x > 0], |x| = 2 relu(x) - x, sign(x) = 1[x > 0] - 1[-x > 0], max(x, y) = y + relu(x - y). The step
of a product is found from the signs of its factors.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.algebra import factors, powers, signs, vanishing
from symgrad.algebra.terms import ONE, UNIT, ZERO, Kind, Poly, Scalar, Sign, exact, items, scaled

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring


def positive(ring: Ring, p: Poly) -> Poly:
    """1 where p > 0, else 0: by the signs of the factors of p, off the points where one of these is 0."""
    numerator, denominators = powers.cleared(ring, p)
    if not numerator or signs.sign(ring, scaled(p, -1)):
        return ZERO
    if signs.is_positive(ring, p):
        return ONE
    found = [(powers.itself(ring, g), exact(-k)) for g, k in denominators] + _sign_factors(ring, numerator)
    if len(found) == 1 and found[0][1] == 1:
        return _step(ring, found[0][0])
    sign: Poly = ONE
    for q, k in found:
        up, down = _step(ring, q), _step(ring, scaled(q, -1))
        if k.denominator == 1 and k.numerator % 2:
            sign = ring.mul(sign, ring.sub(up, down))
        else:
            sign = ring.mul(sign, ring.add(up, down))
    return scaled(ring.add(ring.mul(sign, sign), sign), Fraction(1, 2))  # a sign is -1, 0 or 1


def _sign_factors(ring: Ring, p: Poly) -> list[tuple[Poly, Scalar]]:
    """p as a product of powers, but for positive numbers."""
    shared = powers.common(p)
    found = [(powers.itself(ring, g), e) for g, e in shared]
    rest = powers.divided(ring, p, shared) if shared else p
    sign, parts = factors.factored(ring, scaled(rest, exact(1 / Fraction(powers.content(rest)))))
    found += [(q, exact(k)) for q, k in parts]
    if sign > 0:
        return found
    if len(found) == 1 and found[0][1] == 1:
        return [(scaled(found[0][0], -1), 1)]
    return [*found, (ring.number(-1), 1)]


def _step(ring: Ring, q: Poly) -> Poly:
    """1 where q > 0, for a q without factors."""
    negative = scaled(q, -1)
    if signs.sign(ring, negative):
        return ZERO
    if signs.is_positive(ring, q):
        return ONE
    if len(q) == 1 and all(_is_indicator(ring, g) for monomial in q for g, _ in monomial):
        return q
    zeros = vanishing.zeros(ring, q)
    if zeros is None:
        return ring.of(ring.generator(Kind.STEP, items(q)))
    if signs.sign(ring, q):
        return ring.sub(ONE, zeros)
    if factors.leading_coefficient(ring, q) < 0:
        return ring.sub(ring.sub(ONE, zeros), ring.of(ring.generator(Kind.STEP, items(negative))))
    return ring.of(ring.generator(Kind.STEP, items(q)))


def _is_indicator(ring: Ring, g: int) -> bool:
    return ring.generators[g].kind in (Kind.STEP, Kind.TEST, Kind.DELTA)


def is_zero(ring: Ring, p: Poly) -> Poly:
    """1 where p is 0, else 0."""
    if not powers.cleared(ring, p)[0]:
        return ONE
    if set(p) == {UNIT} or signs.sign(ring, p) is Sign.POSITIVE or signs.is_negative(ring, p):
        return ZERO
    number = powers.content(p)
    p = scaled(p, exact(1 / Fraction(number)))
    if factors.leading_coefficient(ring, p) < 0:
        p = scaled(p, -1)
    return ring.of(ring.generator(Kind.TEST, items(p)))


def sign(ring: Ring, x: Poly) -> Poly:
    """-1, 0 or 1."""
    return ring.sub(positive(ring, x), positive(ring, scaled(x, -1)))


def absolute(ring: Ring, x: Poly) -> Poly:
    """|x| = 2 relu(x) - x"""
    return ring.sub(scaled(relu(ring, x), 2), x)


def relu(ring: Ring, x: Poly) -> Poly:
    """x 1[x > 0] = x + relu(-x), by the one of x and -x whose largest term has a positive coefficient."""
    if signs.sign(ring, x):
        return x
    if signs.sign(ring, scaled(x, -1)):
        return ZERO
    if factors.leading_coefficient(ring, x) < 0:
        return ring.add(x, relu(ring, scaled(x, -1)))
    return ring.mul(x, positive(ring, x))


def maximum(ring: Ring, x: Poly, y: Poly) -> Poly:
    """y + relu(x - y)"""
    return ring.add(y, relu(ring, ring.sub(x, y)))


def minimum(ring: Ring, x: Poly, y: Poly) -> Poly:
    """x - relu(x - y)"""
    return ring.sub(x, relu(ring, ring.sub(x, y)))
