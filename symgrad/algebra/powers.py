"""Powers of polynomials: what becomes of p^e, and which factors may be taken out of a root.

A root is of a value that is not negative: x^(1/2) means x >= 0. A factor may leave a root only if
it is known not to be negative, or is an even power (which leaves it as an absolute value), so that
sqrt(x^2) is |x|.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import floor, gcd, lcm
from typing import TYPE_CHECKING, cast

from symgrad.algebra import factors, signs
from symgrad.algebra.terms import (
    ONE,
    ZERO,
    Items,
    Kind,
    Monomial,
    OutOfReachError,
    Poly,
    Scalar,
    Sign,
    collect,
    exact,
    items,
    merge,
    plus,
    scaled,
    without,
)

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_LARGEST_PRIME = 10_000
_MOST_TERMS = 20_000
_MOST_BITS = 20_000


def power(ring: Ring, p: Poly, exponent: Scalar) -> Poly:
    """p to a rational exponent, in normal form.

    Raises OutOfReachError for 1/0 and for what would be too long.
    """
    exponent = exact(exponent)
    if exponent == 1:
        return p
    if not exponent:
        return ONE
    if not p:
        if exponent > 0:
            return ZERO
        raise OutOfReachError("a denominator that is zero")
    if len(p) == 1:
        ((monomial, coefficient),) = p.items()
        return _of_term(ring, monomial, coefficient, exponent)
    if isinstance(exponent, int) and exponent > 0:
        return _repeated(ring, p, exponent)
    key = ("power", items(p), exponent)
    found = ring.cache.get(key)
    if found is None:
        ring.budget.tick()
        found = ring.cache[key] = _of_sum(ring, p, exponent)
    return cast("Poly", found)


def _repeated(ring: Ring, p: Poly, exponent: int) -> Poly:
    result = ONE
    while exponent:
        if exponent & 1:
            result = ring.mul(result, p)
        exponent >>= 1
        if exponent:
            p = ring.mul(p, p)
        if len(p) > _MOST_TERMS or len(result) > _MOST_TERMS:
            raise OutOfReachError("a power of a sum has too many terms")
        if max(_digits(c) for c in (*p.values(), *result.values())) > _MOST_BITS:
            raise OutOfReachError("a number with too many digits")
    return result


def _of_term(ring: Ring, monomial: Monomial, coefficient: Scalar, exponent: Scalar) -> Poly:
    digits = _digits(coefficient)
    if digits > 1 and digits * max(exponent, -exponent) > _MOST_BITS:
        raise OutOfReachError("a number with too many digits")
    if isinstance(exponent, int):
        raised = ring.normal(tuple((g, exact(e * exponent)) for g, e in monomial))
        return scaled(raised, exact(Fraction(coefficient) ** exponent))
    split = _root_split(ring, monomial)
    front = ring.mul(
        number_power(ring, coefficient if coefficient > 0 else -coefficient, exponent), split.taken(ring, exponent)
    )
    if coefficient > 0 and len(split.odd) <= 1:  # on the domain a single generator is not negative itself
        return ring.mul(front, ring.normal(tuple((g, exact(e * exponent)) for g, e in split.odd)))
    front = ring.mul(front, _Split((), tuple((g, e - 1) for g, e in split.odd if e != 1), ()).taken(ring, exponent))
    inside = ring.product([itself(ring, g) for g, _ in split.odd])
    return ring.mul(front, base_power(ring, inside if coefficient > 0 else scaled(inside, -1), exponent))


def _digits(number: Scalar) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


@dataclass(frozen=True)
class _Split:
    """The powers in a monomial by how they leave a root: as they are, as powers of absolute values, not at all."""

    plain: Monomial
    even: Monomial
    odd: Monomial

    def taken(self, ring: Ring, exponent: Scalar) -> Poly:
        """What leaves the root with the given exponent."""
        result = ring.normal(tuple((g, exact(e * exponent)) for g, e in self.plain))
        for g, e in self.even:
            result = ring.mul(result, absolute_power(ring, itself(ring, g), exact(e * exponent)))
        return result


def _root_split(ring: Ring, monomial: Monomial) -> _Split:
    plain: list[tuple[int, Scalar]] = []
    even: list[tuple[int, Scalar]] = []
    odd: list[tuple[int, Scalar]] = []
    for g, e in monomial:
        if ring.generators[g].sign or e.denominator != 1:
            plain.append((g, e))
        else:
            (odd if e.numerator % 2 else even).append((g, e))
    return _Split(tuple(plain), tuple(even), tuple(odd))


def itself(ring: Ring, g: int) -> Poly:
    """A generator as a polynomial; a base is the polynomial that it holds."""
    generator = ring.generators[g]
    return dict(cast("Items", generator.content[0])) if generator.kind is Kind.BASE else {((g, 1),): 1}


def number_power(ring: Ring, number: Scalar, exponent: Scalar) -> Poly:
    """A positive rational number to a rational exponent, as powers of primes."""
    result = ONE
    for prime, count in prime_factors(number):
        generator = ring.generator(Kind.PRIME, prime)
        result = ring.mul(result, ring.of(generator, exact(count * exponent)))
    return result


@cache
def prime_factors(number: Scalar) -> tuple[tuple[int, int], ...]:
    """The primes of a positive rational number with their exponents; a very large rest counts as a prime."""
    found = []
    for part, sign in ((number.numerator, 1), (number.denominator, -1)):
        rest, prime = part, 2
        while rest > 1:
            if prime * prime > rest or prime > _LARGEST_PRIME:
                prime = rest
            count = 0
            while rest % prime == 0:
                rest //= prime
                count += 1
            if count:
                found.append((prime, sign * count))
            prime += 1
    return tuple(found)


def _of_sum(ring: Ring, p: Poly, exponent: Scalar) -> Poly:
    numerator, denominators = cleared(ring, p)
    if denominators:
        return _of_fraction(ring, numerator, denominators, exponent)
    inside = None if isinstance(exponent, int) else under_absolute(ring, p)
    if inside is not None:
        return ring.power(ring.power(inside, 2), exponent * Fraction(1, 2))
    shared = common(p)
    if isinstance(exponent, int):
        split = _Split(shared, (), ())
    else:
        found = _root_split(ring, shared)
        even = sorted([*found.even, *((g, e - 1) for g, e in found.odd if e != 1)])
        split = _Split(found.plain, tuple(even), ())
    if split.plain or split.even:
        p = divided(ring, p, merge(split.plain, split.even))
    number = content(p)
    p = scaled(p, exact(1 / Fraction(number)))
    front = split.taken(ring, exponent)
    if not isinstance(exponent, int):
        return ring.product([front, number_power(ring, number, exponent), _root_of_factors(ring, p, exponent)])
    sign, found_factors = factors.factored(ring, p)
    front = scaled(front, exact(Fraction(sign * number) ** exponent))
    return ring.product([front, *(base_power(ring, q, k * exponent) for q, k in found_factors)])


def _root_of_factors(ring: Ring, p: Poly, exponent: Scalar) -> Poly:
    """A root of a sum: even powers of its factors leave as absolute values, positive factors as they are."""
    number, found = factors.factored(ring, p)
    if len(found) == 1 and found[0][1] == 1:
        return base_power(ring, p, exponent)
    result, inside = ONE, ONE
    for q, k in found:
        if signs.sign(ring, q):
            result = ring.mul(result, base_power(ring, q, exact(k * exponent)))
            continue
        if k > 1:
            result = ring.mul(result, absolute_power(ring, q, exact((k - k % 2) * exponent)))
        if k % 2:
            inside = ring.mul(inside, q)
    inside = scaled(inside, number)
    return ring.mul(result, ring.power(inside, exponent) if len(inside) == 1 else base_power(ring, inside, exponent))


def _of_fraction(ring: Ring, numerator: Poly, denominators: list[tuple[int, int]], exponent: Scalar) -> Poly:
    """(N/D^k)^e: under a root D leaves if its sign is known, else k is made even first."""
    below = []
    for g, k in denominators:
        if isinstance(exponent, int) or ring.generators[g].sign:
            below.append(ring.of(ring.generators[g], exact(-k * exponent)))
            continue
        base = itself(ring, g)
        if k % 2:
            numerator = ring.mul(numerator, base)
        below.append(absolute_power(ring, base, exact(-(k + k % 2) * exponent)))
    return ring.product([ring.power(numerator, exponent), *below])


def absolute_power(ring: Ring, p: Poly, exponent: Scalar) -> Poly:
    """|p| to an exponent, for a p that has no factors: u^e for an even exponent, u^e sign(u) for an odd one."""
    if signs.sign(ring, p):
        return ring.power(p, exponent)
    if signs.is_negative(ring, p):
        return ring.power(scaled(p, -1), exponent)
    if exponent.denominator == 1 and exponent.numerator % 2 == 0:
        return ring.power(p, exponent)
    if factors.leading_coefficient(ring, p) < 0:
        p = scaled(p, -1)
    return ring.of(ring.generator(Kind.ABS, items(p)), exponent)


def under_absolute(ring: Ring, p: Poly) -> Poly | None:
    """The u of which p is |u| = u (1[u > 0] - 1[-u > 0]), if p has that form."""
    for g in {g for monomial in p for g, _ in monomial if ring.generators[g].kind is Kind.STEP}:
        there: Poly = {}
        gone = {m: c for m, c in p.items() if all(h != g for h, _ in m)}
        collect(there, gone)
        for m, c in p.items():
            if m not in gone:
                collect(there, {without(m, g): c})
        if there and not plus(there, gone) and ring.call("is positive", (there,)) == {((g, 1),): 1}:
            return there
    return None


def base_power(ring: Ring, p: Poly, exponent: Scalar) -> Poly:
    """The generator for p as a base, to an exponent; a p of one generator needs none."""
    if len(p) == 1:
        ((monomial, coefficient),) = p.items()
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
            return ring.normal(((monomial[0][0], exact(exponent)),))
    return ring.of(ring.generator(Kind.BASE, items(p)), exact(exponent))


def cleared(ring: Ring, p: Poly) -> tuple[Poly, list[tuple[int, int]]]:
    """p as N / (D1^k1 D2^k2 ...): its terms' bases with negative exponents, brought to one denominator.

    Exponents are added in each term before the bases are expanded, so that a sum of fractions
    comes to one numerator; a fractional exponent keeps its fraction.
    """
    lowest: dict[int, int] = {}
    for monomial in p:
        for g, e in monomial:
            if e < 0 and ring.generators[g].kind is Kind.BASE:
                lowest[g] = max(lowest.get(g, 0), -floor(e))
    if not lowest:
        return p, []
    denominators = list(lowest.items())
    numerator: Poly = {}
    for monomial, coefficient in p.items():
        exponents = dict(monomial)
        kept = tuple((g, e) for g, e in monomial if g not in lowest)
        term = scaled(ring.normal(kept), coefficient)
        for g, k in denominators:
            e = exact(exponents.get(g, 0) + k)
            whole = floor(e)
            base = dict(cast("Items", ring.generators[g].content[0]))
            term = ring.mul(term, _repeated(ring, base, whole))
            if e != whole:
                term = ring.mul(term, {((g, e - whole),): 1})
        numerator = ring.add(numerator, term)
    return numerator, denominators


def is_positive(ring: Ring, p: Poly) -> bool:
    """Whether p is known to be positive everywhere: as it stands, or as a fraction of what is."""
    if signs.is_positive(ring, p):
        return True
    numerator, denominators = cleared(ring, p)
    return signs.is_positive(ring, numerator) and all(ring.generators[g].sign is Sign.POSITIVE for g, _ in denominators)


def common(p: Poly) -> Monomial:
    """The greatest monomial that divides every term, negative exponents included."""
    monomials = [dict(m) for m in p]
    least: dict[int, Scalar] = {}
    for g in set().union(*monomials):
        e = min(m.get(g, 0) for m in monomials)
        if e:
            least[g] = e
    return tuple(sorted(least.items()))


def divided(ring: Ring, p: Poly, monomial: Monomial) -> Poly:
    """p divided by a monomial."""
    inverse = tuple((g, -e) for g, e in monomial)
    out: Poly = {}
    for m, c in p.items():
        out = ring.add(out, scaled(ring.normal(merge(m, inverse)), c))
    return out


def content(p: Poly) -> Scalar:
    """The positive rational number that leaves coprime integer coefficients."""
    over = lcm(*(c.denominator for c in p.values()))
    return exact(Fraction(gcd(*(int(c * over) for c in p.values())), over))
