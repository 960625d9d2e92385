"""Canonical names of dummies: equal sums are one generator, symmetric ones are labelled in reasonable time."""

from __future__ import annotations

import time
from itertools import combinations
from random import Random

import pytest

from symgrad.algebra.ring import Ring
from symgrad.algebra.terms import Budget, OutOfReachError, Poly
from tests.algebra.claims import said_of


def labelled(edges: list[tuple[int, int]], count: int, ring: Ring, orders: int = 1) -> set[tuple]:
    """The sums of a product of a cell for each edge, its dummies under several names and orders."""
    sort = ring.sort(ring.size("J"))
    atoms = [ring.atom(("test", place), sort) for place in range(count)]
    found = set()
    for seed in range(orders):
        names = Random(seed).sample(atoms, count)
        p: Poly = ring.product([ring.cell("A", (names[a], names[b])) for a, b in edges])
        found.add(tuple(ring.sum(p, atoms).items()))
    return found


def both_ways(edges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return edges + [(b, a) for a, b in edges]


PRISM = both_ways([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5)])
UTILITIES = both_ways([(a, b) for a in (0, 1, 2) for b in (3, 4, 5)])
HEXAGON = both_ways([(n, (n + 1) % 6) for n in range(6)])
TRIANGLES = both_ways([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)])
CUBE = both_ways([(a, b) for a in range(8) for b in range(a) if (a ^ b).bit_count() == 1])


@pytest.mark.parametrize("edges", [PRISM, UTILITIES, HEXAGON, TRIANGLES, CUBE], ids=len)
def test_one_sum_under_all_names(edges):
    count = 1 + max(a for a, _ in edges)
    assert len(labelled(edges, count, Ring(Budget(20.0)), orders=4)) == 1


def test_graphs_that_refining_alone_does_not_tell_apart():
    ring = Ring(Budget(20.0))
    assert labelled(PRISM, 6, ring) != labelled(UTILITIES, 6, ring)
    assert labelled(HEXAGON, 6, ring) != labelled(TRIANGLES, 6, ring)


@pytest.mark.parametrize(("count", "seconds"), [(4, 0.2), (6, 1.0), (7, 2.0)])
def test_a_complete_graph(count, seconds):
    start = time.process_time()
    edges = both_ways(list(combinations(range(count), 2)))
    assert len(labelled(edges, count, Ring(Budget(20.0)))) == 1
    assert time.process_time() - start < seconds


def test_a_star_of_eight():
    start = time.process_time()
    edges = [(0, n) for n in range(1, 9)]
    assert len(labelled(edges, 9, Ring(Budget(20.0)))) == 1
    assert time.process_time() - start < 1.0


def test_the_trace_of_an_eighth_power_regrouped():
    text = """index i, j, k in J
input A[i, j]
for i, k: P[i, k] += sum_j A[i, j] A[j, k]
for i, k: Q[i, k] += sum_j P[i, j] P[j, k]
for i, k: R[i, k] += sum_j P[i, j] A[j, k]
for i, k: S[i, k] += sum_j R[i, j] P[j, k]
"""
    start = time.process_time()
    assert said_of(text, "sum_{i, j} Q[i, j] Q[j, i] == sum_{i, j} R[i, j] S[j, i]").equal
    assert not said_of(text, "sum_{i, j} Q[i, j] Q[j, i] == sum_{i, j} S[i, j] S[j, i]").equal
    assert not said_of(text, "sum_{i, j} Q[i, j] Q[j, i] == sum_{i, j} Q[i, j] Q[i, j]").equal
    assert time.process_time() - start < 2.0


def test_what_is_too_symmetric_is_refused_in_time():
    petersen = [(n, (n + 1) % 5) for n in range(5)] + [(n, n + 5) for n in range(5)]
    petersen += [(5 + n, 5 + (n + 2) % 5) for n in range(5)]
    many = [(a + 10 * copy, b + 10 * copy) for copy in range(3) for a, b in both_ways(petersen)]
    hub = [(30, n) for n in range(30)]
    start = time.process_time()
    with pytest.raises(OutOfReachError, match=r"too symmetric|took longer than 1 s"):
        labelled(many + hub, 31, Ring(Budget(1.0)))
    assert time.process_time() - start < 1.5


def test_sums_that_are_their_own_opposite_are_zero():
    text = "index i, j in J\ninput x[j], A[i, j]\n"
    assert said_of(text, "sum_{i, j} sin(x[i] - x[j]) == 0").equal
    assert said_of(text, "sum_{i, j} erf(x[i] - x[j])^3 == 0").equal
    assert not said_of(text, "sum_{i, j} erf(x[i] - x[j]) A[i, j] == 0").equal
    assert not said_of(text, "sum_{i, j} erf(x[i] - x[j])^2 == 0").equal


def test_extremes_are_labelled_too():
    text = "index i, j in J, b in B\ninput x[j], A[i, j], M[b, j]\n"
    assert said_of(text, "max_j x[j] == max_i x[i]").equal
    assert said_of(text, "max_{i, j} A[i, j] == max_{j, i} A[j, i]").equal
    assert said_of(text, "max_j x[i] == x[i]").equal
    assert not said_of(text, "max_j A[i, j] == max_j A[j, i]").equal
    assert not said_of(text, "max_j x[j] == min_j x[j]").equal
    assert not said_of(text, "sum_b max_j M[b, j] == max_j sum_b M[b, j]").equal
