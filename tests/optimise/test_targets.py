"""The forms that experts write by hand are reached, at their cost or below, and proved."""

from __future__ import annotations

import pytest

from symgrad.calculus import vjp
from symgrad.cost.operations import operations
from symgrad.evidence import prove
from symgrad.language.program import Program
from symgrad.language.read import read_program
from symgrad.optimise import optimise, price_of
from tests.optimise.targets import REWORDED, TARGETS, Target


def backward_of(target: Target) -> Program:
    return vjp(read_program(target.forward), wrt=target.wrt)


@pytest.mark.parametrize("target", [*TARGETS, *REWORDED], ids=str)
def test_the_hand_form_is_reached_and_proved(target):
    backward = backward_of(target)
    found = optimise(backward, saved=target.saved)
    assert found.verdict.status == "proved", found.reason
    assert not found.kept, found.reason
    hand = operations(read_program(target.hand, context=backward.forward))
    assert price_of(found.cost_after) <= price_of(hand), f"{found.cost_after}\nby hand {hand}\n{found.program}"


@pytest.mark.parametrize("target", [t for t in [*TARGETS, *REWORDED] if t.name != "LSTM cell"], ids=str)
def test_the_hand_form_is_right(target):
    backward = backward_of(target)
    hand = read_program(target.hand, context=backward.forward)
    assert prove(backward, hand, backward.forward, budget=10)


def test_the_sum_of_a_row_of_attention_comes_from_the_output():
    target = next(t for t in TARGETS if t.name == "attention")
    found = optimise(backward_of(target))
    assert any(
        step.kind == "summed" and "y.grad[b, h, t, d] y[b, h, t, d] over d" in step.sentence for step in found.steps
    )


def test_the_difference_of_probabilities_needs_the_constraint():
    named = {target.name: target for target in TARGETS}
    constrained, any_targets = named["cross-entropy"], named["cross-entropy, any targets"]
    assert "(p[b, j] - y[b, j])" in str(optimise(backward_of(constrained)).program)
    assert "(p[b, j] - y[b, j])" not in str(optimise(backward_of(any_targets)).program)
