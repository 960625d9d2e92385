"""Polynomials as sums of open summands: one monomial each, over the dummies of all sums that stood in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations, product
from typing import TYPE_CHECKING, cast

from symgrad.algebra.terms import UNIT, Kind, Monomial, Poly, Scalar, Sign, merge
from symgrad.algebra.zero import opened

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_MOST_WAYS = 24


@dataclass(frozen=True)
class Summand:
    """`coefficient` times the sum of a monomial over dummies."""

    dummies: tuple[int, ...]
    monomial: Monomial
    coefficient: Scalar

    def closed(self, ring: Ring) -> Poly:
        """The summand as a polynomial of closed sums."""
        return ring.sum({self.monomial: self.coefficient}, self.dummies)


def summands(ring: Ring, p: Poly) -> list[Summand]:
    """The summands of a polynomial."""
    found = []
    for monomial, coefficient in p.items():
        body, dummies = opened(ring, {monomial: coefficient})
        found += [Summand(tuple(dummies), m, c) for m, c in body.items()]
    return found


@dataclass(frozen=True)
class Measure:
    """Weights over dummies whose sum is 1: a declared distribution, or equal weights."""

    dummies: tuple[int, ...]
    weight: Monomial


def measures(ring: Ring, sorts: Iterable[int]) -> list[Measure]:
    """The measures over dummies of these sorts: declared relations `sum of a product = 1` first, then equal weights."""
    found = []
    for rule in ring.rules:
        if rule.pattern.kind is Kind.SUM and rule.value == {UNIT: 1} and not rule.pattern.free:
            dummies, body = cast("tuple[tuple[int, ...], Monomial]", rule.pattern.content)
            if all(ring.generators[g].sign for g, _ in body):
                found.append(Measure(dummies, body))
    for sort in dict.fromkeys(sorts):
        size = ring.power(ring.sort_sizes[sort], -1)
        if len(size) == 1 and 1 in size.values():
            found.append(Measure((ring.atom(("measure", 0), sort),), next(iter(size))))
    return found


def renamings(ring: Ring, dummies: tuple[int, ...], onto: tuple[int, ...]) -> Iterator[dict[int, int]]:
    """The ways to name some dummies after others of the same sorts, each after one of its own."""
    by_sort: dict[int, list[int]] = {}
    for atom in dummies:
        by_sort.setdefault(ring.atom_sorts[atom], []).append(atom)
    places = [[a for a in onto if ring.atom_sorts[a] == sort] for sort in by_sort]
    choices = (permutations(place, len(own)) for place, own in zip(places, by_sort.values(), strict=True))
    for count, chosen in enumerate(product(*choices)):
        if count == _MOST_WAYS:
            return
        pairs = zip(by_sort.values(), chosen, strict=True)
        yield {a: b for own, images in pairs for a, b in zip(own, images, strict=True)}


def renamed(ring: Ring, monomial: Monomial, names: dict[int, int]) -> Poly:
    """The monomial over other atoms."""
    return ring.substitute({monomial: 1}, names)


def inverse(monomial: Monomial) -> Monomial:
    """1/monomial"""
    return tuple((g, -e) for g, e in monomial)


def ratio(one: Monomial, other: Monomial) -> Monomial:
    """one/other"""
    return merge(one, inverse(other))


def is_positive_product(ring: Ring, monomial: Monomial) -> bool:
    """Whether all generators of a monomial are known to be positive."""
    return all(ring.generators[g].sign is Sign.POSITIVE for g, _ in monomial)
