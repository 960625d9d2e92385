"""Functions: brought back to few, with what follows from that; kinks stay where they are."""

from __future__ import annotations

import pytest

from symgrad.algebra.elementary import _ROWS
from symgrad.language.functions import FUNCTIONS
from tests.algebra.claims import said_of

DECLARATIONS = """index i, j in J, b in B
input x[j], t[j], r[j] > 0, q[j] >= 0, c
function f(y, z), g(x)
"""

TRUE = [
    "exp(x[j] + t[j]) == exp(x[j]) exp(t[j])",
    "exp(2 x[j] - 3) == exp(x[j])^2/exp(3)",
    "exp(0) == 1",
    "exp(log(r[j]) c) == r[j]^c",
    "exp(log(3)) == 3",
    "log(exp(x[j] - t[j])) == x[j] - t[j]",
    "log(r[i] r[j]) == log(r[i]) + log(r[j])",
    "log(r[j]^3/4) == 3 log(r[j]) - 2 log(2)",
    "log(6) == log(2) + log(3)",
    "log(1) == 0",
    "log(x[j]^2) == 2 log(abs(x[j]))",
    "log(exp(x[j]) + exp(t[j])) == x[j] + log(1 + exp(t[j] - x[j]))",
    "log(1/(r[i] + r[j])) == -log(r[j] + r[i])",
    "tanh(x[j]) == 2 sigmoid(2 x[j]) - 1",
    "tanh(x[j]) == (exp(x[j]) - exp(-x[j]))/(exp(x[j]) + exp(-x[j]))",
    "tanh(-x[j]) == -tanh(x[j])",
    "sigmoid(x[j]) + sigmoid(-x[j]) == 1",
    "softplus(x[j]) - softplus(-x[j]) == x[j]",
    "silu(x[j]) == x[j] sigmoid(x[j])",
    "gelu(x[j]) - gelu(-x[j]) == x[j]",
    "cosh(x[j])^2 - sinh(x[j])^2 == 1",
    "1 - tanh(x[j])^2 == 1/cosh(x[j])^2",
    "sin(x[j])^2 + cos(x[j])^2 == 1",
    "1 + tan(x[j])^2 == 1/cos(x[j])^2",
    "sin(3 x[j]) == 3 sin(x[j]) - 4 sin(x[j])^3",
    "cos(x[j] - t[j]) == cos(x[j]) cos(t[j]) + sin(x[j]) sin(t[j])",
    "erf(-x[j]) == -erf(x[j])",
    "erf(x[j] - t[j]) == -erf(t[j] - x[j])",
    "atan(-x[j]) == -atan(x[j])",
    "asin(x[j]) + acos(x[j]) == pi/2",
    "relu(x[j]) - relu(-x[j]) == x[j]",
    "relu(x[i] - x[j]) - relu(x[j] - x[i]) == x[i] - x[j]",
    "abs(x[j] t[j]) == abs(x[j]) abs(t[j])",
    "abs(x[j])^2 == x[j]^2",
    "abs(x[i] - x[j]) == abs(x[j] - x[i])",
    "sign(x[j]) abs(x[j]) == x[j]",
    "max(x[j], t[j]) + min(x[j], t[j]) == x[j] + t[j]",
    "max(x[j], t[j]) == max(t[j], x[j])",
    "max(x[i], x[j]) == max(x[j], x[i])",
    "abs(q[j]) == q[j]",
    "relu(q[j]) == q[j]",
    "sign(r[j]) == 1",
    "1[c > 0] 1[c < 0] == 0",
    "1[x[j] >= t[j]] + 1[x[j] < t[j]] == 1",
    "1[x[i] >= x[j]] + 1[x[j] > x[i]] == 1",
    "sum_j 1[x[i] >= x[j]] + sum_j 1[x[j] > x[i]] == J",
    "1[x[j] = t[j]] == 1[t[j] = x[j]]",
    "1[x[j] != t[j]] == 1 - 1[x[j] = t[j]]",
    "sum_{i, j} sign(x[i] - x[j]) == 0",
    "f(x[i], t[i] + 1) == f(x[i], 1 + t[i])",
    "sum_{i, j} g(x[i] - x[j]) == sum_{i, j} g(x[j] - x[i])",
]

FALSE = [
    "exp(x[j] + t[j]) == exp(x[j]) + exp(t[j])",
    "log(x[i] x[j]) == log(x[i]) + log(x[j])",
    "log(x[j]^2) == 2 log(x[j])",
    "log(-x[j]) == log(x[j])",
    "log(r[i] + r[j]) == log(r[i]) + log(r[j])",
    "sin(asin(x[j])) == asin(sin(x[j]))",
    "asin(sin(x[j])) == x[j]",
    "atan(tan(x[j])) == x[j]",
    "cos(x[i])^2 + sin(x[j])^2 == 1",
    "pi == 3.14159",
    "tanh(x[j]) == sigmoid(2 x[j]) - 1",
    "relu(x[j]) == x[j]",
    "abs(x[j] + t[j]) == abs(x[j]) + abs(t[j])",
    "sign(x[j] + t[j]) == sign(x[j]) + sign(t[j])",
    "1[x[j]^2 > c^2] == 1[x[j] > c]",
    "1[x[j] > t[j]] == 1",
    "max(x[j], t[j]) == x[j]",
    "f(x[i], t[i]) == f(t[i], x[i])",
    "g(x[j]) == g(-x[j])",
    "g(x[j] + t[j]) == g(x[j]) + g(t[j])",
]

ON_THE_DIAGONAL = [
    "sum_{i, j} sign(x[i] - x[j])^2 == J^2",
    "1[x[i] > x[j]] + 1[x[j] > x[i]] == 1",
    "1[x[i] >= x[j]] == 1[x[i] > x[j]]",
    "sum_{i, j} delta(i, j) (1[x[i] > x[j]] + 1[x[j] > x[i]]) == J",
    "sum_{i, j} 1[x[i] > x[j]] == J^2/2",
    "sum_{i, j} step(x[i] - x[j]) t[i] + sum_{i, j} step(x[j] - x[i]) t[i] == J sum_i t[i]",
    "sum_j 1[x[i] >= x[j]] + sum_j 1[x[j] >= x[i]] == J",
    "1[(x[i] - x[j])^2 > 0] == 1",
    "sum_{i, j} 1[(x[i] - x[j])^2 > 0] == J^2",
]
"""Where i = j the two are equal for all inputs: no inputs are off that kink."""

AT_SOME_SIZE = [
    "step(J - 1) == 1",
    "sign(J - 1) == 1",
    "sign(B - 1)^2 == 1",
    "sign(J - 2)^2 == 1",
    "sign((J - 2)^2) == 1",
    "step(J - 2) + step(2 - J) == 1",
    "sign(c (J - 2))^2 == 1",
    "1[c^2 (J - 1)^2 > 0] == 1",
    "sign(x[j] - sum_i x[i]/J)^2 == 1",
    "1[x[j] > sum_i x[i]/J] + 1[x[j] < sum_i x[i]/J] == 1",
    "1[sum_j x[j]^2 > (sum_j x[j])^2] + 1[sum_j x[j]^2 < (sum_j x[j])^2] == 1",
    "sign(i - j)^2 == 1",
    "step(i) == 1",
    "sign(i) == 1",
    "sign(x[j] i)^2 == 1",
]
"""False at one size, or at one value of an index, for all inputs."""


@pytest.mark.parametrize("equation", TRUE)
def test_equal_functions(equation):
    outcome = said_of(DECLARATIONS, equation)
    assert outcome.equal, outcome.reason


@pytest.mark.parametrize("equation", FALSE)
def test_functions_that_differ(equation):
    assert not said_of(DECLARATIONS, equation).equal


@pytest.mark.parametrize("equation", ON_THE_DIAGONAL)
def test_kinks_on_the_diagonal(equation):
    assert not said_of(DECLARATIONS, equation).equal


@pytest.mark.parametrize("equation", AT_SOME_SIZE)
def test_kinks_at_some_size(equation):
    assert not said_of(DECLARATIONS, equation).equal


def test_rows_that_are_no_functions_of_the_language_have_names_that_no_user_can_give():
    own = _ROWS.keys() - FUNCTIONS.keys()
    assert own == {"is zero", "is positive"}
    text = "index j in J\ninput x[j]\nfunction is_zero(y), is_positive(y)\n"
    assert said_of(text, "is_zero(x[j] + 1) == is_zero(1 + x[j])").equal
    assert not said_of(text, "is_zero(x[j]) == is_zero(2 x[j])").equal
    assert not said_of(text, "is_positive(x[j]^2 + 1) == 1").equal


def test_comparisons_of_sizes_are_refused_where_they_depend_on_them():
    outcome = said_of(DECLARATIONS, "1[J >= 2] == 1")
    assert not outcome.equal
    assert "a comparison of indices or sizes" in outcome.reason


@pytest.mark.parametrize("equation", ["1[i <= j] + 1[i > j] == 1", "1[i + 1 > J] == 0"])
def test_comparisons_of_indices_and_sizes_that_always_hold(equation):
    assert said_of(DECLARATIONS, equation).equal
