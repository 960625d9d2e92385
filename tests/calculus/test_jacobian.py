"""Jacobians by tensors of which a slice is given, and of a tensor by itself."""

import pytest

from symgrad.calculus import jacobian
from symgrad.evaluate import evaluate
from symgrad.language.read import read_program

SIZES = {"T": 3}


@pytest.mark.parametrize(
    ("text", "of", "expected"),
    [
        ("input y[0]\nfor t in 1..T: y[t] += 1\nfor t in 0..T: z += y[t]", "z", 1.0),
        ("input y[0]\nfor t in 1..T: y[t] += 2 y[t-1]\nz = y[T]^2", "z", 2 * 8.0 * 8.0),
        ("input y[0]\nfor t in 1..T: y[t] += 1", "y", [1.0, 0.0, 0.0, 0.0]),
    ],
)
def test_jacobian_by_a_first_state(text: str, of: str, expected: object) -> None:
    program = jacobian(read_program("size T\n" + text), of=of, wrt="y")
    found = evaluate(program, {"y": 1.0}, sizes=SIZES)[of + ".jac"]
    assert found.tolist() == expected
