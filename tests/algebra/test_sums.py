"""Closed sums: what moves out of them, what is contracted, cancelled and split."""

from __future__ import annotations

import pytest

from tests.algebra.claims import said_of

DECLARATIONS = """index i, j, k in J, b in B
input x[j], t[j], A[i, j], M[b, j], w[b], c
"""

TRUE = [
    "sum_j c x[j] == c sum_j x[j]",
    "sum_j c == J c",
    "sum_b sum_j 1 == B J",
    "sum_{b, j} w[b] x[j] == (sum_b w[b]) (sum_j x[j])",
    "sum_i sum_j A[i, j] == sum_j sum_i A[i, j]",
    "sum_{i, j} A[i, j] == sum_{i, j} A[j, i]",
    "(sum_j x[j])^2 == sum_i sum_j x[i] x[j]",
    "(sum_j x[j])^3 == sum_{i, j, k} x[i] x[j] x[k]",
    "sum_j x[j] sum_i A[i, j] == sum_{i, k} A[i, k] x[k]",
    "sum_j x[j] delta(i, j) == x[i]",
    "sum_{i, j} delta(i, j) A[i, j] == sum_i A[i, i]",
    "sum_{i, j, k} delta(i, j) delta(j, k) x[k] == sum_i x[i]",
    "sum_j (1 - delta(i, j)) x[j] == sum_j x[j] - x[i]",
    "delta(i, j) A[i, j] == delta(i, j) A[j, i]",
    "sum_j x[j]/sum_i x[i] == 1",
    "sum_j x[j]^2/sum_i x[i]^2 == 1",
    "sum_b 1/(sum_j M[b, j]) sum_i M[b, i] == B",
    "sum_{b, j} w[b] M[b, j]/sum_i M[b, i] == sum_b w[b]",
    "sum_j (x[j] - sum_i x[i]/J) == 0",
    "sum_{i, j} (x[i] - x[j])^2 == 2 J sum_j x[j]^2 - 2 (sum_j x[j])^2",
    "sum_{i, j} (x[i] - x[j])^3 == 0",
    "sum_{i, j} sin(x[i] - x[j]) == 0",
    "sum_j x[j]/(x[j] + t[j]) + sum_j t[j]/(x[j] + t[j]) == J",
    "sum_{i, j} x[i]/(x[i] + x[j]) == J^2/2",
]

FALSE = [
    "sum_j x[j]^2 == (sum_j x[j])^2",
    "sum_j c x[j] == J c sum_j x[j]",
    "sum_j 1 == B",
    "A[i, j] == A[j, i]",
    "sum_{i, j} A[i, j]^2 == sum_{i, j} A[i, j] A[j, i]",
    "sum_{i, j, k} A[i, j] A[j, k] == sum_{i, j, k} A[i, j] A[i, k]",
    "delta(i, j) delta(j, k) == delta(i, k)",
    "sum_j x[j]/sum_j t[j] == sum_j (x[j]/t[j])",
    "sum_j x[j] sum_j x[j] == sum_j x[j]^2",
    "sum_b M[b, j] == sum_j M[b, j]",
    "sum_j delta(i, j) == J",
]


@pytest.mark.parametrize("equation", TRUE)
def test_equal_sums(equation):
    outcome = said_of(DECLARATIONS, equation)
    assert outcome.equal, outcome.reason


@pytest.mark.parametrize("equation", FALSE)
def test_sums_that_differ(equation):
    assert not said_of(DECLARATIONS, equation).equal


CONSTRAINED = """index j in J, b in B
input y[b, j], s[b, j], p[j]
constraint sum_j y[b, j] = 1
"""


@pytest.mark.parametrize(
    ("equation", "equal"),
    [
        ("sum_j y[b, j] == 1", True),
        ("sum_b sum_j y[b, j] == B", True),
        ("(sum_j 2 y[b, j])^3 == 8", True),
        ("sum_b s[b, j] sum_i y[b, i] == sum_b s[b, j]", True),
        ("sum_j y[b, j] (s[b, j] - log(sum_i exp(s[b, i]))) == sum_j y[b, j] s[b, j] - log(sum_i exp(s[b, i]))", True),
        ("1/sum_j y[b, j] == 1", True),
        ("sum_j y[b, j]^2 == 1", False),
        ("sum_b y[b, j] == 1", False),
        ("sum_j y[b, j] p[j] == sum_j p[j]", False),
        ("sum_j y[b, j]/p[j] == sum_j 1/p[j]", False),
    ],
)
def test_declared_relations(equation, equal):
    with_i = CONSTRAINED.replace("index j in J", "index i, j in J")
    assert said_of(with_i, equation).equal is equal


@pytest.mark.parametrize(
    ("equation", "equal"),
    [("sum_j p[b, j] == 1", True), ("sum_b p[b, j] == 1", False), ("sum_j abs(p[b, j]) == 1", True)],
)
def test_distributions(equation, equal):
    assert said_of("index b in B, j in J\ndistribution p[b, j] over j", equation).equal is equal


def test_a_constraint_may_give_a_cell():
    text = "index j in J\ninput x[j], t[j]\nconstraint t[j] = 2 x[j] + 1\n"
    assert said_of(text, "sum_j t[j] == 2 sum_j x[j] + J").equal
    assert not said_of(text, "sum_j t[j] == 2 sum_j x[j] + 1").equal
