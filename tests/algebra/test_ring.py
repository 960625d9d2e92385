"""The ring's tables and operations."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.algebra import signs
from symgrad.algebra.ring import Ring
from symgrad.algebra.terms import ONE, ZERO, Budget, Kind, OutOfReachError, Poly, Sign, exact, merge, plus, without


@pytest.fixture
def ring() -> Ring:
    return Ring()


def atoms(ring: Ring, count: int, size: str = "J") -> list[int]:
    sort = ring.sort(ring.size(size))
    return [ring.atom(("test", place), sort) for place in range(count)]


def test_equal_content_has_one_generator(ring):
    i, j = atoms(ring, 2)
    assert ring.cell("x", (i,)) == ring.cell("x", (i,))
    assert ring.cell("x", (i,)) != ring.cell("x", (j,))
    assert ring.cell("A", (i, j)) != ring.cell("A", (j, i))
    assert ring.generator(Kind.SIZE, "J") is ring.generator(Kind.SIZE, "J")


def test_a_shape_takes_all_indices_of_a_size_for_one_another(ring):
    (i, j), (b,) = atoms(ring, 2), atoms(ring, 1, "B")
    shapes = [ring.generator(Kind.CELL, "x", (atom,)).shape for atom in (i, j, b)]
    assert shapes[0] == shapes[1] != shapes[2]


def test_free_indices_and_heights(ring):
    i, j = atoms(ring, 2)
    inner = ring.sum(ring.cell("A", (i, j)), [j])
    assert ring.free(inner) == {i}
    (monomial,) = inner
    assert ring.generators[monomial[0][0]].height == 1
    outer = ring.sum(ring.power(inner, -1), [i])
    (monomial,) = outer
    assert ring.generators[monomial[0][0]].height == 2
    assert ring.free(outer) == frozenset()


def test_sums_and_products(ring):
    (i,) = atoms(ring, 1)
    x, t = ring.cell("x", (i,)), ring.cell("t", (i,))
    square = ring.mul(ring.add(x, t), ring.sub(x, t))
    assert square == ring.sub(ring.power(x, 2), ring.power(t, 2))
    assert ring.sub(x, x) == ZERO
    assert ring.product([]) == ONE
    assert ring.mul(x, ZERO) == ZERO
    assert ring.number(Fraction(4, 2)) == {(): 2}
    assert all(isinstance(c, int) for c in ring.mul(ring.number(Fraction(1, 2)), ring.number(2)).values())


def test_polynomials_are_not_changed_by_what_is_made_of_them(ring):
    (i,) = atoms(ring, 1)
    x = ring.cell("x", (i,))
    before = dict(x)
    ring.add(x, ring.number(1))
    ring.mul(x, x)
    ring.sum(x, [i])
    assert x == before


def test_a_fresh_index_is_none_of_those_taken(ring):
    sort = ring.sort(ring.size("J"))
    first = ring.fresh(sort, [])
    second = ring.fresh(sort, [first])
    assert first != second
    assert ring.fresh(sort, []) == first


def test_replacing_indices_all_at_once(ring):
    i, j = atoms(ring, 2)
    a = ring.cell("A", (i, j))
    assert ring.substitute(a, {i: j, j: i}) == ring.cell("A", (j, i))
    assert ring.substitute(a, {j: i}) == ring.cell("A", (i, i))
    row = ring.sum(a, [j])
    assert ring.free(ring.substitute(row, {i: j})) == {j}, "a dummy captures nothing"


def test_a_denominator_that_becomes_zero_is_refused(ring):
    i, j = atoms(ring, 2)
    p = ring.power(ring.sub(ring.cell("x", (i,)), ring.cell("x", (j,))), -1)
    with pytest.raises(OutOfReachError, match="a denominator that is zero"):
        ring.substitute(p, {j: i})


def test_deltas(ring):
    i, j = atoms(ring, 2)
    delta = ring.delta(i, j)
    assert ring.delta(i, i) == ONE
    assert ring.delta(j, i) == delta
    assert ring.mul(delta, delta) == delta
    assert ring.mul(delta, ring.cell("x", (i,))) == ring.mul(delta, ring.cell("x", (j,)))
    assert ring.sum(delta, [j]) == ONE
    assert ring.sum(ring.mul(delta, ring.cell("x", (j,))), [j]) == ring.cell("x", (i,))
    with pytest.raises(OutOfReachError, match="unless two things are equal"):
        ring.power(delta, -1)


def test_a_rule_replaces_a_sum_under_any_indices(ring):
    (b, c), (j,) = atoms(ring, 2, "B"), atoms(ring, 1)
    total = ring.sum(ring.cell("y", (b, j)), [j])
    (monomial,) = total
    ring.add_rule(ring.generators[monomial[0][0]], ONE)
    assert ring.sum(ring.cell("y", (c, j)), [j]) == ONE
    assert ring.sum(ring.cell("y", (b, j)), [b, j]) == ring.size("B")
    assert ring.sum(ring.power(ring.cell("y", (b, j)), 2), [j]) != ONE


def test_signs_that_are_declared_and_that_follow(ring):
    ring.cell_signs["r"] = Sign.POSITIVE
    (j,) = atoms(ring, 1)
    r, x = ring.cell("r", (j,)), ring.cell("x", (j,))

    def sign(p: Poly) -> Sign:
        return signs.sign(ring, p)

    assert sign(r) is Sign.POSITIVE
    assert sign(x) is Sign.UNKNOWN
    assert sign(ring.power(x, 2)) is Sign.NONNEGATIVE
    assert sign(ring.add(ring.power(x, 2), r)) is Sign.POSITIVE
    assert sign(ring.sum(r, [j])) is Sign.POSITIVE
    assert sign(ring.call("exp", (x,))) is Sign.POSITIVE
    assert sign(ring.sub(ring.power(x, 2), r)) is Sign.UNKNOWN


def test_signs_of_sizes_by_their_least_values(ring):
    ring.minimum["B"] = 2
    size = ring.size("B")
    assert signs.is_positive(ring, ring.sub(size, ONE))
    assert signs.sign(ring, ring.sub(size, ring.number(2))) is Sign.NONNEGATIVE
    assert signs.sign(ring, ring.sub(size, ring.number(3))) is Sign.UNKNOWN
    assert signs.is_negative(ring, ring.sub(ONE, size))
    assert signs.sign(ring, ring.sub(ring.size("J"), ONE)) is Sign.NONNEGATIVE


def test_the_budget_ends_the_work():
    ring = Ring(Budget(0.0))
    (i,) = atoms(ring, 1)
    p = ring.add(ring.add(ring.cell("x", (i,)), ring.cell("t", (i,))), ONE)
    with pytest.raises(OutOfReachError, match="took longer than 0 s"):
        ring.power(p, 60)


def test_parts_of_monomials():
    assert merge(((1, 2),), ((3, 1),)) == ((1, 2), (3, 1))
    assert merge(((1, 2), (3, 1)), ((1, -2),)) == ((3, 1),)
    assert without(((1, 2), (3, 1)), 1) == ((3, 1),)
    assert plus({(): 1}, {(): 1}, -1) == ZERO
    assert exact(Fraction(4, 2)) == 2
    assert isinstance(exact(Fraction(4, 2)), int)
    assert exact(Fraction(1, 2)) == Fraction(1, 2)
