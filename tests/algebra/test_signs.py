"""What is known of signs, by what it lets a proof do."""

from __future__ import annotations

import pytest

from symgrad.algebra.compare import compare_expressions
from symgrad.evidence.expressions import read_equation
from symgrad.language.read import read_program

GIVEN = "index j in J\nsize B >= 2\ninput x[j], p[j] > 0\n"


@pytest.mark.parametrize(
    ("left", "right", "known"),
    [
        ("sqrt(softplus(x[j])^2)", "softplus(x[j])", True),
        ("sqrt(log(p[j] + 1)^2)", "log(1 + p[j])", True),
        ("sqrt(log(p[j] + 1/2)^2)", "log(1/2 + p[j])", False),
        ("sqrt((B - 1)^2)", "B - 1", True),
        ("sqrt((B - 3)^2)", "B - 3", False),
        ("sqrt((x[j]^2 + p[j])^2)", "x[j]^2 + p[j]", True),
        ("sqrt((x[j]^2 - p[j])^2)", "x[j]^2 - p[j]", False),
    ],
)
def test_a_square_root_of_a_square_needs_a_sign(left, right, known):
    equation = read_equation(left, right, read_program(GIVEN, check=False))
    assert compare_expressions(equation.left, equation.right, equation.context).equal is known
