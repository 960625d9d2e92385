"""From the terms of both sides to the sizes that decide: denominators are cleared, indices and degrees are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from symgrad.evidence.terms import Atom, Term, Terms, in_exponent, opposite

Measure = tuple[int, int, tuple[int, ...]]
"""Of a term, in one size: the indices that are pinned, its degree, and the powers of what is still to be cleared."""

_MOST_MEASURES = 2000


@dataclass(frozen=True)
class Bounds:
    """What the terms of a claim have in one size.

    Attributes:
        counts: for each kind of term the number of its pinned and free indices, and its degree.
        local: whether a function is summed over indices of the size.
        reasons: why the size is beyond the theorem.
    """

    counts: frozenset[tuple[int, int]]
    local: bool
    reasons: tuple[str, ...]


def needed_sizes(value: Terms, size: str) -> set[str]:
    """The sizes whose cutoffs have to be known first: over them denominators with sums over `size` are summed."""
    cleared, _ = _atoms(value, size)
    return {other for atom in cleared if _has(atom, size) for other in atom.bound if not other.isdigit()}


def bounds(value: Terms, size: str, free: int, greatest: Mapping[str, int]) -> Bounds:
    """The bounds of a claim in one size.

    Args:
        value: the terms of both sides.
        size: the size.
        free: the number of free indices over it.
        greatest: the cutoffs of `needed_sizes`.
    """
    cleared, kept = _atoms(value, size)
    reasons = [reason for atom in kept for reason in _reasons(atom, size)]
    pins = _pins(value, kept)
    order = sorted((a for a in cleared if _has(a, size)), key=lambda atom: -atom.depth)
    measures = {_measure(term, size, pins, order) for term in value.terms}
    for at, atom in enumerate(order):
        copies = prod(int(other) if other.isdigit() else greatest.get(other, 1) for other in atom.bound)
        measures = _cleared(measures, at, copies, {_measure(t, size, pins, order) for t in atom.inside.terms})
        if len(measures) > _MOST_MEASURES:
            reasons.append("too many kinds of terms")
            break
    counts = frozenset((free + pinned, degree) for pinned, degree, _ in measures)
    return Bounds(counts, any(size in atom.bound for atom in kept), tuple(reasons))


def _cleared(measures: set[Measure], at: int, copies: int, inside: set[Measure]) -> set[Measure]:
    """All terms, multiplied by a denominator until none of its inverses is left in any."""
    most = copies * max(0, *(powers[at] for _, _, powers in measures))
    least = min(powers[at] for _, _, powers in measures)
    if most == least or not inside:
        return measures
    found: set[Measure] = set()
    products = [{(0, 0, (0,) * len(next(iter(measures))[2]))}]
    for _ in range(most - least):
        products.append(_pruned({_times(one, other) for one in products[-1] for other in inside}))
        if len(products[-1]) > _MOST_MEASURES:
            break
    for measure in measures:
        missing = min(most - measure[2][at], len(products) - 1)
        own = (*measure[2][:at], 0, *measure[2][at + 1 :])
        found |= {_times((measure[0], measure[1], own), factor) for factor in products[missing]}
    return found if len(products[-1]) > _MOST_MEASURES else _pruned(found)


def _times(one: Measure, other: Measure) -> Measure:
    return one[0] + other[0], one[1] + other[1], tuple(x + y for x, y in zip(one[2], other[2], strict=True))


def _pruned(measures: set[Measure]) -> set[Measure]:
    """Those that no other one with the same powers exceeds in indices and degree."""
    best: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for pinned, degree, powers in sorted(measures, reverse=True):
        own = best.setdefault(powers, [])
        if not own or degree > own[-1][1]:
            own.append((pinned, degree))
    return {(pinned, degree, powers) for powers, own in best.items() for pinned, degree in own}


def _measure(term: Term, size: str, pins: frozenset[str], order: Sequence[Atom]) -> Measure:
    """A summed index is pinned if cells in which it occurs are seen in a monomial; else it may hide a constant."""
    pinned, degree, powers = 0, dict(term.powers).get(size, 0), dict(term.atoms)
    for (own, tensors), count in term.sums:
        if own == size and tensors & pins:
            pinned += count
        elif own == size:
            degree += count
    return pinned, degree, tuple(powers.get(atom, 0) for atom in order)


def _pins(value: Terms, kept: Sequence[Atom]) -> frozenset[str]:
    """The tensors of which a claim is a polynomial, in their cells, or in exponentials of these with one sign."""
    hidden = {in_exponent(name) or name for atom in kept for name in atom.inside.used}
    return frozenset(
        name
        for name in value.used
        if (in_exponent(name) or name) not in hidden and not (in_exponent(name) and opposite(name) in value.used)
    )


def _atoms(value: Terms, size: str) -> tuple[list[Atom], list[Atom]]:
    """The inverses to be cleared for a size, with those inside of them; and what stays as a function of cells."""
    cleared: dict[Atom, None] = {}
    kept: dict[Atom, None] = {}
    pending = list(_direct(value))
    while pending:
        atom = pending.pop()
        if atom.kind == "inverse" and size not in atom.bound:
            if atom not in cleared:
                cleared[atom] = None
                pending += _direct(atom.inside)
        else:
            kept[atom] = None
    return list(cleared), list(kept)


def _direct(value: Terms) -> Iterator[Atom]:
    for term in value.terms:
        for atom, _ in term.atoms:
            yield atom


def _has(atom: Atom, size: str) -> bool:
    summed, powers = atom.inside.sizes()
    return size in summed or size in powers


def _reasons(atom: Atom, size: str) -> Iterator[str]:
    what = "a function" if atom.kind == "call" else "an inverse, under a sum,"
    summed, powers = atom.inside.sizes()
    if size in summed:
        yield f"{what} of a sum over {size}"
    elif size in powers:
        yield f"{what} of the size {size}"
