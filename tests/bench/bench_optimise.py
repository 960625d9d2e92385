"""What the optimiser reaches, how long it takes and how accurate that is. Run with `make bench`.

The last tests print two tables: for every program its operations, plain, by hand and optimised, with the times; and the
errors of the three in float32.
"""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from symgrad.algebra.terms import Budget
from symgrad.calculus import vjp
from symgrad.cost.operations import Cost, operations
from symgrad.evidence import prove
from symgrad.language.read import read_program
from symgrad.optimise import optimise
from symgrad.optimise.model import model
from symgrad.optimise.search import search
from tests.optimise.accuracy import REGIMES, backward_of, errors, hand_of, optimised
from tests.optimise.targets import REWORDED, TARGETS
from tests.optimise.transformer import blocks

ALL = [*TARGETS, *REWORDED]

_SEEDS = range(5)


def _leading(cost: Cost) -> tuple[str, Fraction]:
    """The operations of the highest degree by kind, and all of them."""
    degree = cost.total.degree
    kinds = [dict(kind.degrees()).get(degree, Fraction(0)) for kind in (cost.functions, cost.divisions, cost.other)]
    return "/".join(map(str, kinds)), sum(kinds, Fraction(0))


@pytest.mark.parametrize("target", ALL, ids=str)
def test_hand_forms_are_right(target):
    backward = backward_of(target)
    assert prove(backward, hand_of(target), backward.forward, budget=20)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_time_grows_with_the_number_of_blocks(count):
    backward = vjp(read_program(blocks(count)))
    start = time.process_time()
    best, _ = search(model(backward, budget=Budget(120)))
    seconds = time.process_time() - start
    assert best is not None
    print(f"{count} blocks: {seconds:.1f} s for the search")
    assert seconds < 15 * count


def test_a_transformer_block():
    start = time.process_time()
    found = optimise(vjp(read_program(blocks(1))))
    seconds = time.process_time() - start
    print(f"a transformer block: {seconds:.1f} s, {found.verdict.status}, {found.verdict.evidence[0]}")
    assert found.verdict
    assert not found.kept


def test_operations_and_times():
    print(f"\n{'':34}{'plain':>12}{'by hand':>12}{'optimised':>12}{'ratio':>8}{'seconds':>9}")
    for target in ALL:
        start = time.process_time()
        found = optimised(target)
        seconds = time.process_time() - start
        plain, hand = operations(backward_of(target)), operations(hand_of(target))
        ratio = _leading(found.cost_after)[1] / _leading(hand)[1]
        shown = [_leading(cost)[0] for cost in (plain, hand, found.cost_after)]
        print(f"{target.name:34}" + "".join(f"{text:>12}" for text in shown) + f"{float(ratio):>8.2f}{seconds:>9.2f}")


def test_errors_in_float32():
    print(f"\n{'':34}{'inputs':>12}{'plain':>10}{'by hand':>10}{'optimised':>11}")
    for target in ALL:
        for regime in REGIMES:
            found = [errors(target, regime, seed) for seed in _SEEDS]
            finite = [row for row in found if row is not None]
            if finite:
                worst = {word: max(row[word] for row in finite) for word in finite[0]}
                cells = "".join(f"{worst[word]:>10.1e}" for word in ("plain", "hand", "optimised"))
                print(f"{target.name:34}{regime:>12}{cells}")
