"""Some hundred random pairs of affine programs before the provers; more of them: `python -m tests.fuzz --affine`."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from dataclasses import replace
from functools import partial
from random import Random

import pytest

from symgrad.evidence import Verdict
from symgrad.language.legality import findings
from symgrad.language.read import read_program
from symgrad.language.write import write_program
from tests.fuzz import affine
from tests.fuzz.affine import affine_judged, affine_pair, affine_report, affine_reproducer, differ, is_equal
from tests.fuzz.affine_programs import AffineWorld
from tests.fuzz.affine_steps import CHANGES, RULES
from tests.fuzz.judging import CONTRADICTION, Judged, agree_on_floats

PAIRS, SEED, BUDGET = 300, 0, 1.0


def found_of_all() -> list[Judged]:
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        return pool.map(partial(affine_judged, SEED, budget=BUDGET), range(PAIRS), chunksize=10)


def no_verdict_contradicts_how_a_pair_was_made_or_what_numbers_say(found):
    wrong = [affine_reproducer(one) for one in found if one.fault]
    assert not wrong, "\n\n".join(wrong)


def hardly_any_mutant_stays_undecided(found):
    missed = [affine_reproducer(one) for one in found if not one.pair.equal and one.status in ("proved", "unknown")]
    assert len(missed) <= PAIRS / 100, "\n\n".join(missed)


def all_rules_fit_somewhere_and_hardly_any_pair_is_refused(found):
    steps = Counter(step for one in found for step in one.pair.steps)
    assert not {*RULES, *CHANGES} - {*steps}
    assert sum(one.status == "refused" for one in found) <= PAIRS / 20


def a_report_counts_the_verdicts(found):
    lines = affine_report(found, 1.0).splitlines()
    assert [line.split("  ")[0] for line in lines[:3]] == ["equal", "mutated", "equal after all"]
    assert any(line.startswith(f"pairs {PAIRS}, ") for line in lines)


@pytest.mark.parametrize("number", range(40))
def test_a_program_is_legal_and_can_be_read_again(number):
    program = AffineWorld(Random(number)).program()
    assert not findings(program)
    assert read_program(write_program(program)).body == program.body


EQUAL = [number for number in range(100) if is_equal(SEED, number)]


@pytest.mark.parametrize("number", EQUAL[:30])
def test_a_rewritten_side_has_the_same_values(number):
    pair = affine_pair(SEED, number)
    assert agree_on_floats(pair)
    assert not differ(pair).differ


def test_a_seed_gives_one_pair():
    assert affine_pair(3, 7) == affine_pair(3, 7)
    assert affine_pair(3, 7) != affine_pair(3, 8)


# What judges the provers, shown provers that are wrong.


def told(monkeypatch, number: int, status: str) -> Judged:
    """What is said of a pair if the provers say so of it."""
    monkeypatch.setattr(affine, "prove", lambda *_arguments, **_options: Verdict(status))
    return affine_judged(SEED, number, BUDGET)


def a_proof_of_what_differs_is_a_contradiction(monkeypatch, found):
    numbers = [n for n, one in enumerate(found) if one.status == "refuted"][:20]
    assert {told(monkeypatch, number, "proved").fault for number in numbers} == {CONTRADICTION}


def a_proof_by_the_algebra_of_what_is_refuted_is_a_contradiction(monkeypatch, found):
    number = next(n for n, one in enumerate(found) if one.status == "refuted")
    monkeypatch.setattr(affine, "_algebra_proves", lambda *_arguments: True)
    assert affine_judged(SEED, number, BUDGET).fault == CONTRADICTION


def a_refutation_of_equals_is_a_contradiction(monkeypatch, found):
    number = next(n for n, one in enumerate(found) if one.pair.equal and one.pair.steps[-1] != "equal after all")
    assert told(monkeypatch, number, "refuted").fault == CONTRADICTION


def test_a_mutant_that_is_equal_after_all_is_not_counted_as_wrong(monkeypatch):
    equal = affine_pair(SEED, EQUAL[0])
    mutant = replace(equal, equal=False, steps=(*equal.steps, "mutated: nothing"))
    monkeypatch.setattr(affine, "affine_pair", lambda *_arguments: mutant)
    judged = told(monkeypatch, 0, "proved")
    assert judged.pair.equal
    assert not judged.fault


def test_some_hundred_random_pairs(monkeypatch):
    """One test, so that the pairs are judged once however many workers there are."""
    found = found_of_all()
    no_verdict_contradicts_how_a_pair_was_made_or_what_numbers_say(found)
    hardly_any_mutant_stays_undecided(found)
    all_rules_fit_somewhere_and_hardly_any_pair_is_refused(found)
    a_report_counts_the_verdicts(found)
    with monkeypatch.context() as patch:
        a_proof_of_what_differs_is_a_contradiction(patch, found)
    with monkeypatch.context() as patch:
        a_proof_by_the_algebra_of_what_is_refuted_is_a_contradiction(patch, found)
    with monkeypatch.context() as patch:
        a_refutation_of_equals_is_a_contradiction(patch, found)
