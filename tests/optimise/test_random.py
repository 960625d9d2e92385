"""Random programs: what is found is never wrong, and nothing breaks."""

from __future__ import annotations

from random import Random

import pytest

from symgrad.calculus import vjp
from symgrad.errors import SymgradError
from symgrad.language.program import Program
from symgrad.optimise import optimise
from tests.fuzz.programs import random_program
from tests.fuzz.world import World

_FIRST_SEEDS = (3, 68, 69, 220, 477, 532, 551)
"""Programs that were optimised wrongly, or not at all, while this was written."""


def backward_of(seed: int) -> Program | None:
    """A random backward program, None where the forward program cannot be differentiated."""
    try:
        return vjp(random_program(World(Random(f"opt:{seed}")), Random(seed).choice((2, 3, 4)), 2))
    except SymgradError:
        return None


@pytest.mark.parametrize("seed", [*_FIRST_SEEDS, *range(2000, 2008)])
def test_random_programs_are_optimised_rightly_or_kept(seed):
    backward = backward_of(seed)
    if backward is not None and backward.body:
        found = optimise(backward, budget=10, proof_budget=10)
        assert "refuted" not in found.reason
        assert found.verdict.status == "proved"
