"""Certificates: what they say is checked as it is written, changed ones are turned down; the boundary is covered."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import inf, log

import pytest

from symgrad.errors import UsageError
from symgrad.evidence import prove_chain, prove_inequality
from symgrad.evidence.inequalities.boundary import reaches_boundary
from symgrad.evidence.inequalities.certificate import Certificate
from symgrad.evidence.inequalities.check import checked
from symgrad.evidence.inequalities.context import interior
from symgrad.evidence.inequalities.scalar import LOGARITHM, TANGENT, derivative, minimum, scalar
from symgrad.language.build import mul, neg, number
from symgrad.language.program import Program
from symgrad.language.read import read_program

TEXT = """
index x in X, y in Y, b in B
distribution P[x] over x, Q[x] over x, R[x, y] over x, y, F[b, x] over x, G[b, x] over x
input a > 0, c > 0, n[x] >= 0, u[x]
HP = E_{x ~ P} - ln P[x]
HPQ = E_{x ~ P} - ln Q[x]
KL = E_{x ~ P} ln(P[x]/Q[x])
"""


@pytest.fixture(scope="module")
def context() -> Program:
    return read_program(TEXT)


@pytest.fixture(scope="module")
def gibbs(context) -> Certificate:
    found = prove_inequality("HPQ", ">=", "HP", context).certificate
    assert found is not None
    return found


def test_a_certificate_is_checked_as_it_is_written(context, gibbs):
    assert checked(gibbs, interior(context), 2.0)


CHANGES = {
    "another function": {"phi": scalar([(1, 0, 1), (0, 0, -2), (0, 1, -1)])},
    "half of the function": {"phi": scalar([(1, 0, Fraction(1, 2)), (0, 0, Fraction(-1, 2)), (0, 1, -1)])},
    "no multiple of the constraint": {"phi": LOGARITHM},
    "a ratio taken to be at most 1": {"phi": LOGARITHM, "at_most_one": True},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_certificate_with_a_changed_function_is_turned_down(context, gibbs, change):
    (term,) = gibbs.terms
    assert checked(replace(gibbs, terms=(replace(term, **CHANGES[change]),)), interior(context), 2.0) is None


def test_a_certificate_with_other_weights_ratios_or_rests_is_turned_down(context, gibbs):
    (term,) = gibbs.terms
    whole = interior(context)
    for changed in (
        replace(gibbs, terms=(replace(term, weight=neg(term.weight)),)),
        replace(gibbs, terms=(replace(term, weight=mul(number(2), term.weight)),)),
        replace(gibbs, terms=(replace(term, ratio=mul(number(2), term.ratio)),)),
        replace(gibbs, terms=()),
        replace(gibbs, rest=replace(gibbs.rest, weight=number(-1))),
        replace(gibbs, left=gibbs.right, right=gibbs.left),
        replace(gibbs, terms=(term, replace(term, weight=neg(term.weight)), term)),
    ):
        assert checked(changed, whole, 2.0) is None


def test_a_certificate_is_data(gibbs):
    found = json.loads(json.dumps(gibbs.to_json()))
    assert found["left"] == "HPQ"
    assert found["equality"] == ["P[x] = Q[x] for all x"]
    assert found["boundary"] is True
    (term,) = found["terms"]
    assert (term["weight"], term["ratio"]) == ("P[x]", "Q[x]/P[x]")
    assert (term["phi"], term["second_derivative"]) == ("r - 1 - log(r)", "1/r^2")


def test_a_verdict_has_its_certificate(context):
    proved = prove_inequality("KL", ">=", "0", context)
    assert proved.to_json()["certificate"]["terms"]
    assert "certificate" not in prove_inequality("KL", "<=", "0", context).to_json()
    assert "equality exactly where P[x] = Q[x] for all x" in str(proved)


# Functions of one variable


@pytest.mark.parametrize(
    ("terms", "least"),
    [
        ([(1, 0, 1), (0, 0, -1), (0, 1, -1)], (True, True)),
        ([(1, 1, 1), (0, 1, -1)], (True, True)),
        ([(2, 0, 1), (1, 0, -2), (0, 0, 1)], (True, True)),
        ([(Fraction(1, 2), 0, 2), (0, 0, -2), (0, 1, -1)], (True, False)),
        ([(2, 0, 1), (0, 0, 1)], (False, True)),
        ([(1, 0, 1), (0, 0, -2), (0, 1, -1)], None),
        ([(2, 0, 1), (1, 0, -3), (0, 0, 2)], None),
        ([(0, 1, 1)], None),
        ([(3, 0, 1), (2, 0, -3), (1, 0, 3), (0, 0, -1)], None),
        ([(0, 0, -1)], None),
    ],
)
def test_the_minimum_of_a_function(terms, least):
    found = minimum(scalar(terms))
    assert (found and (found.only_at_one, found.convex)) == least
    if found:
        values = [
            sum(float(c) * r ** float(a) * log(r) ** m for a, m, c in terms) for r in (0.01, 0.3, 0.9, 1.2, 3, 50)
        ]
        assert min(values) > 0


def test_derivatives_of_functions():
    assert derivative(TANGENT) == scalar([(0, 0, 1), (-1, 0, -1)])
    assert derivative(scalar([(2, 2, 1)])) == scalar([(1, 2, 2), (1, 1, 2)])


# The boundary


def log0(x: float) -> float:
    return log(x) if x > 0 else -inf


def times(weight: float, value: float) -> float:
    """0 times a logarithm is 0."""
    return weight * value if weight else 0.0


FORMS = {
    "HPQ >= HP": lambda P, Q: sum(times(p, -log0(q)) - times(p, -log0(p)) for p, q in zip(P, Q, strict=True)),
    "HP >= 0": lambda P, _: sum(times(p, -log0(p)) for p in P),
    "ln X >= HP": lambda P, _: log(len(P)) - sum(times(p, -log0(p)) for p in P),
    "1 >= sum_x P[x]^2": lambda P, _: 1 - sum(p * p for p in P),
    "1 >= sum_x sqrt(P[x] Q[x])": lambda P, Q: 1 - sum((p * q) ** 0.5 for p, q in zip(P, Q, strict=True)),
    "ln 2 >= 1/2 sum_x P[x] ln(2 P[x]/(P[x] + Q[x])) + 1/2 sum_x Q[x] ln(2 Q[x]/(P[x] + Q[x]))": lambda P, Q: (
        log(2)
        - sum(
            times(p / 2, log0(2 * p / (p + q) if p else 0)) + times(q / 2, log0(2 * q / (p + q) if q else 0))
            for p, q in zip(P, Q, strict=True)
        )
    ),
}


@pytest.mark.parametrize("claim", FORMS)
def test_what_covers_the_boundary_holds_there_by_the_conventions(context, claim):
    left, right = claim.split(" >= ")
    verdict = prove_inequality(left, ">=", right, context)
    assert verdict.status == "proved"
    assert verdict.certificate.boundary
    rows = [row for row in product((0, 0.25, 0.5, 0.75, 1), repeat=3) if sum(row) == 1]
    for P, Q in product(rows, rows):
        value = FORMS[claim](P, Q)
        assert value >= -1e-12
        if claim == "HPQ >= HP":
            assert (abs(value) < 1e-12) == (P == Q)  # the case of equality, on the boundary too


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("sum_x P[x] ln(P[x]/Q[x])", True),
        ("sum_x P[x]^2/Q[x]", True),
        ("sum_x sqrt(P[x]) ln(P[x] + Q[x]) ln(Q[x])", True),
        ("sum_x P[x]/ln(Q[x])", False),
        ("sum_x exp(P[x])", False),
        ("sum_x ln(-ln P[x])", False),
        ("sum_x sqrt(-ln P[x])", False),
        ("exp(a) sum_x P[x]", True),
    ],
)
def test_which_values_are_limits_from_the_interior(context, text, covered):
    from symgrad.evidence.expressions import read_side

    expr, whole = read_side(text, context)
    assert reaches_boundary(whole, (expr,)) is covered


def test_a_constraint_among_cells_that_may_be_0_leaves_the_boundary_out():
    bound = read_program("index x in X\ndistribution P[x] over x\nconstraint sum_x P[x]^2 = 1/2\ny[x] = P[x]")
    verdict = prove_inequality("sum_x -P[x] ln P[x]", ">=", "0", bound)
    assert verdict.status == "proved"
    assert "all cells of P are positive" in verdict.assumptions


def test_strict_relations_look_at_the_boundary(context):
    assert prove_inequality("P[x]", ">", "0", context).status == "refuted"
    assert prove_inequality("n[x] + 1", ">", "0", context).status == "proved"
    assert prove_inequality("KL + 1", ">", "0", context).certificate.strict
    assert prove_inequality("n[x]", ">=", "0", context).certificate.equality == ("n[x] = 0",)


# Free indices, facts, wrong input


def test_free_indices(context):
    verdict = prove_inequality("sum_x F[b, x] ln(F[b, x]/G[b, x])", ">=", "0", context)
    assert verdict.status == "proved"
    assert verdict.certificate.equality == ("F[b, x] = G[b, x] for all x",)
    false = prove_inequality("F[b, x]", ">=", "G[b, x]", context)
    assert false.status == "refuted"
    assert false.witness.indices == ("b", "x")


def test_scalars(context):
    for left, right in [
        ("a/c + c/a", "2"),
        ("1/3 a + 2/3 c", "a^(1/3) c^(2/3)"),
        ("a - 1", "ln a"),
        ("exp(a)", "1 + a"),
    ]:
        assert prove_inequality(left, ">=", right, context).status == "proved"
    assert prove_inequality("a", ">=", "c", context).status == "refuted"


def test_steps_are_taken_case_by_case(context):
    assert prove_inequality("sum_x abs(u[x])", ">=", "sum_x u[x]", context).status == "proved"
    assert prove_inequality("relu(u[x])", ">=", "u[x] + 1/100", context).status == "refuted"


def test_a_false_inequality_is_found_downhill(context):
    verdict = prove_inequality("3 sum_x abs(u[x]) + HP", ">=", "sum_x u[x]^2", context)
    assert verdict.status == "refuted"


def test_what_has_no_certificate_is_unknown(context):
    verdict = prove_inequality("KL", ">=", "1/2 (sum_x abs(P[x] - Q[x]))^2", context, budget=0.5)
    assert verdict.status == "unknown"
    assert verdict.reason.startswith("no certificate was found")


def test_a_fact_is_named_where_it_is_used(context):
    chain = prove_chain("HPQ >= HP\nHPQ <= HP + KL", context, facts=["KL >= 0"])
    assert [link.verdict.status for link in chain.links] == ["proved", "proved"]
    assert "KL >= 0, a fact that was cited" in chain.links[0].verdict.assumptions
    assert chain.links[0].verdict.certificate is None
    assert chain.to_json()["links"][1]["relation"] == "<="


def test_a_fact_says_nothing_where_it_has_no_value(context):
    chain = prove_chain("u[x]^3 + u[x]^2 >= -10^9", context, facts=["u[x]^3 + u[x]^2 + 10^9 + ln u[x] >= ln u[x]"])
    assert chain.links[0].verdict.status != "proved"


def test_relations_that_are_none(context):
    with pytest.raises(UsageError, match="there is no relation '<>'"):
        prove_inequality("HP", "<>", "0", context)


def test_declarations_that_contradict_each_other_are_refused():
    nothing = read_program("input a > 0\nconstraint a = -1\ny = a")
    with pytest.raises(UsageError):
        prove_inequality("a", ">=", "0", nothing)
