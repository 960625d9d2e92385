"""Factors of a polynomial over the rational numbers, by FLINT."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, cast

from symgrad.algebra.reduction import order
from symgrad.algebra.terms import Poly, Scalar, exact, items, scaled

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

Factors = tuple[int, list[tuple[Poly, int]]]
"""A sign, and polynomials with their multiplicities."""

_MOST_TERMS = 400
_HIGHEST = 64


def factored(ring: Ring, p: Poly) -> Factors:
    """p as a sign and powers of irreducible factors, or of p itself where that is too much work.

    The coefficients of p are coprime integers. Generators are taken as independent, each with the
    smallest step that its exponents share. The largest term of each factor has a positive coefficient.
    """
    key = ("factors", items(p))
    found = ring.cache.get(key)
    if found is None:
        ring.budget.tick()
        simple = _is_irreducible(p) or len(p) > _MOST_TERMS
        sign, parts = (1, [(p, 1)]) if simple else _by_flint(p)
        oriented = []
        for q, k in parts:
            if leading_coefficient(ring, q) < 0:
                sign *= (-1) ** k
                q = scaled(q, -1)  # noqa: PLW2901
            oriented.append((q, k))
        found = ring.cache[key] = (sign, oriented)
    return cast("Factors", found)


def leading_coefficient(ring: Ring, p: Poly) -> Scalar:
    """The coefficient of the largest term; where only indices tell terms apart, their numbers decide."""
    return p[max(p, key=lambda m: (order(ring, m), m))]


def _is_irreducible(p: Poly) -> bool:
    """Whether some generator occurs in one term only, alone and with exponent 1: p = c g + (terms without g)."""
    seen: dict[int, int] = {}
    for monomial in p:
        for g, _ in monomial:
            seen[g] = seen.get(g, 0) + 1
    return any(len(m) == 1 and m[0][1] == 1 and seen[m[0][0]] == 1 for m in p)


def _by_flint(p: Poly) -> Factors:
    from flint import fmpz_mpoly_ctx

    variables = sorted({g for monomial in p for g, _ in monomial})
    steps = {g: lcm(*(e.denominator for m in p for h, e in m if h == g)) for g in variables}
    exponents = {m: [int(dict(m).get(g, 0) * steps[g]) for g in variables] for m in p}
    if any(e < 0 or e > _HIGHEST for row in exponents.values() for e in row):
        return 1, [(p, 1)]
    context = fmpz_mpoly_ctx.get([f"x{g}" for g in variables], "lex")
    whole = context.from_dict({tuple(row): int(p[m]) for m, row in exponents.items()})
    content, found = whole.factor()
    result: list[tuple[Poly, int]] = []
    for factor, multiplicity in found:
        terms: Poly = {}
        for row, coefficient in factor.to_dict().items():
            pairs = zip(variables, row, strict=True)
            monomial = tuple((g, exact(Fraction(int(e), steps[g]))) for g, e in pairs if e)
            terms[monomial] = int(coefficient)
        result.append((terms, int(multiplicity)))
    return (1 if content > 0 else -1), result
