"""Functions of one variable r > 0, sums of terms c r^a (ln r)^m, and exact proofs that they are not negative.

That g is not negative on r > 0 is shown through derivatives. Times a power of r, which keeps its sign, g has fewer
logarithms after it is differentiated. Where the derivative has the sign of r - 1, g falls down to r = 1 and rises from
there, so its minimum is g(1). A g without logarithms is a polynomial in s = r^(1/k): it is divided by
s - 1 as often as that goes, and Sturm's theorem counts the roots that are left on s > 0: there must be none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm

from symgrad.language.build import ZERO, add, call, inv, mul, number, power
from symgrad.language.program import Expr

Scalar = Mapping[tuple[Fraction, int], Fraction]
"""For exponents (a, m) the coefficient of r^a (ln r)^m; no coefficient is 0."""

_MOST_DEGREE = 60
_DEEPEST = 8


def scalar(terms: Iterable[tuple[Fraction | int, int, Fraction | int]]) -> Scalar:
    """The sum of c r^a (ln r)^m over triples (a, m, c).

    >>> scalar([(1, 0, 1), (0, 0, -1), (0, 1, -1)]) == TANGENT
    True
    """
    found: dict[tuple[Fraction, int], Fraction] = {}
    for a, m, c in terms:
        key = (Fraction(a), m)
        found[key] = found.get(key, Fraction(0)) + Fraction(c)
    return {key: c for key, c in found.items() if c}


TANGENT = scalar([(1, 0, 1), (0, 0, -1), (0, 1, -1)])
"""r - 1 - ln r: how far the tangent of the logarithm at 1 is above it."""

LOGARITHM = scalar([(0, 1, -1)])
"""-ln r, which is not negative for r <= 1."""


def derivative(f: Scalar) -> Scalar:
    """df/dr"""
    terms = [(a - 1, m, c * a) for (a, m), c in f.items()]
    return scalar([*terms, *((a - 1, m - 1, c * m) for (a, m), c in f.items() if m)])


def at_one(f: Scalar) -> Fraction:
    """f(1)"""
    return sum((c for (_, m), c in f.items() if not m), Fraction(0))


def shifted(f: Scalar, by: Fraction) -> Scalar:
    """r^by f(r)"""
    return {(a + by, m): c for (a, m), c in f.items()}


def expression(f: Scalar, at: Expr) -> Expr:
    """f as an expression, at an expression for r.

    >>> from symgrad.language.program import Ref
    >>> from symgrad.language.write import write_expr
    >>> write_expr(expression(derivative(derivative(TANGENT)), Ref("r")))
    '1/r^2'
    """
    return add(*(_term(a, m, c, at) for (a, m), c in _in_order(f))) if f else ZERO


def _in_order(f: Scalar) -> list[tuple[tuple[Fraction, int], Fraction]]:
    """Powers first, the highest of them in front, then logarithms."""
    return sorted(f.items(), key=lambda item: (item[0][1], -item[0][0]))


def _term(a: Fraction, m: int, c: Fraction, at: Expr) -> Expr:
    factors: list[Expr] = [number(c)]
    if a > 0:
        factors.append(at if a == 1 else power(at, a))
    if m:
        factors.append(call("log", at) if m == 1 else power(call("log", at), m))
    if a < 0:
        factors.append(inv(at if a == -1 else power(at, -a)))
    return mul(*factors)


@dataclass(frozen=True)
class Minimum:
    """That f is not negative on r > 0. `only_at_one`: f(1) = 0 and f > 0 elsewhere; else f > 0 everywhere."""

    only_at_one: bool
    convex: bool


def minimum(f: Scalar) -> Minimum | None:
    """A proof that f(r) >= 0 for all r > 0, with f = 0 at r = 1 at most; None where none is found.

    >>> minimum(TANGENT)
    Minimum(only_at_one=True, convex=True)
    >>> minimum(LOGARITHM) is None
    True
    """
    if not f or not _has_sign(f, even=True, depth=_DEEPEST):
        return None
    return Minimum(at_one(f) == 0, _is_convex(f))


def _is_convex(f: Scalar) -> bool:
    second = derivative(derivative(f))
    return bool(second) and _has_sign(second, even=True, depth=_DEEPEST)


def _has_sign(f: Scalar, *, even: bool, depth: int) -> bool:
    """Whether f is shown to have the sign of (r - 1)^2 or of 1 (`even`), or that of r - 1; 0 at 1 at most."""
    if not f:
        return False
    most = max(m for _, m in f)
    if not most:
        return _power_sum_has_sign(f, even=even)
    if not depth or (at_one(f) < 0 if even else at_one(f) != 0):
        return False
    shifts = {-a for a, m in f if m == most}
    return any(_has_sign(derivative(shifted(f, by)), even=not even, depth=depth - 1) for by in sorted(shifts))


def _power_sum_has_sign(f: Scalar, *, even: bool) -> bool:
    """The same for a sum of powers, by Sturm's theorem."""
    step = lcm(*(a.denominator for a, _ in f))
    lowest = min(a for a, _ in f)
    degrees = {int((a - lowest) * step): c for (a, _), c in f.items()}
    if max(degrees) > _MOST_DEGREE:
        return False
    p = [degrees.get(n, Fraction(0)) for n in range(max(degrees) + 1)]
    roots_at_one = 0
    while sum(p) == 0:
        p = _by_root_at_one(p)
        roots_at_one += 1
    return (roots_at_one % 2 == 0) == even and sum(p) > 0 and not _positive_roots(p)


def _by_root_at_one(p: list[Fraction]) -> list[Fraction]:
    """p/(s - 1), for a p that is 0 at s = 1; coefficients stand by rising degree."""
    quotient, carry = [], Fraction(0)
    for c in reversed(p[1:]):
        carry += c
        quotient.append(carry)
    return quotient[::-1]


def _positive_roots(p: list[Fraction]) -> int:
    """How many different roots a polynomial with p(0) != 0 has on s > 0 (Sturm 1829)."""
    chain = [p, [n * c for n, c in enumerate(p)][1:]]
    while len(chain[-1]) > 1:
        rest = _remainder(chain[-2], chain[-1])
        if not rest:
            break
        chain.append([-c for c in rest])
    chain = [q for q in chain if q]
    return _changes([q[0] for q in chain]) - _changes([q[-1] for q in chain])


def _remainder(p: list[Fraction], q: list[Fraction]) -> list[Fraction]:
    rest = list(p)
    while len(rest) >= len(q):
        factor = rest[-1] / q[-1]
        for n in range(1, len(q) + 1):
            rest[-n] -= factor * q[-n]
        while rest and not rest[-1]:
            rest.pop()
    return rest


def _changes(signs: list[Fraction]) -> int:
    nonzero = [c > 0 for c in signs if c]
    return sum(a != b for a, b in pairwise(nonzero))
