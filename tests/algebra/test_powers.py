"""Powers: what a root lets out, how fractions come to one form, what is refused."""

from __future__ import annotations

import time

import pytest

from tests.algebra.claims import said_of

DECLARATIONS = """size K >= 2
index i, j in J, k in K
input x[j], t[j], q[j] >= 0, r[j] > 0, M[k, j], w[k], c
"""

TRUE = [
    # Roots: a factor leaves as its absolute value, or as it is where it is not negative
    "sqrt(x[j]^2) == abs(x[j])",
    "sqrt(x[j]^4) == x[j]^2",
    "sqrt(x[j]^6) == abs(x[j])^3",
    "sqrt(x[j])^2 == x[j]",
    "sqrt(q[j]^2) == q[j]",
    "sqrt(q[i] q[j]) == sqrt(q[i]) sqrt(q[j])",
    "sqrt(r[j]^2 q[i]) == r[j] sqrt(q[i])",
    "(r[j]^2)^(3/2) == r[j]^3",
    "sqrt((x[i] - x[j])^2) == abs(x[j] - x[i])",
    "sqrt(x[j]^2 + 2 x[j] t[j] + t[j]^2) == abs(x[j] + t[j])",
    "sqrt(x[j]^2 (1 + t[j]^2)) == abs(x[j]) sqrt(1 + t[j]^2)",
    "sqrt(w[k]^2 sum_j M[k, j]^2) == abs(w[k]) sqrt(sum_j M[k, j]^2)",
    "(sum_j x[j]^2)^(3/2) == sqrt(sum_j x[j]^2) sum_j x[j]^2",
    "1/sqrt(r[j]) == sqrt(r[j])/r[j]",
    # Sizes by their least values
    "sqrt(J^2) == J",
    "sqrt((J - 1)^2) == J - 1",
    "sqrt((K - 2)^2) == K - 2",
    "sqrt(K^2 J) == K sqrt(J)",
    # Numbers
    "sqrt(8) == 2 sqrt(2)",
    "sqrt(1/2 + 1/3) == sqrt(30)/6",
    "1/sqrt(2) == sqrt(2)/2",
    "2^(1/3) * 4^(1/3) == 2",
    # Fractions
    "1/(1/x[j]) == x[j]",
    "1/(x[j] + 1)^2 == 1/(x[j]^2 + 2 x[j] + 1)",
    "x[j]/(x[j] + 1) == 1 - 1/(x[j] + 1)",
    "1/(2 x[j] + 2 t[j]) == 1/2 / (t[j] + x[j])",
    "1/(x[j] - t[j]) == -1/(t[j] - x[j])",
    "1/(x[j] t[j] + x[j]) == 1/x[j] / (1 + t[j])",
    "1/(1 + 1/(1 + x[j]^2)) == (1 + x[j]^2)/(2 + x[j]^2)",
    "1/J - 1/(J + 1) == 1/(J (J + 1))",
    "(x[j] + 1)^(-3) (x[j] + 1)^2 == 1/(1 + x[j])",
    "1/(r[j] (1 + r[j])) == 1/r[j] - 1/(1 + r[j])",
    # Exponents that are no numbers
    "r[j]^c r[j]^(-c) == 1",
    "(r[i] r[j])^c == r[i]^c r[j]^c",
    "r[j]^2 == exp(2 log(r[j]))",
    "x[j]^0 == 1",
]

FALSE = [
    "sqrt(x[j]^2) == x[j]",
    "(x[j]^2)^(3/2) == x[j]^3",
    "sqrt(x[j]^6) == x[j]^3",
    "sqrt(x[j] + t[j]) == sqrt(x[j]) + sqrt(t[j])",
    "sqrt(x[j]^2 + t[j]^2) == abs(x[j]) + abs(t[j])",
    "sqrt(w[k]^2 sum_j M[k, j]^2) == w[k] sqrt(sum_j M[k, j]^2)",
    "sqrt((J - 2)^2) == J - 2",
    "sqrt((K - 3)^2) == K - 3",
    "1/(x[j] + t[j]) == 1/x[j] + 1/t[j]",
    "1/(J - 1) == 1/J",
    "(x[j]^2)^c == x[j]^(2 c)",
    "(x[j] + t[j])^c == x[j]^c + t[j]^c",
    "sqrt(2) == 1.41421356",
]


@pytest.mark.parametrize("equation", TRUE)
def test_equal_powers(equation):
    outcome = said_of(DECLARATIONS, equation)
    assert outcome.equal, outcome.reason


@pytest.mark.parametrize("equation", FALSE)
def test_powers_that_differ(equation):
    assert not said_of(DECLARATIONS, equation).equal


@pytest.mark.parametrize(
    ("equation", "reason"),
    [
        ("1/(x[j] - x[j]) == 0", "a denominator that is zero"),
        ("log(x[j] - x[j]) == 0", "the logarithm of zero"),
        ("1/delta(i, j) == 1", "unless two things are equal"),
        ("sum_j 1/(x[i] - x[j]) delta(i, j) == 0", "a denominator that is zero"),
    ],
)
def test_what_is_not_defined_is_refused(equation, reason):
    outcome = said_of(DECLARATIONS, equation)
    assert not outcome.equal
    assert reason in outcome.reason


@pytest.mark.parametrize(
    "equation",
    [
        "(x[j] + t[j] + c + 1)^1000 == 1",
        "(x[j] + t[j] + c + r[j] + q[j])^200 == (q[j] + x[j] + t[j] + c + r[j])^201",
        "1/(x[j] + t[j] + c + 1)^64 + (x[j] + 1)^64 == (t[j] + 1)^64",
        "((x[j] + 1)^30 + (t[j] + 1)^30 + (c + 1)^30)^30 == 0",
        "log((x[j] + t[j] + c)^40 + 1) == 0",
        "sqrt((x[j] + t[j] + c + r[j])^60 + 1) == 0",
    ],
)
def test_a_budget_is_kept(equation):
    start = time.process_time()
    outcome = said_of(DECLARATIONS, equation, budget=0.5)
    assert time.process_time() - start < 2.0
    assert not outcome.equal
    assert outcome.reason


def test_high_powers_that_need_no_expansion_are_compared():
    assert said_of(DECLARATIONS, "(x[j]^500)^2 == x[j]^1000").equal
    assert said_of(DECLARATIONS, "exp(x[j])^1000 == exp(1000 x[j])").equal
