"""Putting facts into polynomials until none applies."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, cast

from symgrad.algebra.sums import opened_sum
from symgrad.algebra.terms import (
    Generator,
    Kind,
    Monomial,
    OutOfReachError,
    Poly,
    Scalar,
    collect,
    exact,
    items,
    scaled,
)
from symgrad.optimise.facts import Fact
from symgrad.optimise.matching import Names, divided_by, matches
from symgrad.optimise.replacing import inner, rebuilt

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_MOST_ROUNDS, _MOST_TERMS = 12, 60


class Rewriter:
    """Writes polynomials with one choice of facts; remembers what it has written."""

    def __init__(self, ring: Ring, facts: Iterable[Fact]) -> None:
        self.ring = ring
        self.facts = list(facts)
        self.used: dict[Fact, None] = {}
        self._known: dict[object, tuple[Poly, tuple[Fact, ...]]] = {}

    def add(self, fact: Fact) -> None:
        """One more fact; what was written before may change."""
        self.facts.append(fact)
        self._known.clear()

    def __call__(self, p: Poly) -> Poly:
        """p with all facts put in. Raises OutOfReachError where that does not come to an end, or grows too long."""
        key = items(p)
        if key not in self._known:
            outer, self.used = self.used, {}
            try:
                self._known[key] = (self._to_the_end(p), tuple(self.used))
            finally:
                self.used = outer
        result, used = self._known[key]
        self.used.update(dict.fromkeys(used))
        return result

    def _to_the_end(self, p: Poly) -> Poly:
        for _ in range(_MOST_ROUNDS):
            following = self._once(p)
            if following == p:
                return p
            if len(following) > _MOST_TERMS:
                raise OutOfReachError("facts that make a value too long")
            p = following
        raise OutOfReachError("facts that lead round in circles")

    def _once(self, p: Poly) -> Poly:
        out: Poly = {}
        for monomial, coefficient in p.items():
            collect(out, self._monomial(monomial), coefficient)
        return out

    def _monomial(self, monomial: Monomial) -> Poly:
        for fact in self.facts:
            image = self._by_fact(fact, monomial)
            if image is not None:
                self.used[fact] = None
                return image
        for number, exponent in monomial:
            generator = self.ring.generators[number]
            image = self._inside(generator)
            if image is not None:
                rest = tuple(pair for pair in monomial if pair[0] != number)
                return self.ring.mul(self.ring.normal(rest), self.ring.power(image, exponent))
        return {monomial: 1}

    def _by_fact(self, fact: Fact, monomial: Monomial) -> Poly | None:
        """The monomial with the fact put in once, or None."""
        if len(fact.pattern) > 1:
            found = divided_by(self.ring, fact.pattern, monomial)
            if found is None:
                return None
            names, rest = found
            return self.ring.mul(self.ring.normal(rest), self.ring.substitute(fact.value, names))
        ((first, wanted),) = fact.pattern
        pattern = self.ring.generators[first]
        for number, exponent in monomial:
            if not _may_be(pattern, wanted, exponent, fact):
                continue
            for names in matches(self.ring, pattern, self.ring.generators[number]):
                rest = tuple(pair for pair in monomial if pair[0] != number)
                times = exact(Fraction(exponent) / Fraction(wanted))
                image = self.ring.power(self.ring.substitute(fact.value, names), times)
                return self.ring.mul(self.ring.normal(rest), image)
        return None

    def _inside(self, generator: Generator) -> Poly | None:
        """What a generator that holds others becomes, or None if nothing in it changes."""
        if generator.kind is Kind.CELL or next(inner(self.ring, generator), None) is None:
            return None
        changed = False

        def change(q: Poly) -> Poly:
            nonlocal changed
            found = self(q)
            changed = changed or found != q
            return found

        image = rebuilt(self.ring, generator, change)
        if changed:
            return image
        return self._folded(generator) if generator.kind is Kind.SUM else None

    def _folded(self, generator: Generator) -> Poly | None:
        """A sum of which a part over some of its indices is what a fact is about.

        Every factor that holds one of these indices must belong to that part.
        """
        opened, bound = opened_sum(self.ring, generator, ())
        ((body, _),) = opened.items()
        sums = [fact for fact in self.facts if self.ring.generators[fact.number].kind is Kind.SUM]
        for fact in sums:
            pattern = self.ring.generators[fact.number]
            size = len(cast("tuple[int, ...]", pattern.content[0]))
            for chosen in combinations(bound, size) if size < len(bound) else ():
                found = self._part(fact, pattern, body, frozenset(chosen))
                if found is not None:
                    self.used[fact] = None
                    return self.ring.sum(found, frozenset(bound) - frozenset(chosen))
        return None

    def _part(self, fact: Fact, pattern: Generator, body: Monomial, chosen: frozenset[int]) -> Poly | None:
        ring = self.ring
        moving = tuple((g, e) for g, e in body if ring.generators[g].free & chosen)
        wanted = cast("Monomial", pattern.content[1])
        if len(moving) != len(wanted):
            return None
        part = ring.sum({moving: 1}, chosen)
        if len(part) != 1:
            return None
        ((monomial, coefficient),) = part.items()
        if len(monomial) != 1 or monomial[0][1] != 1:
            return None
        still = tuple(pair for pair in body if pair not in moving)
        for names in matches(ring, pattern, ring.generators[monomial[0][0]]):
            value = scaled(ring.substitute(fact.value, names), coefficient)
            return ring.mul(ring.normal(still), value)
        return None


def _may_be(pattern: Generator, wanted: Scalar, exponent: Scalar, fact: Fact) -> bool:
    """Whether a power of the pattern's generator may be written as a power of the fact's value."""
    times = Fraction(exponent) / Fraction(wanted)
    return times.denominator == 1 or (len(fact.value) == 1 and pattern.sign.value == 2 and times > 0)


__all__ = ["Names", "Rewriter"]
