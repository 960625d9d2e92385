"""Proofs in parts: long programs are proved, and what is wrong in one part is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symgrad.algebra.terms import Budget
from symgrad.calculus import vjp
from symgrad.language.build import mul, number
from symgrad.language.read import read_program
from symgrad.optimise.candidate import Candidate
from symgrad.optimise.composed import prove_in_parts
from symgrad.optimise.model import Model, model
from symgrad.optimise.search import search
from tests.programs import perceptron


@pytest.fixture(scope="module")
def found() -> tuple[Model, Candidate, list[str]]:
    """The optimised backward program of nine layers, with the gradients that no region holds."""
    plain = model(vjp(read_program(perceptron(9))), budget=Budget(20))
    best, regions = search(plain)
    assert best is not None
    inside = {name for region in regions for name in region.adjoints}
    return plain, best, [name for name in plain.adjoints if name not in inside]


def test_a_long_program_is_proved_in_parts(found):
    plain, best, settled = found
    verdict = prove_in_parts(plain, best, settled, 10)
    assert verdict
    assert "parts are proved" in verdict.evidence[0]
    assert set(verdict.compared) == set(plain.program.outputs)


def test_what_is_wrong_in_one_part_is_refuted(found):
    plain, best, settled = found
    lines = tuple(
        replace(line, value=mul(number(2), line.value)) if line.target.name == "a8.grad" else line
        for line in best.lines
    )
    assert lines != best.lines
    wrong = replace(best, lines=lines)
    assert prove_in_parts(plain, wrong, settled, 10).status == "refuted"


def test_a_line_that_is_left_out_is_refuted(found):
    plain, best, settled = found
    lines = tuple(line for line in best.lines if line.target.name != "c8.grad")
    assert prove_in_parts(plain, replace(best, lines=lines), settled, 10).status == "refuted"
