"""Sums over dummies: moved inward, contracted, cancelled, split into connected parts and closed.

The sum of one monomial over a set of dummies becomes a polynomial of closed sums, in this order:

1. factors without a dummy stand outside; a dummy that occurs nowhere gives its size;
2. a delta of a dummy replaces the dummy;
3. positive powers of closed sums are opened with fresh dummies: one sum over all of them remains;
4. what cancels inside is cancelled: some of the dummies are summed over first, the others held
   still, where a denominator or a declared relation then has something to cancel with;
5. dummies that no chain of factors connects are summed apart, and each part is labelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from symgrad.algebra import labelling
from symgrad.algebra.terms import Generator, Kind, Monomial, Poly, collect, merge, without

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring


def sum_over(ring: Ring, p: Poly, dummies: frozenset[int]) -> Poly:
    """The sum of a polynomial over all values of the dummies."""
    if not dummies:
        return p
    out: Poly = {}
    for monomial, coefficient in p.items():
        collect(out, sum_of_monomial(ring, monomial, dummies), coefficient)
    return out


def sum_of_monomial(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> Poly:
    """The sum of a monomial over all values of the dummies."""
    key = ("sum", monomial, dummies)
    found = ring.cache.get(key)
    if found is None:
        ring.budget.tick()
        found = ring.cache[key] = _summed(ring, monomial, dummies)
    return cast("Poly", found)


def _summed(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> Poly:
    generators = ring.generators
    outside = tuple(pair for pair in monomial if generators[pair[0]].free.isdisjoint(dummies))
    inside = tuple(pair for pair in monomial if not generators[pair[0]].free.isdisjoint(dummies))
    present = dummies & _all_free(ring, inside)
    factors = [ring.normal(outside), *(ring.size_of(atom) for atom in sorted(dummies - present))]
    if inside:
        factors.append(_inside(ring, inside, present))
    return ring.product(factors)


def _all_free(ring: Ring, monomial: Monomial) -> frozenset[int]:
    return frozenset().union(*(ring.generators[g].free for g, _ in monomial))


def _inside(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> Poly:
    """The sum of a monomial of which every factor has a dummy, and every dummy a factor."""
    for number, _ in monomial:
        generator = ring.generators[number]
        if generator.kind is Kind.DELTA:
            one, other = cast("tuple[int, int]", generator.content)
            gone, stays = (other, one) if other in dummies else (one, other)
            rest = ring.substitute({without(monomial, number): 1}, {gone: stays})
            return sum_over(ring, rest, dummies - {gone})
    opened = _opened(ring, monomial, dummies)
    if opened is not None:
        return sum_over(ring, *opened)
    cancelled = _cancelled(ring, monomial, dummies)
    if cancelled is not None:
        return cancelled
    parts = [labelling.closed_sum(ring, m, d) for m, d in components(ring, monomial, dummies)]
    return ring.product(parts)


def _opened(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> tuple[Poly, frozenset[int]] | None:
    """The monomial with its closed sums opened, and the dummies to sum it over; None if it has none to open."""
    rest: Poly | None = None
    for number, exponent in monomial:
        generator = ring.generators[number]
        if generator.kind is not Kind.SUM or exponent.denominator != 1 or exponent < 0:
            continue
        if rest is None:
            rest = {monomial: 1}
        rest = {without(m, number): c for m, c in rest.items()}
        for _ in range(int(exponent)):
            body, fresh = opened_sum(ring, generator, dummies | _all_free(ring, monomial) | ring.free(rest))
            rest = ring.mul(rest, body)
            dummies |= frozenset(fresh)
    return None if rest is None else (rest, dummies)


def opened_sum(ring: Ring, generator: Generator, taken: Iterable[int]) -> tuple[Poly, list[int]]:
    """The body of a closed sum over fresh dummies that are not among those taken, and these dummies."""
    old, body = cast("tuple[tuple[int, ...], Monomial]", generator.content)
    fresh = ring.fresh_for(old, {*taken, *generator.free})
    return ring.substitute({body: 1}, fresh), list(fresh.values())


def components(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> Iterator[tuple[Monomial, frozenset[int]]]:
    """The parts of a monomial that share no dummy, each with its dummies."""
    groups: list[tuple[set[int], list[tuple[int, object]]]] = []
    for pair in monomial:
        atoms = set(ring.generators[pair[0]].free & dummies)
        factors: list[tuple[int, object]] = [pair]
        apart = []
        for group in groups:
            if group[0].isdisjoint(atoms):
                apart.append(group)
            else:
                atoms |= group[0]
                factors += group[1]
        groups = [*apart, (atoms, factors)]
    for atoms, factors in groups:
        yield cast("Monomial", tuple(sorted(factors))), frozenset(atoms)


def _cancelled(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> Poly | None:
    """The sum with something inside it cancelled, or None."""
    for kept in _held_still(ring, monomial, dummies):
        still = tuple(pair for pair in monomial if ring.generators[pair[0]].free & dummies <= kept)
        moving = tuple(pair for pair in monomial if pair not in still)
        parts = [labelling.closed_sum(ring, m, d) for m, d in components(ring, moving, dummies - kept)]
        inner = ring.product([{still: 1}, *parts])
        if not _as_it_was(ring, still, parts, inner):
            return sum_over(ring, inner, kept)
    return None


def _as_it_was(ring: Ring, still: Monomial, parts: list[Poly], inner: Poly) -> bool:
    """Whether the inner sums are closed sums that are only set beside what stood still."""
    beside = {g for g, _ in still}
    plain = still
    for part in parts:
        pairs = [pair for monomial in part for pair in monomial]
        if len(part) != 1 or len(pairs) != 1:
            return False
        ((number, exponent),) = pairs
        if ring.generators[number].kind is not Kind.SUM or exponent != 1 or number in beside:
            return False
        plain = merge(plain, ((number, 1),))
    return set(inner) == {plain}


def _held_still(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> Iterator[frozenset[int]]:
    """Sets of dummies such that a sum over the others first may cancel something."""
    seen = set()
    for number, _ in monomial:
        generator = ring.generators[number]
        if generator.kind in (Kind.SUM, Kind.BASE):
            kept = generator.free & dummies
            if kept != dummies and kept not in seen:
                seen.add(kept)
                yield kept
    for rule in ring.rules:
        if rule.pattern.kind is Kind.SUM:
            yield from _moved_by_rule(ring, rule.pattern, monomial, dummies)


def _moved_by_rule(
    ring: Ring, pattern: Generator, monomial: Monomial, dummies: frozenset[int]
) -> Iterator[frozenset[int]]:
    """What to hold still so that the other dummies stand where those of a declared sum stand."""
    bound, body = cast("tuple[tuple[int, ...], Monomial]", pattern.content)
    first = next((ring.generators[g] for g, _ in body if ring.generators[g].kind is Kind.CELL), None)
    if first is None:
        return
    for number, _ in monomial:
        generator = ring.generators[number]
        if generator.kind is Kind.CELL and generator.content[0] == first.content[0]:
            pairs = zip(
                cast("tuple[int, ...]", first.content[1]), cast("tuple[int, ...]", generator.content[1]), strict=True
            )
            moving = {here for there, here in pairs if there in bound}
            if moving <= dummies and moving != dummies:
                yield dummies - moving
