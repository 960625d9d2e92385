"""Polynomials in sizes and atoms as values: the coefficients of terms. Sizes may have rational exponents.

monomial  =  frozenset of (key, exponent)          weight  =  {monomial: number}, never changed once made
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from math import comb, gcd, lcm

from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.terms import OutOfReachError, Scalar, exact

Monomial = frozenset[tuple[Key, Scalar]]
Weight = dict[Monomial, Scalar]

UNIT: Monomial = frozenset()
ONE: Weight = {UNIT: 1}
NOTHING: Weight = {}


def number(value: Scalar) -> Weight:
    """A number."""
    return {UNIT: exact(Fraction(value))} if value else NOTHING


def power_of(key: Key, exponent: Scalar = 1) -> Weight:
    """A size or an atom to an exponent."""
    return {frozenset({(key, exponent)}): 1} if exponent else ONE


def of_linear(form: Linear) -> Weight:
    """An affine form as a value."""
    out: Weight = {frozenset({(key, 1)}): c for key, c in form.terms}
    if form.constant:
        out[UNIT] = form.constant
    return out


def collect(out: Weight, weight: Mapping[Monomial, Scalar], factor: Scalar = 1) -> None:
    """Add factor * weight to `out`, which is the caller's own."""
    for monomial, c in weight.items():
        total = out.get(monomial, 0) + c * factor
        if total:
            out[monomial] = total
        else:
            out.pop(monomial, None)


def plus(one: Weight, other: Weight, factor: Scalar = 1) -> Weight:
    """one + factor * other"""
    out = dict(one)
    collect(out, other, factor)
    return out


def scaled(weight: Weight, factor: Scalar) -> Weight:
    """factor * weight"""
    if factor == 1:
        return weight
    return {m: exact(c * factor) for m, c in weight.items()} if factor else NOTHING


def merged(one: Monomial, other: Monomial) -> Monomial:
    """The product of two monomials."""
    if not one:
        return other
    if not other:
        return one
    exponents = dict(one)
    for key, exponent in other:
        total = exponents.get(key, 0) + exponent
        if total:
            exponents[key] = exact(total)
        else:
            del exponents[key]
    return frozenset(exponents.items())


def times(one: Weight, other: Weight) -> Weight:
    """one * other"""
    if one == ONE:
        return other
    if other == ONE:
        return one
    out: Weight = {}
    for m1, c1 in one.items():
        for m2, c2 in other.items():
            collect(out, {merged(m1, m2): exact(c1 * c2)})
    return out


def power(weight: Weight, exponent: int) -> Weight:
    """A natural power."""
    out = ONE
    for _ in range(exponent):
        out = times(out, weight)
    return out


def keys(weight: Weight) -> set[Key]:
    """The sizes and atoms that it depends on."""
    return {key for monomial in weight for key, _ in monomial}


def atoms(weight: Weight) -> set[int]:
    """The atoms that it depends on."""
    return {key for monomial in weight for key, _ in monomial if isinstance(key, int)}


def substituted(weight: Weight, values: Mapping[Key, Linear]) -> Weight:
    """The polynomial with keys replaced by affine forms, all at once.

    Raises OutOfReachError where one with another exponent than a natural number is replaced by a sum.
    """
    if not values or keys(weight).isdisjoint(values):
        return weight
    out: Weight = {}
    for monomial, c in weight.items():
        product: Weight = {frozenset(pair for pair in monomial if pair[0] not in values): c}
        for key, exponent in monomial:
            value = values.get(key)
            if value is not None:
                product = times(product, _power_of_linear(value, exponent))
        collect(out, product)
    return out


def _power_of_linear(value: Linear, exponent: Scalar) -> Weight:
    if isinstance(exponent, int) and exponent >= 0:
        return power(of_linear(value), exponent)
    if not value.constant and len(value.terms) == 1 and value.terms[0][1] == 1:
        return power_of(value.terms[0][0], exponent)
    if not value.terms and value.constant > 0 and isinstance(exponent, int):
        return number(Fraction(1, value.constant ** (-exponent)))
    raise OutOfReachError("a root or an inverse of a sum of indices")


def summed(weight: Weight, key: Key, low: Linear, high: Linear) -> Weight:
    """The sum over all integers from `low` to `high` of the key: right where high >= low - 1."""
    by_exponent: dict[int, Weight] = {}
    for monomial, c in weight.items():
        exponent = next((e for k, e in monomial if k == key), 0)
        if not isinstance(exponent, int) or exponent < 0:
            raise OutOfReachError("a sum of a root or an inverse of an index")
        rest = frozenset(pair for pair in monomial if pair[0] != key)
        collect(by_exponent.setdefault(exponent, {}), {rest: c})
    out: Weight = {}
    for exponent, factor in by_exponent.items():
        upper, lower = (_up_to(exponent, end) for end in (high, low - 1))
        collect(out, times(factor, plus(upper, lower, -1)))
    return out


def _up_to(exponent: int, end: Linear) -> Weight:
    """1^k + 2^k + ... + end^k as a polynomial in `end` (Faulhaber), extended to all integers."""
    value = of_linear(end)
    out: Weight = {}
    for degree, c in enumerate(_faulhaber(exponent)):
        collect(out, power(value, degree), c)
    return out


@cache
def _faulhaber(exponent: int) -> tuple[Scalar, ...]:
    """Coefficients of the polynomial F with F(n) - F(n - 1) = n^exponent and F(0) = 0."""
    out = [Fraction(0)] * (exponent + 2)
    rest = [Fraction(0)] * exponent + [Fraction(1)]
    for degree in range(exponent + 1, 0, -1):
        lead = rest[degree - 1] / degree
        out[degree] = lead
        for k in range(degree):  # take lead (n^degree - (n - 1)^degree) away
            rest[k] += lead * comb(degree, k) * (-1) ** (degree - k)
    return tuple(exact(c) for c in out)


def as_linear(weight: Weight) -> tuple[Fraction, Linear] | None:
    """A positive number and a primitive affine form whose product is the weight, if it is affine."""
    if not all(len(m) <= 1 and all(e == 1 for _, e in m) for m in weight):
        return None
    over = lcm(*(c.denominator for c in weight.values()))
    common = gcd(*(int(c * over) for c in weight.values()))
    constant = int(weight.get(UNIT, 0) * over) // common
    pairs = [(key, int(c * over) // common) for m, c in weight.items() for key, _ in m]
    return Fraction(common, over), Linear.make(constant, pairs)


def with_equations(weight: Weight, forms: Iterable[Linear]) -> Weight:
    """The polynomial where all the forms are 0: as many keys as can be are replaced by what the others say they are.

    Bound names are replaced first and sizes last; a key under another exponent than a natural number stays.
    """
    fixed = {k for monomial in weight for k, e in monomial if not isinstance(e, int) or e < 0}
    rows: dict[Key, dict[Key | None, Fraction]] = {}  # what each replaced key is: None stands for 1
    for form in forms:
        new = _replaced({None: Fraction(form.constant), **{k: Fraction(c) for k, c in form.terms}}, rows)
        free = [k for k in new if k is not None and k not in fixed]
        if not free:
            continue
        pivot = min(free, key=lambda k: (isinstance(k, str), 0 if isinstance(k, str) else k, str(k)))
        lead = -new.pop(pivot)
        value = {k: c / lead for k, c in new.items()}
        rows = {k: _replaced(row, {pivot: value}) for k, row in rows.items()}
        rows[pivot] = value
    if keys(weight).isdisjoint(rows):
        return weight
    values: dict[Key, Weight] = {
        key: {UNIT if k is None else frozenset({(k, 1)}): exact(c) for k, c in row.items()} for key, row in rows.items()
    }
    out: Weight = {}
    for monomial, c in weight.items():
        product: Weight = {frozenset(pair for pair in monomial if pair[0] not in values): c}
        for key, exponent in monomial:
            if key in values and isinstance(exponent, int):
                product = times(product, power(values[key], exponent))
        collect(out, product)
    return out


def _replaced(
    row: dict[Key | None, Fraction], values: Mapping[Key, Mapping[Key | None, Fraction]]
) -> dict[Key | None, Fraction]:
    """A rational form with keys replaced by others, without zeros."""
    out: dict[Key | None, Fraction] = {}
    for key, c in row.items():
        known = None if key is None else values.get(key)
        for k, x in ({key: Fraction(1)} if known is None else known).items():
            out[k] = out.get(k, Fraction(0)) + c * x
    return {k: c for k, c in out.items() if c}
