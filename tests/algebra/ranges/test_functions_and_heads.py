"""How functions are kept: parameters of bodies, letters, factors, cases and merged heads."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.algebra.ranges import exponentials, factoring, letters, same
from symgrad.algebra.ranges.form import Form, Kind
from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.heads import abstracted
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.space import Space
from symgrad.algebra.terms import Budget, OutOfReachError

ZERO = Linear()
N = Linear.of("N")


@pytest.fixture
def space() -> Space:
    return Space(Budget(10.0))


def atoms(space: Space, names: str) -> list[Linear]:
    return [Linear.of(space.atom(name)) for name in names]


def restored(space: Space, form: Form) -> Form:
    bodies, slots = abstracted(space, (form,))
    return space.applied(bodies[0], slots)


def test_a_body_at_its_slots_is_what_it_was_made_of(space: Space) -> None:
    i, j, k = atoms(space, "ijk")
    x = space.cell("s", (2 * i + j, i - 1))
    up_to = space.sum(space.cell("s", (i, k)), k.atoms, Guard.between(ZERO, k, j))
    shifted = space.sum(space.cell("x", (2 * i + k,)), k.atoms, Guard.between(ZERO, k, N - 1))
    for form in (x, up_to, shifted, space.add(x, up_to), space.mul(space.position(i), x)):
        assert restored(space, form) == form


def test_a_body_over_parameters_keeps_them_apart_from_its_own(space: Space) -> None:
    first, second = space.parameters(2)
    form = space.add(space.cell("x", (first - 1,)), space.cell("y", (second, first)))
    assert restored(space, form) == form


def test_one_function_at_other_subscripts(space: Space) -> None:
    i, j = atoms(space, "ij")

    def head(*slots: Linear) -> int:
        (shape,) = space.call("exp", (space.cell("s", slots),)).terms
        return shape.factors[0][0]

    assert len({head(i, j), head(j, i), head(i, i), head(ZERO, 2 * i + j), head(N - 1, N)}) == 1


def test_letters_write_powers_out() -> None:
    slots = (Linear.of(1),)
    assert [letter for letter, _ in letters.units([(7, slots, 3)])] == [(7, 1)] * 3
    assert [letter for letter, _ in letters.units([(7, slots, -2)])] == [(7, -1)] * 2
    assert [letter for letter, _ in letters.units([(7, slots, Fraction(-1, 2))])] == [(7, -1), (7, Fraction(1, 2))]


def test_patterns_are_found_in_every_way() -> None:
    i, j, k = (Linear.of(a) for a in (1, 2, 3))
    among = [((7, 1), (i,)), ((7, 1), (j,)), ((8, 1), (k,))]
    found = list(letters.placed([((7, 1), (k,)), ((8, 1), (k,))], among))
    assert [places for places, _ in found] == [(0, 2), (1, 2)]
    assert found[0][1] == Guard.equals(i, k)


def test_factors(space: Space) -> None:
    i, j, k = atoms(space, "ijk")
    total = space.sum(space.cell("s", (i, j)), j.atoms, Guard.between(ZERO, j, N - 1))
    plain = space.add(space.cell("a", (i,)), space.cell("b", (k,)))
    product = space.product([total, total, plain])
    found = factoring.factored(space, product)
    assert sorted((len(form), count) for form, count in found) == [(1, 2), (2, 1)]
    again = space.product(form for form, count in found for _ in range(count))
    assert again == product
    assert factoring.factored(space, plain) == [(plain, 1)]


def test_a_function_of_a_value_without_a_known_range_of_labels_is_refused(space: Space) -> None:
    i, j = atoms(space, "ij")
    chosen = space.sum(space.mul(space.label("y", (i,), j), space.cell("x", (j,))), j.atoms, Guard.between(ZERO, j, N))
    with pytest.raises(OutOfReachError, match="no range is known"):
        space.call("exp", (chosen,))


def test_conditions_that_follow_from_the_context_go(space: Space) -> None:
    (i,) = atoms(space, "i")
    inside = Guard.between(ZERO, i, N - 1)
    guarded = space.guarded(space.cell("x", (i,)), inside)
    assert space.power(guarded, -1, inside) == space.power(space.cell("x", (i,)), -1)
    outside = space.power(guarded, -1)
    kinds = {space.heads[head].kind for shape in outside.terms for head, _, _ in shape.factors}
    assert Kind.UNDEFINED in kinds


def test_equal_functions_get_one_head(space: Space) -> None:
    i, j, k = atoms(space, "ijk")
    whole = space.sum(space.cell("s", (i, k)), k.atoms, Guard.between(ZERO, k, N - 1))
    parts = [
        space.sum(space.cell("s", (i, k)), k.atoms, Guard.between(ZERO, k, N - 1) & half)
        for half in (Guard.at_least(k, j), Guard.at_least(j - 1, k))
    ]
    difference = space.sub(space.call("sin", (whole,)), space.call("sin", (space.add(*parts),)))
    assert difference.terms
    assert not same.merged(space, same.over_atoms(space, difference)).terms


def test_exponentials_are_joined(space: Space) -> None:
    i, j = atoms(space, "ij")
    apart = space.mul(space.call("exp", (space.cell("x", (i,)),)), space.call("exp", (space.cell("x", (j,)),)))
    (shape,) = exponentials.joined(space, apart).terms
    assert len(shape.factors) == 1
    assert space.is_zero(space.sub(apart, exponentials.joined(space, apart)))
