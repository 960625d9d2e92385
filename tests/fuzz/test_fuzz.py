"""A thousand random pairs before the provers: what is equal is never refuted, what is mutated never proved."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from functools import partial
from random import Random

import pytest

from symgrad.evaluate.run import run_on_cells
from symgrad.evidence import Verdict
from symgrad.language.read import read_program
from symgrad.language.write import write_program
from tests.fuzz.__main__ import report
from tests.fuzz.function_rules import RULES
from tests.fuzz.judging import CONTRADICTION, ERROR, Judged, agree_on_floats, fault_of, judged, reproducer
from tests.fuzz.pairs import EXPRESSIONS, GRADIENTS, PROGRAMS, pair_of

PAIRS, SEED, BUDGET = 1000, 0, 1.0


def found_of_all() -> list[Judged]:
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        return pool.map(partial(judged, SEED, budget=BUDGET), range(PAIRS), chunksize=20)


def no_verdict_contradicts_how_a_pair_was_made_or_what_numbers_say(found):
    wrong = [reproducer(one) for one in found if one.fault]
    assert not wrong, "\n\n".join(wrong)


def hardly_any_pair_stays_undecided(found):
    undecided = [reproducer(one) for one in found if one.status not in ("proved", "refuted")]
    assert len(undecided) < 0.02 * PAIRS, "\n\n".join(undecided)


def a_report_counts_the_verdicts(found):
    lines = report(found, 1.0).splitlines()
    assert lines[0].startswith("expressions  equal ")
    assert any(line.startswith(f"pairs {PAIRS}, ") for line in lines)
    assert any(line.startswith("undecided ") for line in lines)


def all_kinds_of_pairs_are_judged(found):
    counts = Counter((one.pair.kind, one.pair.equal, one.status) for one in found)
    for kind in (EXPRESSIONS, PROGRAMS, GRADIENTS):
        assert counts[kind, True, "proved"] >= 50
        assert counts[kind, False, "refuted"] >= 40
    missing = RULES.keys() - {name for one in found for name in one.pair.steps}
    assert len(missing) <= 2, f"rules that fit nowhere: {missing}"


@pytest.mark.parametrize("number", range(0, 160, 4))
def test_a_rewritten_side_has_the_same_values(number):
    assert agree_on_floats(pair_of(SEED, number))


# What judges the provers, shown provers that are wrong.


def test_a_refutation_of_equals_is_a_contradiction():
    fault, reason = fault_of(pair_of(SEED, 0), Verdict("refuted"))
    assert fault == CONTRADICTION
    assert "numbers agree" in reason


def a_proof_of_what_differs_is_a_contradiction(found):
    wrong = [one.pair for one in found if one.status == "refuted"][:40]
    assert {fault_of(pair, Verdict("proved"))[0] for pair in wrong} == {CONTRADICTION}


def test_a_judge_that_raises_is_a_fault(monkeypatch):
    def broken(*_arguments, **_options):
        raise ValueError("broken")

    monkeypatch.setattr("tests.fuzz.judging.prove_equation", broken)
    number = next(n for n in range(100) if pair_of(SEED, n).kind == EXPRESSIONS)
    assert (judged(SEED, number, 1.0).fault, judged(SEED, number, 1.0).status) == (ERROR, "error")


def test_a_seed_gives_one_pair():
    assert pair_of(3, 7) == pair_of(3, 7)
    assert pair_of(3, 7) != pair_of(3, 9)


@pytest.mark.parametrize("number", range(1, 60, 7))
def test_a_reproducer_can_be_read_again(number):
    pair = pair_of(SEED, number)
    for side in (pair.left, pair.right):
        read = read_program(write_program(side), check=False)
        draw = Random(number)
        sizes = dict.fromkeys(side.size_named, 2)
        given = {t.name: _cells(t, draw) for t in side.tensors if t.given}
        assert _shown(run_on_cells(read, sizes, given)) == _shown(run_on_cells(side, sizes, given))


def _cells(tensor, draw):
    from symgrad.evaluate.cells import given_cells

    return {cell: draw.uniform(0.5, 1.5) for cell in given_cells(tensor, {"B": 2, "J": 2})}


def _shown(tables):
    return {name: {cell: f"{value:.9g}" for cell, value in cells.items()} for name, cells in tables.items()}


def test_a_thousand_random_pairs():
    """One test, so that the pairs are judged once however many workers there are."""
    found = found_of_all()
    no_verdict_contradicts_how_a_pair_was_made_or_what_numbers_say(found)
    hardly_any_pair_stays_undecided(found)
    a_report_counts_the_verdicts(found)
    all_kinds_of_pairs_are_judged(found)
    a_proof_of_what_differs_is_a_contradiction(found)
