"""The second judge before all second forms, pairs and identities: what is true agrees, what is false differs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from symgrad.calculus import vjp
from symgrad.evidence.claims import Claim, equal_programs
from symgrad.evidence.expressions import read_equation
from symgrad.evidence.field_test import AGREE, DIFFER, LEAST_SAMPLES, UNKNOWN, FieldTest, field_test
from symgrad.language.program import Program
from symgrad.language.read import read_program
from tests.identities import IDENTITIES, Identity
from tests.second_forms import CASES, FORMS, FORWARD_PAIRS, Form
from tests.test_proofs import signs_turned
from tests.test_second_forms import (
    WRONG_FORMS,
    WRONG_PAIRS,
    backward_of,
    context_of,
    forward_of,
    program_of,
    read_edited,
)

ONLY_BY_DOMAIN = {
    "log of a product without signs",
    "log of a square without signs",
    "root of a product without signs",
}
"""False only where one side has no value: finite fields compare what both have."""

BEYOND_FIELDS = {"perceptron_20", "function_table"}
"""Programs with more nested functions than there are fields, or with functions whose laws no field has."""

NO_POINTS = {"batch norm by centred cells: read before it is complete"}
"""What divides by zero, as it is written."""


@cache
def derived_of(form: Form) -> Program:
    return vjp(forward_of(form), wrt=form.wrt, average=form.case.average)


def judged(claim: Claim, **options: int) -> FieldTest:
    return field_test(claim.left, claim.right, claim.tensors, budget=5.0, **options)


def judged_identity(identity: Identity, seed: int = 0) -> FieldTest:
    equation = read_equation(identity.left, identity.right, context_of(identity.declarations))
    return field_test(*equation.programs(), [equation.name], seed=seed)


def programs(first: str, second: str) -> FieldTest:
    return judged(equal_programs(read_program(first), read_program(second), tensors=["y"]))


# What is true


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_form_agrees(form):
    result = judged(equal_programs(backward_of(form), derived_of(form), forward_of(form)))
    if form.name == "function_table":
        assert result.status == UNKNOWN
        assert "asin" in result.reason
    else:
        assert result.status == AGREE, result
        assert len(result.sizes) >= 1


@pytest.mark.parametrize("pair", FORWARD_PAIRS, ids=str)
def test_a_pair_agrees(pair):
    claim = equal_programs(read_program(pair.first), read_program(pair.second), tensors=pair.tensors)
    assert judged(claim, seed=1).status == AGREE


@pytest.mark.parametrize("identity", [i for i in IDENTITIES if i.true], ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_a_true_identity_agrees(identity, seed):
    assert judged_identity(identity, seed).status == AGREE


@pytest.mark.parametrize("name", CASES)
def test_a_derived_program_agrees_with_itself_written_otherwise(name):
    case, forward = CASES[name], program_of(name)
    backward = vjp(forward, wrt=case.wrt, average=case.average)
    if backward.body:
        claim = equal_programs(backward, replace(backward, body=signs_turned(backward.body)), forward)
        assert judged(claim).status == AGREE


# What is false


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("form", "edit"), WRONG_FORMS, ids=str)
def test_a_wrong_form_differs(form, edit):
    wrong = read_edited(form.edited(edit), edit, forward_of(form))
    result = judged(equal_programs(wrong, derived_of(form), forward_of(form)))
    assert result.status == (UNKNOWN if form.program in BEYOND_FIELDS else DIFFER), result
    assert bool(result.tensor) == (result.status == DIFFER)


@pytest.mark.parametrize(("pair", "edit"), WRONG_PAIRS, ids=str)
def test_a_wrong_pair_differs(pair, edit):
    wrong = read_edited(pair.edited(edit), edit)
    result = judged(equal_programs(read_program(pair.first), wrong, tensors=pair.tensors))
    assert result.status == (UNKNOWN if f"{pair}: {edit}" in NO_POINTS else DIFFER), result


@pytest.mark.parametrize("identity", [i for i in IDENTITIES if not i.true], ids=str)
def test_a_false_identity_differs(identity):
    result = judged_identity(identity)
    assert result.status == (AGREE if identity.name in ONLY_BY_DOMAIN else DIFFER), result


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("input x\ny = sqrt(x^2)", "input x\ny = x"),
        ("input x, t\ny = sqrt(x^2 t^2)", "input x, t\ny = x t"),
        ("index i in N\ninput a[i]\ny = sum_i a[i]", "index i in N\ninput a[i]\ny = sum_{i >= 1} a[i]"),
        ("index i in N\ninput a[i]\ny = mean_i a[i]", "index i in N\ninput a[i]\ny = sum_i a[i]/(N + 1)"),
        ("input x\ny = relu(x)", "input x\ny = x"),
        ("input x\ny = max(x, -5)", "input x\ny = x"),
        ("index i in N\ninput x[i]\ny = sum_i min(relu(x[i]), 6)", "index i in N\ninput x[i]\ny = sum_i relu(x[i])"),
        ("input x\ny = exp(x)^1000", "input x\ny = exp(x)"),
        ("function f(u)\ninput x\ny = f(x + 1)", "function f(u)\ninput x\ny = f(x) + f(1)"),
        (
            "index b in B, j in J\ninput s[b, j]\ninteger l[b] in J\ny = sum_b s[b, l[b]]",
            "index b in B, j in J\ninput s[b, j]\ninteger l[b] in J\ny = sum_b s[b, 0]",
        ),
    ],
)
def test_what_is_false_differs_at_every_seed(first, second):
    claim = equal_programs(read_program(first), read_program(second), tensors=["y"])
    assert {judged(claim, seed=seed).status for seed in range(12)} == {DIFFER}


# What it says


def test_samples_and_bits_are_told():
    claim = equal_programs(
        read_program("index j in J\ninput a[j]\ny = (sum_j a[j])^2"),
        read_program("index i, j in J\ninput a[j]\ny = sum_{i, j} a[i] a[j]"),
        tensors=["y"],
    )
    result = field_test(claim.left, claim.right, claim.tensors, bound=True)
    assert result.samples == 1
    assert 40 < result.bits <= 58
    assert [dict(s) for s in result.sizes] == [{"J": 2}, {"J": 3}]
    assert judged(claim).bits == 0, "nobody asked"


def test_roots_take_many_samples():
    result = programs("input x > 0\ny = sqrt(x^3)", "input x > 0\ny = x sqrt(x)")
    assert result.status == AGREE
    assert result.samples >= LEAST_SAMPLES


def test_sizes_that_are_asked_for_are_looked_at():
    claim = equal_programs(
        read_program("index j in J\ninput a[j]\ny = sum_j a[j]"),
        read_program("index j in J\ninput a[j]\ny = a[0] + 1[J > 1] a[J - 1]"),
        tensors=["y"],
    )
    sizes = [{"J": 1}, {"J": 2}]
    assert field_test(claim.left, claim.right, claim.tensors, sizes).status == AGREE
    result = field_test(claim.left, claim.right, claim.tensors, [*sizes, {"J": 3}])
    assert (result.status, result.sizes[-1], result.cell) == (DIFFER, {"J": 3}, ())


def test_functions_with_laws_of_their_own_are_unknown_where_they_differ():
    result = programs("input x > 0\ny = gamma(x + 1)", "input x > 0\ny = x gamma(x)")
    assert result.status == UNKNOWN
    assert "gamma" in result.reason
    assert programs("input x > 0\ny = gamma(2 x)", "input x > 0\ny = gamma(x + x)").status == AGREE


def test_what_cannot_be_run_is_unknown_and_says_why():
    result = programs("input x\ny = 1/(x - x)", "input x\ny = 0")
    assert result.status == UNKNOWN
    assert "values" in result.reason
    text = "index j in J\ninput t[j]\nconstraint sum_j t[j]^2 = 1\ny = sum_j t[j]"
    assert "linear" in programs(text, text).reason


def test_the_budget_is_kept():
    claim = equal_programs(backward_of(FORMS[0]), derived_of(FORMS[0]), forward_of(FORMS[0]))
    result = field_test(claim.left, claim.right, claim.tensors, [{"B": 2, "J": 40}] * 1000, budget=0.05)
    assert result.status == UNKNOWN
    assert "time" in result.reason
