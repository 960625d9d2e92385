"""Jacobians derived step by step, for layers of several kinds: every step is proved, and SymPy agrees."""

from itertools import pairwise

import pytest

from symgrad import explicit_matrix
from symgrad.calculus.activity import differentiable
from symgrad.calculus.explicit import agrees, written_out
from symgrad.calculus.worked_jacobian import jacobian_steps, row_times
from symgrad.errors import UsageError
from symgrad.evidence import prove_equation
from symgrad.language.dependence import output_names
from symgrad.language.read import read_program
from symgrad.language.write import write_expr
from symgrad.language.writing.vectors import write_vectors
from tests.programs import PROGRAMS

SOFTMAX = "index i, j, k in n\ninput x[j], y.grad[i]\nZ = sum_k exp(x[k])\ny[i] = exp(x[i])/Z"

LAYERS = [
    (SOFTMAX, "diag(y) - y y^T", "y * (y.grad - (y.grad · y))"),
    (
        "index i, j, k in n\ninput x[j], y.grad[i]\nfor i: y[i] += exp(x[i])/sum_k exp(x[k])",
        "diag(y) - y y^T",
        "y * (y.grad - (y.grad · y))",
    ),
    ("index i in n\ninput x[i], y.grad[i]\ny[i] = sigmoid(x[i])", "diag(y) - diag(y^2)", "y.grad * y * (1 - y)"),
    ("index i in n\ninput x[i], y.grad[i]\ny[i] = tanh(x[i])", "I - diag(y^2)", None),
    (
        "index i, k in n, j in m\ninput W[i, j], x[j], y.grad[i]\nfor i, j: a[i] += W[i, j] x[j]\ny[i] = exp(a[i])",
        "diag(y) W",
        "(y.grad * y) W",
    ),
    (
        "index i, j, k in n\ninput x[j], y.grad[i]\nfor k: s += x[k]^2\nr = sqrt(s)\ny[i] = x[i]/r",
        "I/r - y y^T/sqrt(s)",
        "y.grad/r - (y.grad · y) * y/sqrt(s)",
    ),
    ("index i, j in n, k in m\ninput A[i, k], x[k], y.grad[i]\ny[i] = sum_k A[i, k] x[k]", "A", "y.grad A"),
    ("index i, j in n\ninput x[j], y.grad[i]\nfor j: m += 1/n x[j]\ny[i] = x[i] - m", None, None),
    ("index i, j, k in n\ninput x[j], y.grad[i]\ny[i] = x[i] - log(sum_k exp(x[k]))", None, None),
]


@pytest.mark.parametrize(("text", "matrix", "row"), LAYERS)
def test_every_step_is_proved(text, matrix, row):
    found = jacobian_steps(read_program(text), "y", "x")
    product = row_times(found, "y.grad")
    for derivation in (*found.parts, product):
        values = [step.value for step in derivation.steps]
        for left, right in pairwise(values):
            assert prove_equation(left, right, found.program, budget=4), write_expr(right)
    assert prove_equation(found.parts[-1].cell, found.value, found.program)
    if matrix is not None:
        assert write_vectors(found.value, found.letters) == matrix
    if row is not None:
        assert write_vectors(product.value, found.letters[1:]) == row


@pytest.mark.parametrize("text", [LAYERS[0][0], LAYERS[2][0], LAYERS[5][0], LAYERS[7][0]])
def test_sympy_derives_the_same_matrix(text):
    found = jacobian_steps(read_program(text), "y", "x")
    assert agrees(found, written_out(found, {"n": 2}), {"n": 2})


def test_sympy_notices_a_wrong_matrix():
    found = jacobian_steps(read_program(SOFTMAX), "y", "x")
    matrix = written_out(found, {"n": 2})
    assert not agrees(found, -matrix, {"n": 2})
    assert not agrees(found, matrix.T + matrix, {"n": 2})


def test_the_matrix_has_a_row_for_each_cell_that_is_differentiated():
    program = read_program("index i in n, j in m\ninput W[i, j], x[j]\ny[i] = sum_j W[i, j] x[j]^2")
    matrix = explicit_matrix(program, {"n": 2, "m": 3}, wrt="x")
    assert matrix.shape == (2, 3)
    assert str(matrix[1, 2]) == "2*W[1, 2]*x[2]"


def test_steps_say_why():
    found = jacobian_steps(read_program(SOFTMAX), "y", "x")
    reasons = [step.reason for part in found.parts for step in part.steps]
    assert reasons[-1] == "exp(x[i])/Z is y[i]; exp(x[j])/Z is y[j]"
    assert "∂Z/∂x put in" in reasons


@pytest.mark.parametrize(
    ("text", "sizes", "options", "said"),
    [
        ("y[i] = x[i]^2", {"n": 2}, {"of": "q"}, "no tensor q"),
        ("index i in n\ny[i] = x[i]^2", {}, {}, "n"),
        ("index i in n\ny[i] = x[i]^2", {"n": 30}, {}, "more than 400 cells"),
        ("index i in n\ny[i] = x[i] z[i]", {"n": 2}, {}, "more than one input"),
        ("size T\ninput h[0], x[0..T]\nfor t in 1..T: h[t] += x[t] h[t-1]", {"T": 2}, {"wrt": "x"}, "indices"),
    ],
)
def test_what_is_no_jacobian_is_told(text, sizes, options, said):
    with pytest.raises(UsageError, match=said):
        explicit_matrix(read_program(text), sizes, **options)


PROVED = {"logsumexp", "cross_entropy", "layer_norm", "rms_norm", "l2_normalise", "weight_norm", "linear", "tanh"}


@pytest.mark.parametrize("case", PROGRAMS, ids=lambda case: case.name)
def test_programs_have_a_derivation_or_are_refused(case):
    program = read_program(case.text)
    by = (case.wrt or differentiable(program))[0]
    try:
        found = jacobian_steps(program, output_names(program)[0], by)
    except UsageError:
        assert case.name not in PROVED
    else:
        assert case.name not in PROVED or prove_equation(found.parts[-1].cell, found.value, found.program)
