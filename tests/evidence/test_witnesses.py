"""Every wrong variant has a witness, and plain float64 arithmetic sees it too."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from statistics import median
from typing import Any

import pytest

from symgrad import evaluate
from symgrad.evidence import Verdict, Witness, prove, prove_equation
from symgrad.evidence.claims import Claim, equal_programs
from symgrad.evidence.judge import equation_after
from symgrad.evidence.witness_points import functions_of
from symgrad.language.program import Program, Role
from symgrad.language.read import read_program
from tests.forms.edits import Edit
from tests.identities import IDENTITIES, Identity
from tests.second_forms import FORMS, FORWARD_PAIRS, Form, ForwardPair
from tests.test_second_forms import WRONG_FORMS, backward_of, context_of, first_of, forward_of, read_edited

ONE_SIDED = {"log of a product without signs", "log of a square without signs", "root of a product without signs"}
"""Identities whose sides never differ in value: one of them is defined at fewer points."""

SHORT = 2.0
"""Seconds for a verdict."""


def value_of(program: Program, witness: Witness, tensor: str) -> float:
    """The value of the cell of a witness by a run on floats."""
    functions = functions_of((program, program), witness.functions)
    known: Mapping[str, Any] = {n: v for n, v in witness.inputs.items() if n in program.tensor_named}
    given = {n: v for n, v in known.items() if program.tensor_named[n].given}
    return float(evaluate(program, given, witness.sizes, functions=functions)[tensor][witness.cell])


def is_seen(claim: Claim, witness: Witness) -> bool:
    """Whether floats see the difference, and values that are those of the witness."""
    tensor = witness.tensor or claim.tensors[0]
    left, right = (value_of(program, witness, tensor) for program in (claim.left, claim.right))
    scale = 1 + max(abs(left), abs(right))
    as_told = math.isclose(left, witness.left, rel_tol=1e-5, abs_tol=1e-9) and math.isclose(
        right, witness.right, rel_tol=1e-5, abs_tol=1e-9
    )
    return as_told and abs(left - right) > 1e-7 * scale


def numbers_in(cells: Any) -> list[Any]:
    return [n for cell in cells for n in numbers_in(cell)] if isinstance(cells, list) else [cells]


def check(verdict: Verdict, claim: Claim) -> Witness:
    """The witness of a refuted claim, seen by floats."""
    assert verdict.status == "refuted", verdict.reason
    assert verdict.witness is not None
    assert is_seen(claim, verdict.witness), str(verdict)
    return verdict.witness


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("form", "edit"), WRONG_FORMS, ids=str)
def test_wrong_forms_have_witnesses_that_floats_see(form: Form, edit: Edit):
    forward, right = forward_of(form), backward_of(form)
    asked = [f"{name}.grad" for name in form.wrt]
    wrong = read_edited(form.edited(edit), edit, forward)
    witness = check(prove(right, wrong, forward, asked, budget=SHORT), equal_programs(right, wrong, forward, asked))
    assert max(witness.sizes.values(), default=1) <= 7


@pytest.mark.parametrize("pair", FORWARD_PAIRS, ids=str)
def test_wrong_programs_of_pairs_have_witnesses_that_floats_see(pair: ForwardPair):
    for edit in pair.wrong:
        wrong = read_edited(pair.edited(edit), edit)
        tensors = list(pair.tensors)
        check(
            prove(first_of(pair), wrong, None, tensors, budget=SHORT),
            equal_programs(first_of(pair), wrong, None, tensors),
        )


@pytest.mark.parametrize("identity", [i for i in IDENTITIES if not i.true], ids=str)
def test_false_identities_have_witnesses_that_floats_see(identity: Identity):
    context = context_of(identity.declarations)
    verdict = prove_equation(identity.left, identity.right, context, budget=SHORT)
    if identity.name in ONE_SIDED:
        assert verdict.status == "unknown"
        assert "has a value and the " in verdict.reason
        return
    equation, _ = equation_after(identity.left, identity.right, context)
    check(verdict, Claim(*equation.programs(), (equation.name,)))


def test_witnesses_are_of_few_and_small_numbers():
    counts, largest = [], []
    for form in FORMS[::3]:
        if any(t.role is Role.INTEGER or t.over for t in forward_of(form).tensors) or forward_of(form).constraints:
            continue
        edit = form.wrong[0]
        wrong = read_edited(form.edited(edit), edit, forward_of(form))
        witness = prove(backward_of(form), wrong, forward_of(form), budget=2.0).witness
        numbers = [n for cells in witness.inputs.values() for n in numbers_in(cells)]
        counts.append(sum(n != 0 for n in numbers))
        largest.append(max(max(abs(Fraction(n).numerator), Fraction(n).denominator) for n in numbers))
    assert median(counts) <= 4
    assert median(largest) <= 2


@pytest.mark.parametrize(
    ("second", "sizes"),
    [
        ("for t: y[t] += x[t] + 1[t = 17] x[t]", {"T": 18}),
        ("for t, t2: y[t] += 1[t2 = t] x[t2] + 1[t2 = t - 13] x[t2]^2", {"T": 14}),
        ("for t: y[t] += x[t]\nfor t in 15..T-1: y[t] -= x[t - 15]", {"T": 16}),
    ],
)
def test_a_difference_that_no_small_sizes_show_is_found_where_sets_do_not_cancel(second, sizes):
    given = "index t, t2 in T\ninput x[t]\n"
    verdict = prove(read_program(given + "for t: y[t] += x[t]"), read_program(given + second))
    assert verdict.status == "refuted"
    assert verdict.witness.sizes == sizes
