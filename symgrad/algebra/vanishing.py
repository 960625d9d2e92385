"""Where a polynomial is zero whatever the values: at indices that coincide, at sizes of one.

Off its kinks a comparison has no ties. But x_i - x_j is zero for every x where i = j, a sum of squared
deviations is where there is one term only, and B - 3 is at B = 3. Such zeros are no exceptions that
could be left out, and 1[-u > 0] = 1 - 1[u > 0] does not hold there. Nor is it used of tensors that a
constraint binds, which may tie by it.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, cast

from symgrad.algebra.substitution import Terms, parts, with_one_value
from symgrad.algebra.terms import ZERO, Kind, OutOfReachError, Poly

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring


_CONSTANT = (Kind.SIZE, Kind.CONSTANT, Kind.PRIME)


def zeros(ring: Ring, p: Poly) -> Poly | None:
    """1 where p is zero whatever the values, else 0: a delta, or 0 itself; None where it is neither or not known."""
    generators = [ring.generators[g] for monomial in p for g, _ in monomial]
    if any(g.piecewise for g in generators) or all(g.kind in _CONSTANT for g in generators):
        return None
    if not ring.constrained.isdisjoint(tensors(ring, p)):
        return None
    pairs = [(a, b) for a, b in combinations(sorted(ring.free(p)), 2) if ring.atom_sorts[a] == ring.atom_sorts[b]]
    try:
        together = ring.substitute(p, _all_equal(ring, p))
        if together and with_one_value(ring, p):
            return ZERO
        if len(pairs) == 1 and not together and not any(generator.kind is Kind.SUM for generator in generators):
            return ring.delta(*pairs[0])
    except OutOfReachError:
        return None
    return None


def _all_equal(ring: Ring, p: Poly) -> dict[int, int]:
    """Every free index of a sort replaced by one of them. Where p is zero at some coincidence, it is zero then."""
    first: dict[int, int] = {}
    return {atom: first.setdefault(ring.atom_sorts[atom], atom) for atom in sorted(ring.free(p))}


def tensors(ring: Ring, p: Poly) -> frozenset[str]:
    """The names of the tensors whose cells stand in p, however deep."""
    return frozenset().union(*(_tensors_in(ring, g) for monomial in p for g, _ in monomial))


def _tensors_in(ring: Ring, g: int) -> frozenset[str]:
    key = ("tensors", g)
    if key not in ring.cache:
        generator = ring.generators[g]
        found = {generator.content[0]} if generator.kind is Kind.CELL else set()
        for part in parts(generator.kind, generator.content):
            if isinstance(part, Terms):
                found |= tensors(ring, dict(part.terms))
        ring.cache[key] = frozenset(found)
    return cast("frozenset[str]", ring.cache[key])
