from __future__ import annotations

import random
from itertools import product

from symgrad.algebra.ranges.guards import FALSE, TRUE, Guard
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.ranges.space import Space
from symgrad.algebra.terms import Budget

i, j, size = Linear.of(1), Linear.of(2), Linear.of("T")


def test_contradictions_are_seen() -> None:
    assert Guard.of(nonneg=[i - 1, -i]) == FALSE
    assert Guard.of(equal=[2 * i - 1]) == FALSE
    assert Guard.of(equal=[i - j], different=[i - j]) == FALSE
    assert Guard.of(equal=[i - 3], nonneg=[i - 4]) == FALSE
    assert TRUE & FALSE == FALSE


def test_conditions_are_brought_to_lowest_terms() -> None:
    assert Guard.of(nonneg=[2 * i - 3]) == Guard.of(nonneg=[i - 2])
    assert Guard.of(nonneg=[i - 2, i - 5, i]) == Guard.of(nonneg=[i - 5])
    assert Guard.of(nonneg=[i - j, j - i]) == Guard.equals(i, j)
    assert Guard.of(equal=[-2 * i + 2 * j]) == Guard.equals(i, j)
    assert Guard.of(nonneg=[i], different=[i]) == Guard.of(nonneg=[i - 1])
    assert Guard.of(nonneg=[i - 2], different=[i]) == Guard.of(nonneg=[i - 2])


def test_negation_covers_the_rest_once() -> None:
    guard = Guard.of(equal=[i - 2 * j], nonneg=[size - i - 1, j], different=[i - 4])
    for a, b, c in product(range(-2, 6), range(-2, 6), range(1, 5)):
        point: dict[Key, int] = {1: a, 2: b, "T": c}
        holding = [piece for piece in guard.negated() if piece.holds(point)]
        assert len(holding) == (not guard.holds(point))


def random_guard(choose: random.Random) -> Guard:
    def form() -> Linear:
        parts = [k for k in (i, j, size) if choose.random() < 0.7] or [i]
        total = Linear(choose.randint(-3, 3))
        for part in parts:
            total = total.plus(part, choose.choice([-2, -1, 1, 2]))
        return total

    return Guard.of(
        [form() for _ in range(choose.random() < 0.3)],
        [form() for _ in range(choose.randrange(4))],
        [form() for _ in range(choose.random() < 0.3)],
    )


def test_simplified_guards_hold_at_the_same_points() -> None:
    choose = random.Random(1)
    space = Space(Budget(20.0))
    points: list[dict[Key, int]] = [
        {1: a, 2: b, "T": c} for a, b, c in product(range(-4, 5), range(-4, 5), range(1, 5))
    ]
    for _ in range(150):
        first, second = random_guard(choose), random_guard(choose)
        both = first & second
        assert all(both.holds(p) == (first.holds(p) and second.holds(p)) for p in points)
        assert all(space.tidy(both).holds(p) == both.holds(p) for p in points)
        if space.sets.is_empty(both):
            assert not any(both.holds(p) for p in points)
        if space.sets.follows(first, second):
            assert all(second.holds(p) for p in points if first.holds(p))


def test_redundant_conditions_go() -> None:
    space = Space(Budget(5.0), {"T": 2})
    inside = Guard.of(nonneg=[i, j - i, size - 1 - j])
    assert space.tidy(inside & Guard.of(nonneg=[size - 1 - i, j, size - 2])) == inside
    assert space.tidy(Guard.of(nonneg=[i, size - 1 - i, -size])) == FALSE
