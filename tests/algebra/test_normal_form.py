"""A normal form is one: making it again, in whatever order and under whatever names on the way, gives it again."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import pairwise
from random import Random

import pytest

from symgrad.algebra import sums
from symgrad.algebra.closed_forms import Run, declare
from symgrad.algebra.ring import Ring
from symgrad.algebra.rules import by_rule
from symgrad.algebra.terms import Budget, Generator, Kind, Poly, scaled
from tests.algebra.claims import LISTED, Listed, claim_of

RIGHT = [listed for listed in LISTED if listed.right][::2]


@cache
def run_of(listed: Listed) -> Run:
    """The left side of a claim, run."""
    claim = claim_of(listed)
    ring = Ring(Budget(10.0))
    declare(ring, claim.left, claim.right)
    run = Run(ring, claim.left)
    run.run(claim.left.body)
    return run


def there_and_back(ring: Ring, p: Poly) -> Poly:
    """p with all its free indices renamed to others and back."""
    atoms = sorted(ring.free(p))
    others: list[int] = []
    for atom in atoms:
        others.append(ring.fresh(ring.atom_sorts[atom], [*others, *atoms]))
    moved = ring.substitute(p, dict(zip(atoms, others, strict=True)))
    return ring.substitute(moved, dict(zip(others, atoms, strict=True)))


each_claim = pytest.mark.parametrize("listed", RIGHT, ids=str)


@each_claim
def test_renaming_indices_and_back_changes_nothing(listed):
    run = run_of(listed)
    for name, p in run.state.items():
        assert there_and_back(run.ring, p) == p, name


@each_claim
def test_factors_multiplied_again_in_any_order_give_the_monomial(listed):
    run = run_of(listed)
    ring = run.ring
    for name, p in run.state.items():
        for seed in range(3):
            again: Poly = {}
            for monomial, coefficient in p.items():
                factors = [ring.of(ring.generators[g], e) for g, e in monomial]
                Random(seed).shuffle(factors)
                again = ring.add(again, scaled(ring.product(factors), coefficient))
            assert again == p, name


@each_claim
def test_opened_sums_summed_again_give_the_sum(listed):
    run = run_of(listed)
    ring = run.ring
    for name, p in run.state.items():
        for generator in {g for monomial in p for g, _ in monomial}:
            if ring.generators[generator].kind is Kind.SUM:
                assert resummed(ring, ring.generators[generator]) == {((generator, 1),): 1}, name


def resummed(ring: Ring, generator: Generator) -> Poly:
    body, dummies = sums.opened_sum(ring, generator, generator.free)
    return ring.sum(body, dummies)


@each_claim
def test_every_generator_holds_what_is_normal(listed):
    run = run_of(listed)
    ring = run.ring
    for generator in list(ring.generators):
        if by_rule(ring, generator) != {((generator.number, 1),): 1}:
            continue  # a declared relation replaces it
        rooted = generator.kind in (Kind.BASE, Kind.ABS)  # they stand for roots
        one: Poly = {((generator.number, Fraction(1, 2) if rooted else 1),): 1}
        assert there_and_back(ring, one) == one, generator


def test_sums_with_permuted_dummies_are_one_generator():
    ring = Ring()
    sort = ring.sort(ring.size("J"))
    atoms = [ring.atom(("test", place), sort) for place in range(4)]

    def chain(order: list[int]) -> Poly:
        links = [ring.cell("A", (atoms[a], atoms[b])) for a, b in zip(order, [*order[1:], order[0]], strict=True)]
        return ring.sum(ring.product(links), atoms)

    first = chain([0, 1, 2, 3])
    assert len(first) == 1
    for seed in range(12):
        order = Random(seed).sample(range(4), 4)
        assert chain(order) == first
    triangle = ring.sum(ring.product([ring.cell("A", pair) for pair in pairwise(atoms)]), atoms)
    assert triangle != first
