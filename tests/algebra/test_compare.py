"""The way in: outcomes, reasons, budgets, and programs too long to unfold."""

from __future__ import annotations

import time

import pytest

from symgrad.algebra.compare import Outcome, compare_programs
from symgrad.calculus import vjp
from symgrad.evidence.claims import equal_programs
from symgrad.language.read import read_program
from tests.algebra.claims import said_of
from tests.programs import perceptron

HEAD = "index i, j in J, b in B\ninput x[j], M[b, j], A[i, j], c\n"


def compared(first: str, second: str, *tensors: str, budget: float = 2.0, head: str = HEAD) -> Outcome:
    a, b = (read_program(head + text) for text in (first, second))
    claim = equal_programs(a, b, tensors=tensors or ["y"])
    return compare_programs(claim.left, claim.right, claim.tensors, budget=budget)


def test_an_outcome_that_is_equal_has_no_reason():
    outcome = compared("for j: y += x[j]", "y = sum_j x[j]")
    assert outcome.equal
    assert outcome.reason == ""
    outcome = compared("for j: y += x[j]", "y = 2 sum_j x[j]")
    assert not outcome.equal
    assert "different normal forms for y" in outcome.reason


def test_expressions_after_a_program():
    text = HEAD + "for b, j: Z[b] += exp(M[b, j])\nfor b, j: p[b, j] += exp(M[b, j])/Z[b]\n"
    assert said_of(text, "sum_j p[b, j] == 1").equal
    assert said_of(text, "p[b, j] Z[b] == exp(M[b, j])").equal
    outcome = said_of(text, "sum_b p[b, j] == 1")
    assert not outcome.equal
    assert outcome.reason == "the two sides have different normal forms"


def test_all_tensors_that_are_named_are_compared():
    first, second = "y = c\nz = c", "y = c\nz = 2 c"
    assert compared(first, second, "y").equal
    assert not compared(first, second, "y", "z").equal
    assert "z" in compared(first, second, "y", "z").reason


def chain(depth: int, factor: str = "2") -> str:
    """A program of which every tensor is a sum of products of the one before: unfolded it has 2^depth terms."""
    lines = [f"for i, j: h{n + 1}[i] += A[i, j] tanh(h{n}[j]) + A[j, i] h{n}[j]^2/{factor}" for n in range(depth)]
    return "\n".join(["for j: h0[j] += x[j]", *lines, f"for j: y += h{depth}[j]"])


def test_long_programs_are_compared_step_by_step():
    start = time.process_time()
    turned = chain(12).replace("tanh(", "(-1) tanh(-1 ").replace("^2/2", "^2 (1/2)")
    assert compared(chain(12), turned).equal
    assert time.process_time() - start < 2.0


def test_one_wrong_step_among_many_is_not_equal():
    wrong = chain(12).replace("h7[j]^2/2", "h7[j]^2/3")
    outcome = compared(chain(12), wrong, budget=0.5)
    assert not outcome.equal
    assert outcome.reason


def test_what_the_compared_tensors_do_not_depend_on_costs_nothing():
    forward = read_program(perceptron(12))
    backward = vjp(forward)
    other = read_program("for b, j: c12.grad[j] += h12.grad[b, j] (1 - h12[b, j]^2)", context=forward)
    claim = equal_programs(backward, other, forward, ["c12.grad"])
    outcome = compare_programs(claim.left, claim.right, claim.tensors)
    assert outcome.equal, outcome.reason


HOSTILE = [
    "sum_{i, j, k, l} (A[i, j] + A[j, k] + A[k, l] + x[i] + x[l])^12 == 1",
    "(x[i] + x[j] + x[k] + x[l] + c)^400 == 0",
    "1/(1/(1/(1/(x[i] + x[j])^9 + x[k])^9 + x[l])^9 + c)^9 == 0",
    "sum_i 1/(sum_j 1/(sum_k 1/(sum_l 1/(A[i, j] + A[k, l] + x[i])^3 + A[i, k])^3 + A[j, i])^3)^3 == 1",
    "exp(exp(exp((x[i] + c)^60 + (x[j] - c)^60))) == c",
    "sin(x[i] + x[j] + x[k] + x[l])^40 == cos(x[i] - x[j] + x[k] - x[l])^40",
    "log((x[i] + x[j] + 1)^50 + (x[k] + x[l] + 1)^50 + 1) == c",
    "max_i max_j max_k (A[i, j] + A[j, k] + A[k, i])^30 == c",
    "sqrt(sqrt(sqrt((x[i] + x[j] + x[k])^48 + c) + c) + c) == c",
    "(sum_{i, j, k, l} A[i, j] A[j, k] A[k, l] A[l, i])^12 == 1",
    "(relu(x[i]) + relu(x[j]) + relu(x[k]) + relu(x[l]) + relu(c))^20 == relu(x[i] + c)^20",
    "((A[i, j] + A[j, k] + A[k, l] + 1)^16 - 1)/((A[l, i] + A[j, i] + 1)^16 - 1) == c",
]


@pytest.mark.parametrize("equation", HOSTILE)
def test_a_budget_is_kept(equation):
    head = "index i, j, k, l in J\ninput x[j], A[i, j], c\n"
    start = time.process_time()
    outcome = said_of(head, equation, budget=0.5)
    assert time.process_time() - start < 2.0
    assert not outcome.equal
    assert outcome.reason


def test_a_budget_is_kept_by_long_programs():
    start = time.process_time()
    outcome = compared(chain(40), chain(40, "3"), budget=0.5)
    assert time.process_time() - start < 2.0
    assert not outcome.equal


def test_deep_nesting_is_no_error():
    deep = "c"
    for _ in range(60):
        deep = f"exp(sin({deep}) + 1)"
    outcome = said_of(HEAD, f"{deep} == {deep} + 1")
    assert not outcome.equal
    assert outcome.reason


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("index i in N, j in M\nfor i: h += N\n", "index i in M, j in N\nfor i: h += N\n"),
        ("index i in N, j in M\nh += sum_i N\n", "index i in M, j in N\nh += sum_i N\n"),
    ],
)
def test_a_common_beginning_means_the_same_in_both_programs(first, second):
    sides = [read_program(f"size N, M\n{text}z += tanh(h)\n") for text in (first, second)]
    assert not compare_programs(*sides, ["z"]).equal
