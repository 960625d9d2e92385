"""Every second form, pair and identity before the judges: what is right is proved, and nothing that is wrong is.

The wrong ones are shown to the normal form alone: a proof of one would be an error of the algebra,
which the numbers, looked at first, would hide.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

import symgrad as sg
from symgrad.algebra.compare import Outcome, compare_expressions, compare_programs
from symgrad.calculus import vjp
from symgrad.evidence import prove_equation
from symgrad.evidence.claims import Claim, equal_programs
from symgrad.evidence.expressions import read_equation
from symgrad.language.build import map_node, neg
from symgrad.language.program import Define, Loop, Node, Program, Update
from symgrad.language.read import read_program
from tests.identities import IDENTITIES, Identity
from tests.second_forms import CASES, FORMS, FORWARD_PAIRS, Edit, Form, ForwardPair
from tests.test_second_forms import (
    WRONG_FORMS,
    WRONG_PAIRS,
    backward_of,
    context_of,
    first_of,
    forward_of,
    is_rectangular,
    program_of,
    read_edited,
)

RECTANGULAR = [form for form in FORMS if not form.labels]
BEYOND = [name for name in CASES if not is_rectangular(program_of(name))]

SMALL = 0.4
"""Seconds for wrong variants of long programs, which are tried until the time is over."""


@cache
def derived_of(form: Form) -> Program:
    return vjp(forward_of(form), wrt=form.wrt, average=form.case.average)


def by_algebra(claim: Claim, budget: float = 2.0) -> Outcome:
    """What the normal form alone says of a claim of programs."""
    assert not claim.mismatch
    return compare_programs(claim.left, claim.right, claim.tensors, budget=budget)


# Forms


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_form_is_proved(form):
    verdict = sg.prove(backward_of(form), derived_of(form), forward_of(form), budget=10.0)
    assert verdict, verdict.reason
    assert verdict.status == "proved"
    assert set(verdict.compared) == {f"{name}.grad" for name in form.wrt}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("form", "edit"), WRONG_FORMS, ids=str)
def test_a_wrong_form_is_not_proved(form: Form, edit: Edit):
    wrong = read_edited(form.edited(edit), edit, forward_of(form))
    claim = equal_programs(wrong, derived_of(form), forward_of(form))
    budget = SMALL if len(wrong.body) > 20 else 0.7
    outcome = by_algebra(claim, budget)
    assert not outcome.equal
    assert outcome.reason


@pytest.mark.parametrize("form", RECTANGULAR[::4], ids=str)
def test_a_wrong_form_is_refuted(form):
    edit = form.wrong[0]
    wrong = read_edited(form.edited(edit), edit, forward_of(form))
    verdict = sg.prove(wrong, derived_of(form), forward_of(form), budget=SMALL)
    assert verdict.status == "refuted", verdict.reason
    assert verdict.witness is not None


# Programs that are more than rectangular


def signs_turned(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes with `-= -x` for `+= x`, and the same values."""

    def turned(node: Node) -> Node:
        match node:
            case Loop():
                return replace(node, body=signs_turned(node.body))
            case Update():
                return replace(node, sign=-node.sign, value=neg(node.value))
        return map_node(node, lambda expr: expr)

    return tuple(turned(node) for node in nodes)


@pytest.mark.parametrize("name", BEYOND)
def test_a_program_beyond_rectangular_loops_is_proved(name):
    case, forward = CASES[name], program_of(name)
    backward = vjp(forward, wrt=case.wrt, average=case.average)
    claim = equal_programs(backward, replace(backward, body=signs_turned(backward.body)), forward)
    outcome = by_algebra(claim)
    assert outcome.equal, outcome.reason


# Pairs of forward programs


@pytest.mark.parametrize("pair", FORWARD_PAIRS, ids=str)
def test_a_pair_is_proved(pair: ForwardPair):
    verdict = sg.prove(first_of(pair), read_program(pair.second), tensors=pair.tensors)
    assert verdict, verdict.reason
    assert verdict.status == "proved"


@pytest.mark.parametrize(("pair", "edit"), WRONG_PAIRS, ids=str)
def test_a_wrong_pair_is_not_proved(pair: ForwardPair, edit: Edit):
    wrong = read_edited(pair.edited(edit), edit)
    outcome = by_algebra(equal_programs(first_of(pair), wrong, tensors=pair.tensors))
    assert not outcome.equal
    assert outcome.reason


@pytest.mark.parametrize("pair", FORWARD_PAIRS[::4], ids=str)
def test_a_wrong_pair_is_refuted(pair: ForwardPair):
    wrong = read_edited(pair.edited(pair.wrong[0]), pair.wrong[0])
    assert sg.prove(first_of(pair), wrong, tensors=pair.tensors).status == "refuted"


# Identities


def sides_compared(identity: Identity) -> Outcome:
    """What the normal form alone says of an equation."""
    equation = read_equation(identity.left, identity.right, context_of(identity.declarations))
    return compare_expressions(equation.left, equation.right, equation.context)


@pytest.mark.parametrize("identity", [i for i in IDENTITIES if i.true], ids=str)
def test_a_true_identity_is_proved(identity):
    outcome = sides_compared(identity)
    assert outcome.equal, outcome.reason


@pytest.mark.parametrize("identity", [i for i in IDENTITIES if not i.true], ids=str)
def test_a_false_identity_is_not_proved(identity):
    outcome = sides_compared(identity)
    assert not outcome.equal
    assert outcome.reason


@pytest.mark.parametrize("identity", IDENTITIES[::3], ids=str)
def test_both_judges_on_an_identity(identity):
    verdict = prove_equation(identity.left, identity.right, context_of(identity.declarations))
    assert bool(verdict) is identity.true
    assert verdict.status in (("proved",) if identity.true else ("refuted", "unknown"))


def test_a_definition_is_no_update_for_the_turned_signs():
    program = read_program("for b: y[b] = x[b]\nfor b: z[b] += y[b]")
    turned = replace(program, body=signs_turned(program.body))
    assert isinstance(turned.body[0], Loop)
    assert isinstance(turned.body[0].body[0], Define)
    assert sg.prove(program, turned, tensors=["z"])
