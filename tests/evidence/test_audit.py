"""What the finite fields add to verdicts: audits of proofs, and claims that are probable."""

from __future__ import annotations

import json

import pytest

from symgrad.algebra.compare import Outcome
from symgrad.evidence import Verdict, prove
from symgrad.language.read import read_program

UNDECIDED = Outcome(False, (), (), "nobody asked")


def verdict_on(first: str, second: str, given: str = "") -> Verdict:
    return prove(read_program(given + first), read_program(given + second), None, ["y"])


@pytest.fixture
def undecided(monkeypatch):
    """A first judge that decides nothing."""
    monkeypatch.setattr("symgrad.algebra.compare.compare_programs", lambda *_args, **_options: UNDECIDED)


ROWS = "index b in B, j, k in J\ninput x[b, j], t[b, j]\n"


def test_a_proof_is_audited_at_the_sizes_that_decide_all():
    verdict = verdict_on("for b: y[b] += (sum_j x[b, j])^2", "for b: y[b] += sum_{j, k} x[b, j] x[b, k]", ROWS)
    assert verdict
    assert verdict.evidence[:2] == ("equal normal forms", "equal at 2 exact points")
    assert verdict.evidence[2].startswith("equal in finite fields at B = 1, J = 2, which decides all sizes; wrong with")


def test_where_no_sizes_decide_all_the_reason_is_told():
    verdict = verdict_on("for b: y[b] += exp(sum_j x[b, j])^2", "for b: y[b] += exp(2 sum_j x[b, j])", ROWS)
    assert verdict
    assert verdict.evidence[2] == (
        "equal in finite fields at B = 2, J = 3 and B = 3, J = 2; no sizes decide all: a function of a sum over J"
    )


def test_branches_of_real_points_are_no_bound(undecided):
    verdict = verdict_on("y = relu(x)", "y = x 1[x > 0]")
    assert verdict.status == "unknown"
    assert verdict.evidence == ("equal in finite fields; branches are those of some real points",)


@pytest.mark.parametrize(
    ("first", "second", "given"),
    [
        ("y = (x + t)^3", "y = x^3 + 3 x^2 t + 3 x t^2 + t^3", ""),
        ("y = tanh(x)", "y = 2 sigmoid(2 x) - 1", ""),
        ("for b: y[b] += (sum_j x[b, j]) (sum_j t[b, j])", "for b: y[b] += sum_{j, k} x[b, j] t[b, k]", ROWS),
        ("y = sqrt(x t)", "y = sqrt(x) sqrt(t)", "input x > 0, t > 0\n"),
    ],
)
def test_what_only_the_finite_fields_decide_is_probable(undecided, first, second, given):
    verdict = verdict_on(first, second, given)
    assert verdict.status == "probable"
    assert not verdict
    assert verdict.bits >= 20
    assert verdict.reason == "nobody asked"
    assert str(verdict).startswith(f"probable 2^-{verdict.bits}: y")
    found = json.loads(json.dumps(verdict.to_json()))
    assert (found["verdict"], found["bits"]) == ("probable", verdict.bits)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("y = log(x t)", "y = log(x) + log(t)"),
        ("y = sqrt(x t)", "y = sqrt(x) sqrt(t)"),
        ("for b: y[b] += exp(sum_j x[b, j])", "for b: y[b] += exp(sum_k x[b, k])"),
        ("for b: y[b] += max_j exp(x[b, j])", "for b: y[b] += exp(max_j x[b, j])"),
    ],
)
def test_agreement_without_a_bound_is_not_probable(undecided, first, second):
    assert verdict_on(first, second, ROWS if "[" in first else "").status == "unknown"


def test_an_identity_of_small_sizes_only_is_refuted():
    """(tr A)^2 - tr A^2 = 2 det A for 2 x 2 matrices; 0 at N = 1."""
    given = "index i, j, k in N\ninput a[i, j]\n"
    third = (
        "(sum_i a[i, i])^3 - 3 (sum_i a[i, i]) (sum_{i, j} a[i, j] a[j, i]) + 2 sum_{i, j, k} a[i, j] a[j, k] a[k, i]"
    )
    verdict = verdict_on(f"y = {third}", "y = 0 + 0 sum_i a[i, i]", given)
    assert verdict.status == "refuted"
    assert verdict.witness.sizes == {"N": 3}
