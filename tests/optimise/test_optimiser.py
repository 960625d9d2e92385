"""What the optimiser keeps, refuses and tells."""

from __future__ import annotations

import json

import pytest

from symgrad.algebra.terms import Budget
from symgrad.calculus import vjp
from symgrad.errors import UsageError
from symgrad.language.read import read_program
from symgrad.language.walk import values_read, walk_statements
from symgrad.optimise import optimise
from symgrad.optimise.facts import choices, completed
from symgrad.optimise.model import model
from symgrad.optimise.rewriting import Rewriter
from tests.optimise.targets import stored


def test_what_is_cheapest_already_is_kept_with_the_reason():
    backward = vjp(read_program("for b: y[b] += relu(x[b])"))
    found = optimise(backward)
    assert found.kept
    assert found.program == backward
    assert found.reason == "no cheaper form was found"
    assert found.cost_before == found.cost_after


def test_steps_through_time_stay_with_the_reason_and_the_rest_is_optimised():
    text = """
    index t in T, i in H
    input x[t, i], h[0, i]
    u[t, i] = sigmoid(x[t, i])
    for t in 1..T-1, i: h[t, i] += u[t, i] h[t-1, i]
    """
    found = optimise(vjp(read_program(text)))
    assert not found.kept
    assert found.verdict.status == "proved"
    assert "h.grad stays as it is: a loop over t reads in one iteration what another one writes" in found.reason
    assert "x.grad[t, i] += u.grad[t, i] u[t, i] (1 - u[t, i])" in str(found.program)


def test_labels_stay_and_the_rest_is_optimised():
    found = optimise(vjp(read_program(stored("cross_entropy_labels"))))
    assert found.verdict.status == "proved"
    assert "a subscript of s.grad is not a plain index" in found.reason


def test_tensors_that_were_not_saved_are_not_read():
    text = "index b in B\ninput x[b]\nu[b] = x[b]^2\nG[b] = sigmoid(u[b])\ny[b] = u[b] G[b]\n"
    found = optimise(vjp(read_program(text)), saved=("y",))
    assert found.verdict.status == "proved"
    read = set().union(*(values_read(statement.value) for _, statement in walk_statements(found.program.body)))
    assert not read & {"u", "G"}


def test_what_is_kept_although_it_reads_what_was_not_saved_says_so():
    text = "index b in B\ninput x[b]\ny[b] = 1/(1 + exp(-x[b]))\nz[b] = y[b]^2\n"
    found = optimise(vjp(read_program(text)), saved=("z",))
    assert not found.kept or "the plain loops read what was not saved: y" in found.reason


def test_a_saved_tensor_must_be_computed():
    with pytest.raises(UsageError, match="does not compute q"):
        optimise(vjp(read_program("for b: y[b] += tanh(x[b])")), saved=("q",))


def test_a_program_without_its_forward_program_is_refused():
    with pytest.raises(UsageError, match="forward program is missing"):
        optimise(read_program("for b: y[b] += tanh(x[b])"))


def test_an_adjoint_that_is_zero_is_left_out():
    found = optimise(vjp(read_program(stored("softmax_shifted"))))
    assert [step.sentence for step in found.steps if step.kind == "zero"] == [
        "m.grad turns out to be 0 and is left out."
    ]


def test_digits_are_not_lost_in_a_difference_of_what_depends_on_one_another():
    """(1 - G) (y - R) in the place of G (1 - G) (h - R) would be cheaper: y is computed from R."""
    found = optimise(vjp(read_program(stored("ugrnn_cell"))))
    assert "h_t[b, j]" not in str(found.program).split("output")[1]


def test_nothing_is_divided_by_that_was_not_before():
    """tanh(c) is y/o; in floats o may be 0."""
    text = "index b in B\ninput a[b], c[b]\no[b] = sigmoid(a[b])\ny[b] = o[b] tanh(c[b])\n"
    found = optimise(vjp(read_program(text)))
    assert found.verdict.status == "proved"
    assert "/" not in str(found.program)


def test_the_sum_of_a_distribution_is_found():
    found = model(vjp(read_program(stored("softmax"))), budget=Budget(5))
    definitions = {value.name: value for value in found.definitions}
    rewriter = Rewriter(found.ring, choices(found.ring, definitions["p"])[:1])
    cell = found.ring.cell("Z at the end", definitions["Z"].slots)
    fact = completed(found.ring, rewriter(found.ring.sub(definitions["Z"].poly, cell)), "Z")
    assert fact is not None
    assert fact.value == found.ring.number(1)


def test_json_holds_the_program_its_steps_and_both_costs():
    found = optimise(vjp(read_program(stored("softmax")))).to_json()
    assert json.loads(json.dumps(found)) == found
    assert found["steps"][0]["left"] == "exp(s[b, j])"
    assert found["verdict"]["verdict"] == "proved"
    assert found["cost_after"]["calls"] == {}
