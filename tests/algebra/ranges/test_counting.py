"""Sums over points that the slots do not determine, against sums over all points one by one."""

from __future__ import annotations

from itertools import product
from math import prod
from random import Random

import pytest

from symgrad.algebra.ranges import counting, weights
from symgrad.algebra.ranges.floors import Floors, is_floor
from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.ranges.space import Space
from symgrad.algebra.terms import Budget, OutOfReachError

HERE, N = -1, "N"
LARGEST = 6
SIZES = range(1, 5)
PLACES = range(-2, 7)


def random_guard(draw: Random, dummies: list[int]) -> Guard:
    """Dummies from 0 to at most 6, under conditions with strides that hold them to each other and to a coordinate."""
    equal, nonneg, different = [], [], []
    for at, dummy in enumerate(dummies):
        here = Linear.of(dummy)
        before = [Linear.of(d) for d in dummies[:at]]
        high = draw.choice([Linear(draw.randrange(4)), Linear.of(N) - 1, Linear.of(HERE), *before])
        nonneg += [here, high - here, Linear(LARGEST) - here]
    known: list[Key] = [*dummies, HERE, N]
    for _ in range(draw.randrange(1, 4)):
        picked = draw.sample(known, draw.choice((1, 2, 2, 3)))
        form = Linear.make(draw.randrange(-3, 4), {key: draw.choice((-3, -2, -1, -1, 1, 1, 2, 3)) for key in picked})
        draw.choice((equal, nonneg, nonneg, nonneg, different)).append(form)
    return Guard.of(equal, nonneg, different)


def counted(guard: Guard, weight: weights.Weight, point: dict[Key, int], dummies: list[int]) -> object:
    """The sum over all values of the dummies."""
    total: object = 0
    for values in product(range(LARGEST + 1), repeat=len(dummies)):
        here = {**point, **dict(zip(dummies, values, strict=True))}
        if guard.holds(here):
            total += value_of(weight, here)  # type: ignore[operator]
    return total


def value_of(weight: weights.Weight, point: dict[Key, int]) -> object:
    total: object = 0
    for monomial, c in weight.items():
        total += c * prod(point[key] ** int(e) for key, e in monomial)  # type: ignore[operator]
    return total


def value_of_parts(parts: list[counting.Part], floors: Floors, point: dict[Key, int]) -> object:
    """The sum of the weights of the parts that have a point here; bound names but floors take every value."""
    total: object = 0
    for part in parts:
        here = dict(point)
        for key in sorted(floors.among({*part.guard.keys, *weights.keys(part.weight)}), key=repr):
            fill(here, floors, key)
        loose = [key for key in part.bound if not is_floor(key)]
        choices = product(range(LARGEST + 1), repeat=len(loose))
        if any(part.guard.holds({**here, **dict(zip(loose, values, strict=True))}) for values in choices):
            total += value_of(part.weight, here)  # type: ignore[operator]
    return total


def fill(point: dict[Key, int], floors: Floors, key: Key) -> int:
    """The value of a floor, after those in its form."""
    form, divisor = floors.definition(key)
    for inner in form.keys:
        if inner not in point:
            fill(point, floors, inner)
    point[key] = form.value(point) // divisor
    return point[key]


@pytest.mark.parametrize("seed", range(60))
def test_counts_are_those_of_all_points(seed: int):
    draw = Random(f"counting {seed}")
    dummies = [-2 - k for k in range(draw.choice((1, 2, 2, 3)))]
    guard = random_guard(draw, dummies)
    weight = weights.ONE if draw.random() < 0.5 else weights.of_linear(Linear.make(1, {draw.choice(dummies): 1, N: 1}))
    floors = Floors()
    try:
        parts = list(counting.on_points(Space(Budget(5.0)), guard, weight, {HERE, N}, floors))
    except OutOfReachError:
        return  # how many there are of these: see below
    for size, place in product(SIZES, PLACES):
        point: dict[Key, int] = {N: size, HERE: place}
        assert value_of_parts(parts, floors, point) == counted(guard, weight, point, dummies), (guard, point)


def test_most_random_guards_are_counted():
    failed = 0
    for seed in range(60):
        draw = Random(f"counting {seed}")
        dummies = [-2 - k for k in range(draw.choice((1, 2, 2, 3)))]
        guard = random_guard(draw, dummies)
        try:
            list(counting.on_points(Space(Budget(5.0)), guard, weights.ONE, {HERE, N}, Floors()))
        except OutOfReachError:
            failed += 1
    assert failed <= 6


def interval(space: Space, name: str, low: Linear, high: Linear) -> tuple[int, Guard]:
    atom = space.atom(name)
    return atom, Guard.between(low, Linear.of(atom), high)


def test_a_cell_as_often_as_its_index_has_even_numbers_below():
    """sum_i sum_{k even, k < N} x[i] = ceil(N / 2) sum_i x[i], split by a second floor in two ways"""
    space, size = Space(Budget(2.0)), Linear.of(N)
    k, domain = interval(space, "k", Linear(0), size - 1)
    half = space.atom("half")
    x = space.cell("x", ())
    evens = space.sum(x, [k, half], domain & Guard.equals(Linear.of(k), 2 * Linear.of(half)))
    odds = space.sum(x, [k, half], domain & Guard.equals(Linear.of(k), 2 * Linear.of(half) + 1))
    whole = space.mul(space.size(N), x)
    assert space.is_zero(space.sub(space.add(evens, odds), whole))
    assert not space.is_zero(space.sub(space.add(evens, evens), whole))
    assert not space.is_zero(space.sub(space.add(odds, odds), whole))
    assert not space.is_zero(space.sub(evens, odds))
    one_more = space.sub(space.add(odds, x), evens)  # the same for odd sizes alone
    assert not space.is_zero(one_more)
    parity = space.sum(x, [half], Guard.of(equal=[2 * Linear.of(half) - size]))
    assert space.is_zero(space.sub(one_more, parity))


def test_floors_are_equal_where_their_forms_are():
    floors, n = Floors(), Linear.of(N)
    assert floors.floor(2 * n + 1, 4) == floors.floor(n, 2)
    assert floors.floor(n + 3, 2) == floors.floor(n + 1, 2) + 1
    assert floors.floor(n + 1, 2) != floors.floor(n, 2)
    assert floors.floor(4 * n + 7, 2) == 2 * n + 3
