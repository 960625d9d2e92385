"""Certificates with a function of one ratio: D = K sum w phi(r), where the sum of w (r - 1) is zero.

Weights w come from measures, ratios r from what stands in D beside them, divided by its mean under w. Every term of
D is then K w r^a (ln r)^m for some a and m, or K times a number, which may stand under the sum since the weights sum
to 1. A multiple of r - 1 may be added to phi without changing the sum: it is the one that makes phi'(1) zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from symgrad.algebra.terms import UNIT, Kind, Monomial, Poly, exact, merge, plus, scaled
from symgrad.evidence.inequalities.candidate import Candidate, Part
from symgrad.evidence.inequalities.nonnegative import Product
from symgrad.evidence.inequalities.scalar import Scalar, at_one, derivative, minimum, scalar
from symgrad.evidence.inequalities.summands import (
    Measure,
    Summand,
    inverse,
    is_positive_product,
    measures,
    ratio,
    renamed,
    renamings,
    summands,
)

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_MOST_RATIOS = 8


def by_one_variable(ring: Ring, difference: Poly) -> Iterator[Candidate]:
    """Certificates that a difference is nowhere negative, with one function of one ratio."""
    for terms in (summands(ring, difference), list(_half_open(ring, difference))):
        yield from _with_terms(ring, terms)


def _half_open(ring: Ring, p: Poly) -> Iterator[Summand]:
    """The terms of a polynomial in which plain sums are opened; powers and products of sums stay as they are."""
    for monomial, coefficient in p.items():
        sums = [pair for pair in monomial if ring.generators[pair[0]].kind is Kind.SUM]
        if len(sums) == 1 and sums[0][1] == 1:
            yield from summands(ring, {monomial: coefficient})
        else:
            yield Summand((), monomial, coefficient)


def _with_terms(ring: Ring, terms: Sequence[Summand]) -> Iterator[Candidate]:
    sorts = [ring.atom_sorts[a] for term in terms for a in term.dummies]
    known = measures(ring, sorts)
    for measure in known:
        placed = _placed(ring, terms, measure)
        if placed is None:
            continue
        for base in _ratios(ring, placed, measure, known):
            found = _candidate(ring, placed, measure, base)
            if found is not None:
                yield found


def _placed(ring: Ring, terms: Sequence[Summand], measure: Measure) -> list[Summand] | None:
    """The terms over the dummies of a measure, those without dummies as they are; None if one does not fit."""
    found = []
    for term in terms:
        if not term.dummies:
            found.append(term)
            continue
        names = next(renamings(ring, term.dummies, measure.dummies), None)
        if names is None or not len(names) == len(term.dummies) == len(measure.dummies):
            return None
        image = renamed(ring, term.monomial, names)
        found += [Summand(measure.dummies, m, exact(Fraction(c) * term.coefficient)) for m, c in image.items()]
    return found


def _ratios(ring: Ring, terms: Sequence[Summand], measure: Measure, known: Sequence[Measure]) -> Iterator[Monomial]:
    """What may vary in the terms beside the weights, each to the least power."""
    inner = frozenset(measure.dummies)
    found: dict[Monomial, None] = {}
    for term in terms:
        if term.dummies:
            beside = tuple(p for p in term.monomial if ring.generators[p[0]].kind is not Kind.LOG)
            varying = _varying(ring, ratio(beside, measure.weight), inner)
            if varying:
                found |= dict.fromkeys((_primitive(varying), inverse(_primitive(varying))))
    for other in known:
        for names in renamings(ring, other.dummies, measure.dummies):
            if len(names) == len(measure.dummies):
                for image in renamed(ring, other.weight, names):
                    found[_varying(ring, ratio(image, measure.weight), inner)] = None
    for base in list(found)[:_MOST_RATIOS]:
        if base and is_positive_product(ring, base):
            yield base


def _varying(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> Monomial:
    """The factors that depend on dummies."""
    return tuple(pair for pair in monomial if ring.generators[pair[0]].free & dummies)


def _primitive(monomial: Monomial) -> Monomial:
    """The monomial to the power at which its exponents are coprime integers."""
    exponents = [Fraction(e) for _, e in monomial]
    over = lcm(*(e.denominator for e in exponents))
    common = Fraction(gcd(*(int(e * over) for e in exponents)), over)
    return tuple((g, exact(e / common)) for (g, _), e in zip(monomial, exponents, strict=True))


def _candidate(ring: Ring, terms: Sequence[Summand], measure: Measure, base: Monomial) -> Candidate | None:
    mean = ring.sum(ring.mul({measure.weight: 1}, {base: 1}), measure.dummies)
    if len(mean) != 1:
        return None
    ((below, number),) = mean.items()
    if number <= 0 or not is_positive_product(ring, below):
        return None
    found = _Fit(ring, measure, base, below, Fraction(number)).function(terms)
    if found is None:
        return None
    front, function = found
    phi = plus_line(function)
    if minimum(phi) is None:
        return None
    r = ring.mul({base: 1}, ring.power(mean, -1))
    weight = merge(front, measure.weight)
    return Candidate((Part(measure.dummies, weight, 1, r, phi),), {}, Product((), {}))


def plus_line(phi: Scalar) -> Scalar:
    """phi plus the multiple of r - 1 with which its derivative at 1 is 0."""
    slope = at_one(derivative(phi))
    return scalar([*((a, m, c) for (a, m), c in phi.items()), (1, 0, -slope), (0, 0, slope)])


class _Fit:
    """Terms as front * w * r^a (ln r)^m, with r = base/(number * below)."""

    def __init__(self, ring: Ring, measure: Measure, base: Monomial, below: Monomial, number: Fraction) -> None:
        self._ring, self._measure = ring, measure
        self._base, self._below, self._number = base, below, number
        self._inner = frozenset(measure.dummies)
        self._log = ring.call("log", (scaled(ring.mul({base: 1}, {inverse(below): 1}), exact(1 / number)),))

    def function(self, terms: Sequence[Summand]) -> tuple[Monomial, Scalar] | None:
        """The common front, and the function of r; None where a term does not fit."""
        fronts: set[Monomial] = set()
        parts: list[tuple[Fraction, int, Fraction]] = []
        logs: dict[Fraction, Poly] = {}
        for term in terms:
            fitted = self._term(term)
            if fitted is None:
                return None
            front, a, coefficient, log = fitted
            fronts.add(front)
            if log:
                logs[a] = plus(logs.get(a, {}), {log: exact(coefficient)})
            else:
                parts.append((a, 0, coefficient))
        for a, combination in logs.items():
            multiple = self._multiple(combination)
            if multiple is None:
                return None
            parts.append((a, 1, multiple))
        if len(fronts) != 1 or not is_positive_product(self._ring, next(iter(fronts))):
            return None
        return fronts.pop(), scalar(parts)

    def _term(self, term: Summand) -> tuple[Monomial, Fraction, Fraction, Monomial] | None:
        """Front, exponent, coefficient and logarithm of one term."""
        generators = self._ring.generators
        log = tuple(pair for pair in term.monomial if generators[pair[0]].kind is Kind.LOG)
        if len(log) > 1 or (log and log[0][1] != 1):
            return None
        coefficient = Fraction(term.coefficient)
        rest = tuple(pair for pair in term.monomial if pair not in log)
        if not term.dummies:
            return rest, Fraction(0), coefficient, log
        rest = ratio(rest, self._measure.weight)
        varying = _varying(self._ring, rest, self._inner)
        a = self._exponent(varying)
        if a is None or (a.denominator != 1 and self._number != 1):
            return None
        scale = self._number ** int(a) if self._number != 1 else Fraction(1)
        fixed = tuple(pair for pair in rest if pair not in varying)
        front = merge(fixed, tuple((g, exact(e * a)) for g, e in self._below) if a else UNIT)
        return front, a, coefficient * scale, log

    def _exponent(self, varying: Monomial) -> Fraction | None:
        """The a with varying = base^a."""
        if not varying:
            return Fraction(0)
        a = Fraction(varying[0][1]) / Fraction(dict(self._base).get(varying[0][0], 0) or 1)
        return a if varying == tuple((g, exact(e * a)) for g, e in self._base) else None

    def _multiple(self, combination: Poly) -> Fraction | None:
        """The m for which a combination of logarithms is m ln r."""
        if not combination:
            return Fraction(0)
        monomial = next((m for m in self._log if m in combination), UNIT)
        if monomial == UNIT:
            return None
        multiple = Fraction(combination[monomial]) / Fraction(self._log[monomial])
        return multiple if not plus(combination, self._log, -multiple) else None
