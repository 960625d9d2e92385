"""A deadline that has passed stays passed."""

import pytest

from symgrad.algebra.terms import Budget, OutOfTimeError


def test_a_budget_that_is_spent_stops_every_tick_from_the_one_that_finds_out():
    budget = Budget(0.0)
    ticks = 0
    with pytest.raises(OutOfTimeError):
        while ticks < 100:
            ticks += 1
            budget.tick()
    assert ticks < 100
    for _ in range(3):
        with pytest.raises(OutOfTimeError, match="longer than 0 s"):
            budget.tick()


def test_a_budget_that_is_not_spent_stops_nothing():
    budget = Budget(100.0)
    for _ in range(100):
        budget.tick()
    budget.look()
    assert budget.left > 90
