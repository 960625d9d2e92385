"""Zeros that the normal form alone does not show: other denominators, other dummies."""

from __future__ import annotations

import time

import pytest

from symgrad.algebra import zero
from symgrad.algebra.ring import Ring
from symgrad.algebra.terms import Budget
from tests.algebra.claims import said_of

DECLARATIONS = """index i, j, k in J, b in B
input x[j], t[j], M[b, j], A[i, j]
"""

TRUE = [
    "1/(x[i] + x[j]) - 1/(x[j] + x[i]) == 0",
    "x[i]/(x[i] + x[j]) + x[j]/(x[i] + x[j]) == 1",
    "1/(x[i] - t[i]) + 1/(t[i] - x[i]) == 0",
    "(x[i] - x[j])/(t[i] + t[j]) == x[i]/(t[j] + t[i]) - x[j]/(t[i] + t[j])",
    "1/(1 + x[j]^2) - 1/(2 + x[j]^2) == 1/((1 + x[j]^2) (2 + x[j]^2))",
    "sum_{i, j} x[i]/(x[i] + x[j]) == J^2/2",
    "sum_{i, j} (x[i] - x[j])/(t[i] + t[j]) == 0",
    "sum_{i, j} x[i]^2/(x[i] + x[j]) == sum_{i, j} (x[i]^2 + x[j]^2)/(x[i] + x[j])/2",
    "sum_j x[j]/(x[j] + t[j]) + sum_j t[j]/(t[j] + x[j]) == J",
    "sum_j 1/(x[j] (x[j] + 1)) == sum_j 1/x[j] - sum_j 1/(1 + x[j])",
    "sum_{i, j, k} x[i]/(x[i] + x[j] + x[k]) == J^3/3",
    "(sum_j 1/x[j]) (sum_i x[i]) == J + sum_{i, j} x[i]/x[j] - J",
]

FALSE = [
    "x[i]/(x[i] + x[j]) == 1/2",
    "sum_{i, j} x[i]/(x[i] + 2 x[j]) == J^2/3",
    "sum_{i, j} x[i]^2/(x[i] + x[j]) == J sum_j x[j]/2",
    "sum_{i, j, k} x[i]/(x[i] + x[j] + x[k]) == J^3/2",
    "sum_j x[j]/(x[j] + t[j]) == J/2",
    "sum_{i, j} (x[i] - x[j]) t[i]/(t[i] + t[j]) == 0",
]


@pytest.mark.parametrize("equation", TRUE)
def test_hidden_zeros(equation):
    outcome = said_of(DECLARATIONS, equation)
    assert outcome.equal, outcome.reason


@pytest.mark.parametrize("equation", FALSE)
def test_what_is_not_zero(equation):
    assert not said_of(DECLARATIONS, equation).equal


def test_too_many_dummies_to_permute_are_refused_in_time():
    names = "i, j, k, l, m, n"
    text = f"index {names} in J\ninput x[j], A[i, j], C[i, j]\n"
    left = f"sum_{{{names}}} A[i, j] A[j, k] A[k, l] A[l, m] A[m, n]/(x[i] + x[n])"
    start = time.process_time()
    outcome = said_of(text, f"{left} == sum_{{i, j}} C[i, j]/(x[i] + x[j])", budget=1.0)
    assert time.process_time() - start < 1.5
    assert not outcome.equal
    assert outcome.reason


def test_the_empty_polynomial_is_zero_and_a_number_is_not():
    ring = Ring(Budget(1.0))
    assert zero.is_zero(ring, {})
    assert not zero.is_zero(ring, ring.number(1))
    assert not zero.is_zero(ring, ring.size("J"))
