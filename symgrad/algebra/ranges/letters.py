"""Factors as letters: powers written out, so that terms with equal letters can be compared place by place.

x^3 is three letters x, x^-2 two letters 1/x, and x^(-1/2) is 1/x and x^(1/2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import floor

from symgrad.algebra.ranges.form import Factor
from symgrad.algebra.ranges.guards import FALSE, Guard
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.terms import Scalar, exact

Letter = tuple[int, Scalar]
"""A head and 1, -1 or a proper fraction."""

Block = tuple[Linear, ...]
Unit = tuple[Letter, Block]


def whole(exponent: Scalar) -> int:
    """The part of an exponent that is a whole number."""
    return floor(exponent)


def fraction(exponent: Scalar) -> Scalar:
    """The rest of an exponent, from 0 to less than 1."""
    return exact(Fraction(exponent) - floor(exponent))


def units(factors: Iterable[Factor]) -> list[Unit]:
    """The letters of factors with their slots, in the order of the letters."""
    out: list[Unit] = []
    for head, slots, exponent in factors:
        count = whole(exponent)
        out += [((head, 1 if count > 0 else -1), slots)] * abs(count)
        if count != exponent:
            out.append(((head, fraction(exponent)), slots))
    return sorted(out, key=lambda unit: unit[0])


def factors(listed: Iterable[Unit]) -> list[Factor]:
    """Letters as factors."""
    return [(head, slots, exponent) for (head, exponent), slots in listed]


def equal_slots(one: Block, other: Block) -> Guard:
    """The condition that two blocks of slots have equal values."""
    if one == other:
        return Guard()
    return Guard.of(equal=[a - b for a, b in zip(one, other, strict=True) if a != b])


def placed(
    pattern: Sequence[Unit], among: Sequence[Unit], taken: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], Guard]]:
    """The ways to find every letter of a pattern among others: the places, and when the slots are equal there."""
    if not pattern:
        yield taken, Guard()
        return
    (letter, block), *rest = pattern
    seen = set()
    for at, (other, slots) in enumerate(among):
        if other != letter or at in taken or slots in seen:
            continue
        seen.add(slots)
        here = equal_slots(block, slots)
        if here == FALSE:
            continue
        for places, guard in placed(rest, among, (*taken, at)):
            both = here & guard
            if both != FALSE:
                yield places, both
