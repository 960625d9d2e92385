"""Sums of terms with the same heads, compared as functions on the space of their slots.

A term is c * sum over z in S of the product of heads at z, where z lists the values of all slots and S
is the image of the term's points. Cells of tensors are independent unknowns, so a sum of such terms
is zero if the sum of the c * 1_S is, made symmetric under permutations of the factors with equal heads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import permutations, product
from math import factorial, gcd, prod
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import counting, same, weights
from symgrad.algebra.ranges.floors import Floors, is_floor
from symgrad.algebra.ranges.form import Factor, Form, Shape
from symgrad.algebra.ranges.guards import FALSE, Guard
from symgrad.algebra.ranges.letters import Block, Letter, units
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.ranges.sets import numbered
from symgrad.algebra.ranges.weights import Weight
from symgrad.algebra.terms import OutOfReachError, exact

if TYPE_CHECKING:
    import islpy as isl

    from symgrad.algebra.ranges.space import Space

_MOST_ARRANGEMENTS = 200
_MOST_CELLS = 60
_MOST_REMAINDERS = 8


@dataclass(slots=True)
class Term:
    """The slots of each letter of a skeleton in order, and what the term is where the guard holds."""

    blocks: tuple[Block, ...]
    guard: Guard
    weight: Weight
    shape: Shape


@dataclass(slots=True)
class Piece:
    """A weight on a set of the access space."""

    points: isl.Set
    weight: Weight


@dataclass(slots=True)
class Difference:
    """What is left of a group of terms: pieces without common points, and the dimensions that they are in."""

    pieces: list[Piece]
    dims: dict[Key, int]


def groups(form: Form) -> list[tuple[tuple[Letter, ...], list[Term]]]:
    """The terms of a form by their skeletons; a natural power is that many factors.

    If all exponents of a head are even, its square is the letter, and so on: fewer letters are to be put in order.
    """
    steps: dict[int, int] = {}
    for shape in form.terms:
        for head, _, exponent in shape.factors:
            steps[head] = gcd(steps.get(head, 0), exponent.numerator) if exponent.denominator == 1 else 1
    found: dict[tuple[Letter, ...], list[Term]] = {}
    for shape, weight in form:
        listed = units(_by_steps(shape, steps))
        skeleton = tuple(letter for letter, _ in listed)
        found.setdefault(skeleton, []).append(Term(tuple(block for _, block in listed), shape.guard, weight, shape))
    return list(found.items())


def _by_steps(shape: Shape, steps: dict[int, int]) -> list[Factor]:
    return [(head, slots, exact(Fraction(exponent, steps[head]))) for head, slots, exponent in shape.factors]


def remainder(space: Space, skeleton: Sequence[Letter], terms: list[Term]) -> Difference | None:
    """The pieces on which terms of one skeleton do not cancel; None if they cancel everywhere."""
    found = _pieces(space, terms)
    if found is None:
        return None
    arrangements = _arrangements(space, skeleton)
    if arrangements is None:
        return found
    return _pieces(space, list(_symmetrised(terms, arrangements)))


Arrangement = tuple[tuple[int, tuple[int, ...]], ...]
"""For each place of a skeleton the place of the block that comes there, and the order of its slots."""


def _arrangements(space: Space, skeleton: Sequence[Letter]) -> list[Arrangement] | None:
    """All orders of the blocks and slots that change no value, or None if there is but one."""
    places: dict[Letter, list[int]] = {}
    for at, letter in enumerate(skeleton):
        places.setdefault(letter, []).append(at)
    within = [same.symmetries(space, head) for head, _ in skeleton]
    count = prod(factorial(len(p)) for p in places.values()) * prod(map(len, within))
    if count == 1:
        return None
    if count > _MOST_ARRANGEMENTS:
        raise OutOfReachError("products of too many cells of one tensor to compare in every order")
    blocks = [
        tuple(at for part in choice for at in part) for choice in product(*(permutations(p) for p in places.values()))
    ]
    return [
        tuple(zip(order, slots, strict=True)) for order in blocks for slots in product(*(within[at] for at in order))
    ]


def _symmetrised(terms: list[Term], arrangements: list[Arrangement]) -> Iterator[Term]:
    for term in terms:
        for order in arrangements:
            blocks = tuple(tuple(term.blocks[at][k] for k in slots) for at, slots in order)
            yield Term(blocks, term.guard, term.weight, term.shape)


def _pieces(space: Space, terms: list[Term]) -> Difference | None:
    """The terms on the access space, cut up so that pieces have no points in common; without those that cancel."""
    kept = _kept_coordinates(terms)
    total: dict[Guard, Weight] = {}
    for term in terms:
        guard, weight = _on_access_space(space, term, kept)
        if guard != FALSE:
            new = weights.plus(total.get(guard, weights.NOTHING), weight)
            total[guard] = new
    total = {guard: weight for guard, weight in total.items() if weight}
    if not total:
        return None
    floors = Floors()
    fixed: set[Key] = {-(k + 1) for k in range(len(kept))}
    fixed |= {k for g, w in total.items() for k in (*g.keys, *weights.keys(w)) if isinstance(k, str) or k >= 0}
    parts = [part for g, w in total.items() for part in counting.on_points(space, g, w, fixed, floors)]
    fixed |= floors.among(k for part in parts for k in weights.keys(part.weight))
    dims = numbered(fixed)
    pieces: list[Piece] = []
    for part in parts:
        points = counting.set_of(space, part, dims, floors)
        pieces = _with(space, pieces, Piece(points, part.weight))
    left = [piece for piece in pieces if not _vanishes(space, piece, dims, floors)]
    return Difference(left, dims) if left else None


def _kept_coordinates(terms: list[Term]) -> list[tuple[int, int]]:
    """The slots (block, place) that are no coordinates only if all terms have the same form of free atoms there."""
    first = terms[0].blocks
    kept = []
    for at, block in enumerate(first):
        for place, slot in enumerate(block):
            if slot.dummies or any(term.blocks[at][place] != slot for term in terms):
                kept.append((at, place))
    return kept


def _on_access_space(space: Space, term: Term, kept: list[tuple[int, int]]) -> tuple[Guard, Weight]:
    """Guard and weight over the coordinates -1, -2, ...; dummies that are none of these have lower numbers."""
    values: dict[Key, Linear] = {}
    equations = []
    for number, (at, place) in enumerate(kept, 1):
        slot = term.blocks[at][place].substituted(values)
        found = next((d for d in slot.dummies if d not in _COORDINATES and abs(slot.coefficient(d)) == 1), None)
        coordinate = Linear.of(_COORDINATES[number - 1])
        if found is None:
            equations.append(coordinate - slot)
            continue
        value = (coordinate - slot.without(found)).scaled(slot.coefficient(found))
        values = {key: known.substituted({found: value}) for key, known in values.items()}
        values[found] = value
    guard = term.guard.substituted(values) & Guard.of(equal=[e.substituted(values) for e in equations])
    weight = weights.substituted(term.weight, values)
    names: dict[Key, Linear] = {_COORDINATES[n]: Linear.of(-n - 1) for n in range(len(kept))}
    loose = {k for k in (*guard.keys, *weights.keys(weight)) if isinstance(k, int) and k < 0} - names.keys()
    for number, dummy in enumerate(sorted(loose, reverse=True), len(kept) + 1):
        names[dummy] = Linear.of(-number)
    guard = space.tidy(guard.substituted(names))
    return guard, weights.substituted(weight, names)


_COORDINATES = range(-1_000_000, -1_100_000, -1)
"""Names for coordinates that no dummy has."""


def _with(space: Space, pieces: list[Piece], new: Piece) -> list[Piece]:
    """The pieces with one more added, cut where they have points in common."""
    out: list[Piece] = []
    rest = new.points
    for at, piece in enumerate(pieces):
        total = weights.plus(piece.weight, new.weight)
        same, shared, alone, left = space.sets.ask(partial(_overlap, piece.points, rest))
        if same:
            return [*out, *([Piece(piece.points, total)] if total else []), *pieces[at + 1 :]]
        if shared is not None and total:
            out.append(Piece(shared, total))
        if alone is not None:
            out.append(Piece(alone, piece.weight))
        if left is None:
            return [*out, *pieces[at + 1 :]]
        rest = left
    if len(out) > _MOST_CELLS:
        raise OutOfReachError("sums over ranges that meet in too many ways")
    return [*out, Piece(rest, new.weight)]


def _overlap(one: isl.Set, other: isl.Set) -> tuple[bool, isl.Set | None, isl.Set | None, isl.Set | None]:
    """Whether two sets are equal; else what they share, and what only the first and only the second has."""
    if one.is_equal(other):
        return True, None, None, None
    shared = one.intersect(other)
    if shared.is_empty():
        return False, None, one, other
    alone, rest = one.subtract(shared), other.subtract(shared).coalesce()
    return False, shared, None if alone.is_empty() else alone, None if rest.is_empty() else rest


def _vanishes(space: Space, piece: Piece, dims: dict[Key, int], floors: Floors) -> bool:
    """Whether a weight is zero at all points of its piece: by the equations there, or case by case."""
    sets = space.sets
    if sets.ask(lambda: bool(piece.points.is_empty())):
        return True
    weight = weights.with_equations(piece.weight, sets.equations(piece.points, dims))
    if not weight:
        return True
    for key in sorted(weights.keys(weight), key=repr):
        if is_floor(key):
            form, divisor = floors.definition(key)
            rest = form.plus(Linear.of(key), -divisor)
            values = list(range(divisor)) if divisor <= _MOST_REMAINDERS else []
        else:
            rest, values = Linear.of(key), sets.few_values(piece.points, dims[key])
        if len(values) > 1:
            parts = [sets.with_value(piece.points, rest, value, dims) for value in values]
            if not any(sets.ask(partial(piece.points.is_equal, part)) for part in parts):
                return all(_vanishes(space, Piece(part, weight), dims, floors) for part in parts)
    if piece.points.n_basic_set() > 1:
        listed = [points.to_set() for points in piece.points.get_basic_sets()]
        return all(_vanishes(space, Piece(part, weight), dims, floors) for part in listed)
    return False
