"""The two judges share no algebra: where one proves, the other must find no witness, over every program of the list."""

from __future__ import annotations

import time

import pytest

from symgrad.algebra.compare import compare_programs
from symgrad.evidence.claims import equal_programs
from symgrad.evidence.numbers import Comparison
from symgrad.language.read import read_program
from tests.evidence.test_numbers import FALSE, flipped
from tests.programs import PROGRAMS


@pytest.mark.parametrize(("first", "second"), FALSE)
def test_the_normal_form_proves_nothing_that_is_false(first, second):
    claim = equal_programs(read_program(first), read_program(second), tensors=["y"])
    assert not compare_programs(claim.left, claim.right, claim.tensors).equal


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_a_flipped_sign_is_proved_only_where_numbers_agree(case):
    backward = case.backward
    if not backward.body:
        return
    claim = equal_programs(backward, flipped(backward))
    start = time.process_time()
    outcome = compare_programs(claim.left, claim.right, claim.tensors, budget=1.0)
    assert time.process_time() - start < 10, "the budget is not kept"
    if outcome.equal:
        assert Comparison(claim.left, claim.right, claim.tensors).search(5.0, 4).witness is None
