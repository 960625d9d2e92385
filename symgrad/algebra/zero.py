"""Whether a polynomial in normal form is zero everywhere, when it is not the empty one.

Three things may still hide a zero. It may be one in each case of its steps (see `cases.py`). Terms
may have different denominators: they are brought to one. And terms may be sums that only together,
or only under other names of their dummies, cancel: all are written as one sum over the same dummies,
symmetric in those that run over one size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import permutations, product
from math import factorial, prod
from typing import TYPE_CHECKING

from symgrad.algebra import cases, powers, sums
from symgrad.algebra.terms import Kind, OutOfReachError, Poly, exact, scaled, without

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_MOST_PERMUTATIONS = 150
_MOST_ROUNDS = 3


def is_zero(ring: Ring, p: Poly) -> bool:
    """Whether p is shown to be zero, off its kinks. False says nothing."""
    return not p or cases.is_zero_in_every_case(ring, p, lambda q: _is_zero_as_it_stands(ring, q))


def _is_zero_as_it_stands(ring: Ring, p: Poly) -> bool:
    numerator, denominators = powers.cleared(ring, p)
    if not numerator:
        return True
    if denominators and not powers.cleared(ring, numerator)[1]:
        p = numerator
    return _is_zero_under_one_sum(ring, p)


def _is_zero_under_one_sum(ring: Ring, p: Poly) -> bool:
    for _ in range(_MOST_ROUNDS):
        found = one_sum(ring, p)
        if found is None:
            return False
        body, dummies = found
        numerator, denominators = powers.cleared(ring, body)
        if not numerator or not ring.sum(body, dummies):
            return True
        if not denominators or not _has_sums(ring, numerator):
            return False
        p = numerator
    return False


def _has_sums(ring: Ring, p: Poly) -> bool:
    return any(ring.generators[g].kind is Kind.SUM and e > 0 for m in p for g, e in m)


def one_sum(ring: Ring, p: Poly, weigh: Callable[[int], Poly] | None = None) -> tuple[Poly, list[int]] | None:
    """p as one sum, symmetric in its dummies: its body and these; None where p has no sums to open.

    `weigh` gives, for a dummy that a term does without, what stands for 1 there: weights whose sum is 1, by
    default 1/size.
    """
    terms = [opened(ring, {monomial: coefficient}) for monomial, coefficient in p.items()]
    if not any(dummies for _, dummies in terms):
        return None
    most: dict[int, int] = {}
    for _, dummies in terms:
        for sort, count in _counts(ring, dummies).items():
            most[sort] = max(most.get(sort, 0), count)
    if prod(factorial(count) for count in most.values()) > _MOST_PERMUTATIONS:
        raise OutOfReachError("sums over too many indices of one size to compare term by term")
    names = _names(ring, p, most)
    total: Poly = {}
    for body, dummies in terms:
        images = list(_placed(ring, body, dummies, names))
        padding = _padding(ring, dummies, most)
        for image, unused in images:
            beside = padding if weigh is None else ring.product(map(weigh, unused))
            part = ring.mul(image, beside)
            total = ring.add(total, scaled(part, exact(Fraction(1, len(images)))))
    return total, [atom for atoms in names.values() for atom in atoms]


def opened(ring: Ring, term: Poly) -> tuple[Poly, list[int]]:
    """A term without its sums, over the dummies of all of them; its sums under negative powers stay."""
    dummies: list[int] = []
    while True:
        found = next(
            (
                (m, g)
                for m in term
                for g, e in m
                if ring.generators[g].kind is Kind.SUM and e.denominator == 1 and e > 0
            ),
            None,
        )
        if found is None or len(term) != 1:
            return term, dummies
        ((monomial, coefficient),) = term.items()
        number = found[1]
        exponent = int(dict(monomial)[number])
        term = {without(monomial, number): coefficient}
        for _ in range(exponent):
            taken = {*dummies, *ring.free(term), *ring.generators[number].free}
            body, fresh = sums.opened_sum(ring, ring.generators[number], taken)
            term = ring.mul(term, body)
            dummies += fresh


def _counts(ring: Ring, dummies: list[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for atom in dummies:
        counts[ring.atom_sorts[atom]] = counts.get(ring.atom_sorts[atom], 0) + 1
    return counts


def _names(ring: Ring, p: Poly, most: dict[int, int]) -> dict[int, list[int]]:
    """Common dummies of each sort, none of them free in p."""
    taken = set(ring.free(p))
    names: dict[int, list[int]] = {}
    for sort, count in most.items():
        for _ in range(count):
            atom = ring.fresh(sort, taken)
            taken.add(atom)
            names.setdefault(sort, []).append(atom)
    return names


def _placed(
    ring: Ring, body: Poly, dummies: list[int], names: dict[int, list[int]]
) -> Iterator[tuple[Poly, list[int]]]:
    """The body with its dummies among the common ones, in every way, and those that it leaves unused."""
    by_sort: dict[int, list[int]] = {}
    for atom in dummies:
        by_sort.setdefault(ring.atom_sorts[atom], []).append(atom)
    sorts = list(by_sort)
    for chosen in product(*(permutations(names[sort], len(by_sort[sort])) for sort in sorts)):
        place = {a: b for sort, to in zip(sorts, chosen, strict=True) for a, b in zip(by_sort[sort], to, strict=True)}
        used = {*place.values()}
        yield ring.substitute(body, place), [a for atoms in names.values() for a in atoms if a not in used]


def _padding(ring: Ring, dummies: list[int], most: dict[int, int]) -> Poly:
    """1/size for every common dummy that a term does without."""
    counts = _counts(ring, dummies)
    sizes = [ring.power(ring.sort_sizes[sort], counts.get(sort, 0) - count) for sort, count in most.items()]
    return ring.product(sizes)
