"""The zero test held against loops over small sizes, on random forms, their rewritings and mutations.

What it shows equal is equal at all small sizes; what was only rewritten is shown equal, but for a
few that need counting with remainders.
"""

from __future__ import annotations

import pytest

from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.space import Space
from symgrad.algebra.terms import Budget, OutOfReachError
from tests.algebra.ranges.random_recipes import Maker, space_with_atoms
from tests.algebra.ranges.recipes import Recipe, agree

CONTEXT = Guard.between(Linear(), Linear.of(0), Linear.of("M") - 1) & Guard.between(
    Linear(), Linear.of(1), Linear.of("N") - 1
)
CASES = {"sums": (False, False), "functions": (True, False), "labels": (True, True)}


def shown_equal(one: Recipe, other: Recipe) -> bool | None:
    """None where the zero test gives up."""
    space = space_with_atoms(Space(Budget(10.0)))
    space.declare_labels("y", Linear(), Linear.of("N") - 1)
    try:
        return space.is_zero(space.sub(one.form(space), other.form(space)), CONTEXT)
    except OutOfReachError:
        return None


@pytest.mark.parametrize("case", CASES)
def test_rewritten_forms_are_shown_equal(case: str) -> None:
    functions, labels = CASES[case]
    shown = []
    for seed in range(60):
        maker = Maker(seed, functions=functions, labels=labels)
        recipe = maker.recipe([0, 1])
        shown.append(shown_equal(recipe, maker.rewritten(recipe)))
    assert shown.count(True) >= 0.95 * len(shown)


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown_equal_is_equal_at_small_sizes(case: str) -> None:
    functions, labels = CASES[case]
    refused = 0
    for seed in range(1000, 1120):
        maker = Maker(seed, functions=functions, labels=labels)
        recipe = maker.recipe([0, 1])
        other = maker.mutated(maker.rewritten(recipe))
        if shown_equal(recipe, other):
            assert agree(recipe, other, CONTEXT, (0, 1), seed=seed), (recipe, other)
        else:
            refused += 1
    assert refused > 50


def test_rewritings_keep_values() -> None:
    for seed in range(40):
        maker = Maker(seed, functions=True, labels=True)
        recipe = maker.recipe([0, 1])
        assert agree(recipe, maker.rewritten(recipe), CONTEXT, (0, 1), seed=seed)
