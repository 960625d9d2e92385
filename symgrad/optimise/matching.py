"""Where a pattern occurs in a polynomial, with other indices: generators and products of generators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, cast

from symgrad.algebra.terms import Generator, Kind, Monomial, Scalar, exact

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

Names = dict[int, int]
"""The atoms that stand in the place of a pattern's."""


def matches(ring: Ring, pattern: Generator, generator: Generator) -> list[Names]:
    """The ways to rename a pattern's free atoms that make a generator of it."""
    if pattern.shape != generator.shape or pattern.kind is not generator.kind:
        return []
    key = ("matches", pattern.number, generator.number)
    if key not in ring.cache:
        ring.cache[key] = list(_matches(ring, pattern, generator))
    return cast("list[Names]", ring.cache[key])


def _matches(ring: Ring, pattern: Generator, generator: Generator) -> Iterator[Names]:
    if pattern.kind is Kind.CELL:
        held, here = cast("tuple[int, ...]", pattern.content[1]), cast("tuple[int, ...]", generator.content[1])
        names = dict(zip(held, here, strict=True))
        if all(names[a] == b for a, b in zip(held, here, strict=True)):
            yield names
        return
    free = sorted(pattern.free)
    if len(generator.free) < len(set(free)) and len(generator.free) != len(free):
        return
    for chosen in permutations(sorted(generator.free), len(free)):
        names = dict(zip(free, chosen, strict=True))
        if any(ring.atom_sorts[a] != ring.atom_sorts[b] for a, b in names.items()):
            continue
        if ring.substitute({((pattern.number, 1),): 1}, names) == {((generator.number, 1),): 1}:
            yield names


def divided_by(ring: Ring, pattern: Monomial, monomial: Monomial) -> tuple[Names, Monomial] | None:
    """A way to rename a pattern that makes a divisor of the monomial, and the quotient; None if there is none."""
    for names, rest in _divided(ring, pattern, monomial, {}):
        return names, rest
    return None


def _divided(
    ring: Ring, pattern: Monomial, monomial: Monomial, names: Mapping[int, int]
) -> Iterator[tuple[Names, Monomial]]:
    if not pattern:
        yield dict(names), monomial
        return
    (first, wanted), *others = pattern
    for number, exponent in monomial:
        left = exact(exponent - wanted)
        if Fraction(exponent) / Fraction(wanted) < 1:
            continue
        for found in matches(ring, ring.generators[first], ring.generators[number]):
            if all(names.get(a, b) == b for a, b in found.items()):
                rest = _with_exponent(monomial, number, left)
                yield from _divided(ring, tuple(others), rest, {**names, **found})


def _with_exponent(monomial: Monomial, number: int, exponent: Scalar) -> Monomial:
    return tuple((g, exponent if g == number else e) for g, e in monomial if g != number or exponent)
