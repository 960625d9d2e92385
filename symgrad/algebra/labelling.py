"""Canonical names for the dummies of a closed sum, so that equal sums are one generator.

Individualise and refine: dummies get colours from how they occur; where two keep one colour, each
in turn is given a colour of its own and the colours are refined again. Every way to a labelling
with all colours apart is a leaf; the least labelled monomial of all leaves is the canonical one.
Of two dummies that may be swapped without changing the monomial one is enough to try.

B. D. McKay and A. Piperno, Practical graph isomorphism II, J. Symbolic Computation 60, 2014.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from symgrad.algebra.powers import content
from symgrad.algebra.rules import by_rule
from symgrad.algebra.substitution import Atoms, Terms, parts
from symgrad.algebra.terms import Items, Kind, Monomial, OutOfReachError, Poly, exact, items, scaled

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_MOST_LEAVES = 2000

Colours = dict[int, int]


def closed_sum(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> Poly:
    """The sum of a connected monomial over dummies that all occur in it, as a generator."""
    key = ("closed", monomial, dummies)
    found = ring.cache.get(key)
    if found is None:
        found = ring.cache[key] = _closed_sum(ring, monomial, dummies)
    return cast("Poly", found)


def _closed_sum(ring: Ring, monomial: Monomial, dummies: frozenset[int]) -> Poly:
    height = 1 + max(ring.generators[g].height for g, _ in monomial)
    images = list(_labelled(ring, {monomial: 1}, dummies, height))
    single = [(next(iter(image.items())), names) for names, image in images if len(image) == 1]
    if not single:
        raise OutOfReachError("a sum changes its form when its indices are renamed")
    (best, sign), order = min(single, key=lambda leaf: (leaf[0][0], leaf[1]))
    for names, image in images:
        share = image.get(best, 0) / Fraction(sign)
        if names == order and best in image and share != 1:
            # under other names the sum is `share` times itself and a rest: it is the sum of the rest / (1 - share)
            rest = {m: c for m, c in image.items() if m != best}
            return scaled(ring.sum(rest, names), exact(1 / (1 - share)))
    return scaled(by_rule(ring, ring.generator(Kind.SUM, order, best)), sign)


def extreme(ring: Ring, op: str, p: Poly, dummies: Iterable[int]) -> Poly:
    """The maximum or minimum (`op`) of p over all values of the dummies.

    A minimum is the negative of a maximum; terms without a dummy and a positive factor stand outside; a
    maximum of maxima is one.
    """
    if op == "min":
        return scaled(extreme(ring, "max", scaled(p, -1), dummies), -1)
    over = frozenset(dummies)
    outside = {m: c for m, c in p.items() if all(ring.generators[g].free.isdisjoint(over) for g, _ in m)}
    inside = {m: c for m, c in p.items() if m not in outside}
    if not inside:
        return p
    factor = content(inside)
    inside = scaled(inside, exact(1 / Fraction(factor)))
    return ring.add(outside, scaled(_maximum(ring, inside, over), factor))


def _maximum(ring: Ring, p: Poly, dummies: frozenset[int]) -> Poly:
    present = dummies & ring.free(p)
    ((monomial, coefficient), *others) = p.items()
    inner = ring.generators[monomial[0][0]]
    if not others and coefficient == 1 and len(monomial) == 1 and inner.kind is Kind.EXTREME and monomial[0][1] == 1:
        bound, terms = cast("tuple[tuple[int, ...], Items]", inner.content[1:])
        fresh = ring.fresh_for(bound, present | ring.free(p))
        return _maximum(ring, ring.substitute(dict(terms), fresh), present | frozenset(fresh.values()))
    height = 1 + max(ring.generators[g].height for m in p for g, _ in m)
    names, image = min(_labelled(ring, p, present, height), key=lambda leaf: (items(leaf[1]), leaf[0]))
    return ring.of(ring.generator(Kind.EXTREME, "max", names, items(image)))


def _labelled(ring: Ring, body: Poly, dummies: frozenset[int], height: int) -> Iterator[tuple[tuple[int, ...], Poly]]:
    """The leaves: names for the dummies in an order, and the body under these names."""
    for leaves, order in enumerate(_orders(ring, body, dummies)):
        if leaves > _MOST_LEAVES:
            raise OutOfReachError("a sum is too symmetric to be labelled")
        names = _bound_names(ring, order, height)
        yield names, ring.substitute(body, dict(zip(order, names, strict=True)))


def _bound_names(ring: Ring, order: list[int], height: int) -> tuple[int, ...]:
    return tuple(ring.atom(("bound", height, place), ring.atom_sorts[atom]) for place, atom in enumerate(order))


def _orders(ring: Ring, body: Poly, dummies: frozenset[int]) -> Iterator[list[int]]:
    """The orders of the dummies, one for each leaf."""
    if len(dummies) == 1:
        yield list(dummies)
        return
    colours = {atom: ring.number_of(("dummy", ring.atom_sorts[atom])) for atom in dummies}
    yield from _leaves(ring, body, _refined(ring, body, colours))


def _leaves(ring: Ring, body: Poly, colours: Colours) -> Iterator[list[int]]:
    cells: dict[int, list[int]] = {}
    for atom, colour in colours.items():
        cells.setdefault(colour, []).append(atom)
    open_cell = min(((len(cell), colour) for colour, cell in cells.items() if len(cell) > 1), default=None)
    if open_cell is None:
        yield sorted(colours, key=lambda atom: colours[atom])
        return
    tried: list[int] = []
    for atom in sorted(cells[open_cell[1]]):
        ring.budget.tick()
        if any(ring.substitute(body, {atom: other, other: atom}) == body for other in tried):
            continue
        tried.append(atom)
        chosen = {**colours, atom: ring.number_of(("chosen", colours[atom]))}
        yield from _leaves(ring, body, _refined(ring, body, chosen))


def _refined(ring: Ring, body: Poly, colours: Colours) -> Colours:
    """Colours told apart by how the dummies occur, until that tells no more apart."""
    count = len(set(colours.values()))
    while count < len(colours):
        following = {}
        for atom, colour in colours.items():
            look = _Look(ring, {**colours, atom: -1})
            following[atom] = ring.number_of(("refined", colour, look.at_terms(tuple(body.items()))))
        colours = following
        found = len(set(colours.values()))
        if found == count:
            break
        count = found
    return colours


class _Look:
    """What generators look like when the dummies in them are told apart by colour only, as numbers."""

    def __init__(self, ring: Ring, colours: Colours) -> None:
        self._ring, self._colours = ring, colours
        self._seen: dict[int, int] = {}

    def at_terms(self, terms: Items) -> object:
        """What a polynomial looks like."""
        return tuple(sorted((self._at_monomial(m), c) for m, c in terms))

    def _at_monomial(self, monomial: Monomial) -> int:
        seen = sorted((self._at_generator(g), e) for g, e in monomial)
        return self._ring.number_of(("monomial", tuple(seen)))

    def _at_generator(self, number: int) -> int:
        if number not in self._seen:
            self._ring.budget.tick()
            self._seen[number] = self._ring.number_of(self._key(number))
        return self._seen[number]

    def _key(self, number: int) -> tuple[object, ...]:
        generator = self._ring.generators[number]
        if generator.free.isdisjoint(self._colours):
            return ("fixed", number)
        key: list[object] = [generator.kind]
        for part in parts(generator.kind, generator.content):
            match part:
                case Atoms(held):
                    colours = tuple(self._colour(atom, generator.free) for atom in held)
                    key.append(tuple(sorted(colours)) if generator.kind is Kind.DELTA else colours)
                case Terms(terms):
                    key.append(self.at_terms(terms))
                case other:
                    key.append(other)
        return tuple(key)

    def _colour(self, atom: int, free: frozenset[int]) -> tuple[int, int]:
        """A dummy's colour; another free index is itself; a dummy bound further inside is told by its sort only."""
        if atom in self._colours:
            return (0, self._colours[atom])
        return (1, atom) if atom in free else (2, self._ring.atom_sorts[atom])
