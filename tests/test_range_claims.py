"""Claims beyond rectangular loops before the provers: none is contradicted, and what is wrong is refuted.

python -m tests.test_range_claims             what is said of each claim, and how long it takes
python -m tests.test_range_claims --only NAME  of the claims whose name holds NAME, and of their edits
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import pytest

import symgrad as sg
from symgrad.algebra.compare import Outcome, compare_programs
from symgrad.evidence import Verdict
from symgrad.evidence.claims import Claim, equal_programs
from symgrad.evidence.numbers import Comparison
from symgrad.language.legality import findings
from symgrad.language.program import Program
from tests.forms.edits import Edit
from tests.range_claims import CLAIMS, PROVED, RangeClaim

BUDGET = 2.0
AMPLE = 10.0
"""Seconds for what is expected to be proved, which takes them only where other work slows it down."""

SMALL = 0.6
"""Seconds for wrong variants, many of which are tried until the time is over."""

CHOICES_OF_SIZES = 5
FEWEST_POINTS = 12
"""Exact points at which the sides of a claim agree."""

each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=str)


def of_sides(claim: RangeClaim, second: Program) -> Claim:
    """What is compared, with the claim's second side or an edited one."""
    compared = equal_programs(claim.first, second, claim.program, claim.tensors)
    assert not compared.mismatch, compared.mismatch
    return compared


def verdict_on(claim: RangeClaim, second: Program, budget: float = BUDGET) -> Verdict:
    return sg.prove(claim.first, second, claim.program, claim.tensors, budget=budget)


def by_algebra(claim: RangeClaim, second: Program) -> Outcome:
    """What the first judge says, without the numbers."""
    compared = of_sides(claim, second)
    return compare_programs(compared.left, compared.right, compared.tensors, budget=SMALL)


def true_sides(claim: RangeClaim) -> list[Program]:
    """The second side, and after each edit that keeps it equal."""
    return [claim.second, *(claim.edited(edit) for edit in claim.also)]


@pytest.mark.sampled(2)
@each_claim
def test_a_claim_holds_on_numbers(claim: RangeClaim):
    for second in true_sides(claim):
        compared = of_sides(claim, second)
        search = Comparison(compared.left, compared.right, compared.tensors).search(BUDGET, CHOICES_OF_SIZES)
        assert search.witness is None
        assert search.points >= FEWEST_POINTS, search.trouble


@each_claim
def test_what_is_wrong_is_refuted(claim: RangeClaim):
    for edit in claim.wrong:
        verdict = verdict_on(claim, claim.edited(edit))
        assert verdict.status == "refuted", edit.what
        assert verdict.witness is not None, edit.what


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("claim", "edit"), [(claim, edit) for claim in CLAIMS for edit in claim.wrong], ids=str)
def test_what_is_wrong_is_not_proved(claim: RangeClaim, edit: Edit):
    assert not by_algebra(claim, claim.edited(edit)).equal


@each_claim
def test_an_edit_is_illegal_if_and_only_if_it_says_so(claim: RangeClaim):
    for edit in (*claim.wrong, *claim.also):
        assert claim.untimely or bool(findings(claim.edited(edit))) == edit.illegal, edit.what


@each_claim
def test_a_claim_is_proved_or_says_why_not(claim: RangeClaim):
    for second in true_sides(claim):
        verdict = verdict_on(claim, second, AMPLE if claim.expected == PROVED else BUDGET)
        assert verdict.status == claim.expected, verdict.reason or verdict
        assert verdict.status == PROVED or (claim.why and verdict.reason)


def test_every_claim_has_wrong_variants_and_a_name_of_its_own():
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)
    assert all(len(claim.wrong) >= 2 for claim in CLAIMS)


def main() -> None:
    """Print what is said of each claim; with --only, of its edits too."""
    parser = argparse.ArgumentParser(prog="python -m tests.test_range_claims")
    parser.add_argument("--only", default="", help="a part of the names of the claims to look at")
    parser.add_argument("--algebra", action="store_true", help="all wrong variants, before the algebra alone")
    options = parser.parse_args()
    only = options.only
    if options.algebra:
        _print_proved_although_wrong(only)
        return
    counts: Counter[tuple[str, str]] = Counter()
    for claim in CLAIMS:
        if only in claim.name:
            verdict = _shown(claim, claim.second, claim.name, claim.expected)
            counts[claim.expected, verdict.status] += 1
            edits: list[tuple[Edit, str]] = [(edit, claim.expected) for edit in claim.also]
            edits += [(edit, "refuted") for edit in claim.wrong] if only else []
            for edit, expected in edits:
                _shown(claim, claim.edited(edit), f"    {edit.what}", expected)
    for (expected, status), number in sorted(counts.items()):
        print(f"expected {expected}: {number} {status}")


def _print_proved_although_wrong(only: str) -> None:
    wrong = [(claim, edit) for claim in CLAIMS for edit in claim.wrong if only in claim.name]
    proved = [(claim, edit) for claim, edit in wrong if by_algebra(claim, claim.edited(edit)).equal]
    for claim, edit in proved:
        print(f"proved, but wrong: {claim}: {edit}")
    print(f"{len(wrong)} wrong variants, {len(proved)} of them proved")


def _shown(claim: RangeClaim, second: Program, name: str, expected: str) -> Verdict:
    start = time.perf_counter()
    verdict = verdict_on(claim, second)
    mark = " " if verdict.status == expected else "!"
    print(
        f"{mark} {verdict.status:8} {(time.perf_counter() - start) * 1e3:6.0f} ms  {name}  {verdict.reason}", flush=True
    )
    return verdict


if __name__ == "__main__":
    main()
