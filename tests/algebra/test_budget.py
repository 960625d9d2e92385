"""A deadline that has passed stays passed."""

import pytest

from symgrad.algebra.terms import Budget, OutOfTimeError


def test_a_budget_that_is_spent_stops_every_tick_from_the_one_that_finds_out():
    budget = Budget(0.0)
    with pytest.raises(OutOfTimeError):
        _tick(budget, times=100)
    for _ in range(3):
        with pytest.raises(OutOfTimeError, match="longer than 0 s"):
            budget.tick()


def test_a_budget_that_is_not_spent_stops_nothing():
    budget = Budget(100.0)
    _tick(budget, times=100)
    budget.look()
    assert budget.left > 90


def _tick(budget: Budget, times: int) -> None:
    for _ in range(times):
        budget.tick()
