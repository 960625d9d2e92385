"""The forms that experts write by hand are reached, at their cost or below, and proved."""

from __future__ import annotations

import pytest

from symgrad.cost.operations import operations
from symgrad.evidence import prove
from symgrad.optimise import price_of
from tests.optimise.accuracy import REGIMES, backward_of, errors, hand_of, optimised
from tests.optimise.targets import REWORDED, TARGETS

ALL = [*TARGETS, *REWORDED]

ROUNDING = 1.2e-7
"""The rounding of one operation in float32."""


_LONG = {"LSTM cell", "GRU cell", "attention without saved weights"}
"""Hand forms of which proofs take longest: `tests/bench/bench_optimise.py` has them."""


@pytest.mark.parametrize("target", [target for target in ALL if not target.open], ids=str)
def test_the_hand_form_is_reached_and_proved(target):
    found = optimised(target)
    assert found.verdict.status == "proved", found.reason
    assert not found.kept, found.reason
    hand = operations(hand_of(target))
    assert price_of(found.cost_after) <= price_of(hand), f"{found.cost_after}\nby hand {hand}\n{found.program}"


@pytest.mark.parametrize("target", [target for target in ALL if target.open], ids=str)
def test_what_is_not_reached_says_why(target):
    found = optimised(target)
    assert found.kept
    assert found.reason == target.open


@pytest.mark.parametrize("target", [target for target in ALL if target.name not in _LONG], ids=str)
def test_the_hand_form_is_right(target):
    backward = backward_of(target)
    assert prove(backward, hand_of(target), backward.forward, budget=10)


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("target", ALL, ids=str)
def test_no_digits_are_lost_in_float32(target, regime):
    """Never more than four times the error of the better of the plain and the hand form."""
    found = errors(target, regime)
    if found is not None:
        assert found["optimised"] <= 4 * max(min(found["plain"], found["hand"]), ROUNDING)


def test_the_sum_of_a_row_of_attention_comes_from_the_output():
    target = next(t for t in TARGETS if t.name == "attention")
    found = optimised(target)
    assert any(
        step.kind == "summed" and "y.grad[b, h, t, d] y[b, h, t, d] over d" in step.sentence for step in found.steps
    )


def test_the_difference_of_probabilities_needs_the_constraint():
    named = {target.name: target for target in TARGETS}
    constrained, any_targets = named["cross-entropy"], named["cross-entropy, any targets"]
    assert "(p[b, j] - y[b, j])" in str(optimised(constrained).program)
    assert "(p[b, j] - y[b, j])" not in str(optimised(any_targets).program)
