"""Vectors and matrices without their indices: what is read, what it means, and what does not fit."""

import pytest

from symgrad.errors import LegalityError, ReadingError
from symgrad.evidence import prove_equation
from symgrad.evidence.expressions import read_side
from symgrad.language.build import rename
from symgrad.language.program import Index
from symgrad.language.read import read_program
from symgrad.language.vectors import mentions_vectors
from symgrad.language.writing.vectors import write_vectors

CONTEXT = read_program("index i, j in n, m in M\ninput x[j], y[i], y.grad[i], w[m], A[i, m], J[i, j], c\nd = c")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("y", "y[i]"),
        ("-y + x", "x[i] - y[i]"),
        ("c y", "c y[i]"),
        ("y * x", "x[i] y[i]"),
        ("y ⊙ x", "x[i] y[i]"),
        (r"y \odot x", "x[i] y[i]"),
        ("y · x", "sum_i x[i] y[i]"),
        (r"y \cdot x", "sum_i x[i] y[i]"),
        ("dot(y, x)", "sum_i x[i] y[i]"),
        ("np.dot(y, x)", "sum_i x[i] y[i]"),
        ("y @ x", "sum_i x[i] y[i]"),
        ("y^T x", "sum_i x[i] y[i]"),
        ("y - y · x", "y[i] - sum_j x[j] y[j]"),
        ("y (y · x)", "y[i] sum_j x[j] y[j]"),
        ("y y^T x", "y[i] sum_j x[j] y[j]"),
        ("J y", "sum_j J[i, j] y[j]"),
        ("J · y", "sum_j J[i, j] y[j]"),
        ("y J", "sum_j y[j] J[j, i]"),
        ("y.grad J", "sum_j y.grad[j] J[j, i]"),
        ("y^T J", "sum_j y[j] J[j, i]"),
        ("J^T y", "sum_j y[j] J[j, i]"),
        ("y^T J x", "sum_i sum_j y[i] J[i, j] x[j]"),
        ("A w", "sum_m A[i, m] w[m]"),
        ("diag(J)", "J[i, i]"),
        ("trace(J)", "sum_i J[i, i]"),
        ("sum(y)", "sum_i y[i]"),
        ("mean(y)", "1/n sum_i y[i]"),
        ("exp(y)", "exp(y[i])"),
        ("e^y", "exp(y[i])"),
        ("y^2", "y[i]^2"),
        ("y²/c", "y[i]^2/c"),
        ("y / x", "y[i]/x[i]"),
        ("1/y", "1/y[i]"),
        (r"\frac{y}{x}", "y[i]/x[i]"),
        ("I y", "y[i]"),
        ("y * sum_j y[j] x[j]", "y[i] sum_j x[j] y[j]"),
        ("y.value", "y[i]"),
    ],
)
def test_vectors_and_scalars(text, meaning):
    assert _equal(text, meaning, {"i": "entry"})


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("diag(y)", "1[i = j] y[i]"),
        ("diag(y) - outer(y, x)", "1[i = j] y[i] - y[i] x[j]"),
        ("diag(y) - y x^T", "1[i = j] y[i] - y[i] x[j]"),
        (r"-y x^\top + diag(y)", "1[i = j] y[i] - y[i] x[j]"),
        ("-(y.value)(x.value)^T", "-y[i] x[j]"),
        ("yx^T", "y[i] x[j]"),
        ("y xᵀ", "y[i] x[j]"),
        ("J^T", "J[j, i]"),
        ("J.T", "J[j, i]"),
        ("(J J).T", "sum_m2 J[j, m2] J[m2, i]"),
        ("J - I", "J[i, j] - 1[i = j]"),
        ("J * J", "J[i, j]^2"),
        ("diag(y) J diag(x)", "y[i] J[i, j] x[j]"),
        ("diag(y)(I - y x^T)", "y[i] (1[i = j] - y[i] x[j])"),
    ],
)
def test_matrices(text, meaning):
    assert _equal(text, meaning.replace("m2", "k"), {"i": "row", "j": "column"})


def _equal(text, meaning, letters):
    expr, context = read_side(text, CONTEXT)
    plain, context = read_side(meaning, context)
    plain = rename(plain, {a: Index(b) for a, b in letters.items() if b in context.index_named})
    return prove_equation(expr, plain, context)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("y x", LegalityError, "two vectors stand side by side"),
        ("y + J", LegalityError, "a matrix over n and n cannot be added to a vector over n"),
        ("y * J", LegalityError, "cannot be multiplied cell by cell"),
        ("w + y", LegalityError, "their sizes differ"),
        ("w A", LegalityError, "these sizes differ"),
        ("A y", LegalityError, "these sizes differ"),
        ("y · w", LegalityError, "these sizes differ"),
        ("J y^T", LegalityError, "a row stands behind a matrix"),
        ("J^2", LegalityError, "a power of the matrix, or of its cells"),
        ("2^y + y^x", LegalityError, "an exponent is a scalar"),
        ("diag(A)", LegalityError, "not square"),
        ("trace(y)", LegalityError, "a trace is of a matrix"),
        ("outer(y, J)", LegalityError, "an outer product is of two vectors"),
        ("dot(y)", LegalityError, "dot takes two arguments"),
        ("y - V", LegalityError, "unknown name V"),
        ("y + foo(y)", ReadingError, "no function of this language"),
        ("y + y[i]", LegalityError, "y has 1 index, here it is given none"),
        ("y + sum_j y", LegalityError, "y has 1 index"),
        ("y y^T " * 300, ReadingError, "more than 200 vectors"),
        ("y +", ReadingError, "missing"),
    ],
)
def test_what_does_not_fit_is_told(text, error, said):
    with pytest.raises(error, match=said):
        read_side(text, CONTEXT)


def test_the_place_of_what_does_not_fit_is_told():
    with pytest.raises(LegalityError) as caught:
        read_side("y + 2 (y - J)", CONTEXT)
    assert caught.value.findings[0].place.column == 12


def test_where_all_tensors_have_their_indices_nothing_changes():
    assert not mentions_vectors("y[i] x[i] + c", CONTEXT)
    assert not mentions_vectors("y(i) + d", CONTEXT)
    assert mentions_vectors("y (x · y)", CONTEXT)
    assert read_side("y(i)", CONTEXT)[0] == read_side("y[i]", CONTEXT)[0]


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ("diag(y) - y x^T", 2),
        ("y * (x - (x · y))", 1),
        ("x J - (y · x) * y", 1),
        ("(J x)", 1),
        ("J + I/c", 2),
        ("J^T", 2),
        ("2 y - c x", 1),
        ("exp(y) * x^2", 1),
        ("sum(y) * x", 1),
        ("(y · x)", 0),
        ("x (diag(y) - y y^T)", 1),
    ],
)
def test_what_is_written_is_read_back(text, axes):
    names = {0: (), 1: ("entry",), 2: ("row", "column")}[axes]
    expr, context = read_side(text, CONTEXT)
    written = write_vectors(expr, names)
    assert written is not None
    again, context = read_side(written, context)
    assert prove_equation(expr, again, context), written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1[i = j] y[i] - y[i] y[j]", "diag(y) - y y^T"),
        ("y[i] x[i] J[i, j]", "diag(y * x) J"),
        ("J[i, j] y[j]", "J diag(y)"),
        ("J[j, i]/c", "J^T/c"),
        ("1[i = j]/c - x[i] x[j]/c^3", "I/c - x x^T/c^3"),
    ],
)
def test_matrices_are_written_without_indices(text, written):
    assert write_vectors(read_side(text, CONTEXT)[0], ("i", "j")) == written


def test_what_needs_its_indices_is_not_written_without():
    for text in ("y[i] 1[i = j] + x[i]", "J[i, i] y[j]", "sum_m A[i, m] A[j, m] w[m]", "max(y[i], x[j])"):
        expr, _ = read_side(text, CONTEXT)
        assert write_vectors(expr, ("i", "j")) is None
