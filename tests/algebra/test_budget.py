"""A deadline that has passed stays passed."""

import pytest

from symgrad.algebra.terms import Budget, OutOfTimeError


def ticks(budget: Budget, count: int) -> None:
    for _ in range(count):
        budget.tick()


def test_a_budget_that_is_spent_stops_every_tick_from_the_one_that_finds_out():
    budget = Budget(0.0)
    with pytest.raises(OutOfTimeError):
        ticks(budget, 100)
    for _ in range(3):
        with pytest.raises(OutOfTimeError, match="longer than 0 s"):
            budget.tick()


def test_a_budget_that_is_not_spent_stops_nothing():
    budget = Budget(100.0)
    ticks(budget, 100)
    budget.look()
    assert budget.left > 90
