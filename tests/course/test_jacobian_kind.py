"""Questions about a Jacobian: which answers are right, which are not and why, and what the worked solution shows."""

import pytest

from symgrad import explicit_matrix, load_problem, solve
from symgrad.course.kinds import kind
from symgrad.course.load import read_problem
from symgrad.errors import ReadingError, UsageError

PART = load_problem("softmax-jacobian").parts[0]

NORM = """
format = 1
title = "Vectors of length 1"
forward = '''
index i, j, k in n
input x[j]
for k: s += x[k]^2
r = sqrt(s)
y[i] = x[i]/r
'''
[[part]]
ask = "jacobian"
of = "y"
text = "The Jacobian of y by x, in terms of y and r."
answer = "J = (I - y y^T)/r"
[[part.mistake]]
name = "r is not fixed"
answer = "J = I/r"
feedback = "r changes with x too."
"""

LENGTH = NORM.replace("for k: s += x[k]^2\nr = sqrt(s)", "r = sqrt(sum_k x[k]^2)")

CHAIN = """
format = 1
title = "Two functions"
forward = '''
function f(y), g(x)
input x
y = g(x)
u = f(y)
'''
[[part]]
ask = "jacobian"
text = "The derivative of u by x."
answer = "J = f' g'"
"""


def judged(text, part=PART):
    return kind("jacobian").judged(part, text)


@pytest.mark.parametrize(
    "text",
    [
        "diag(y) - outer(y, y)",
        "diag(y) - y y^T",
        "D - y y^T",
        "J = D - yyᵀ",
        r"-y y^\top + D",
        "np.diag(y) - np.outer(y, y)",
        "diag(y)(I - outer(y/y, y))",
        "J[i, j] = y[i] (1[i = j] - y[j])",
        "J[k, l] = y[k] (delta(k, l) - y[l])",
        "y[i] (delta(i, j) - y[j])",
        "J_{i,j} = y_i (δ_{ij} - y_j)",
        "∂y[i]/∂x[j] = exp(x[i])/Z (1[i = j] - exp(x[j])/Z)",
        "y*(y.grad - dot(y.grad, y))",
        "y.grad * y - (y.grad · y) * y",
        "y.value * (y.grad - y.grad · y.value)",
        "x.grad += y * (y.grad - (y.grad * y) · (y/y))",
        "x.grad[j] = y[j] (y.grad[j] - sum_i y.grad[i] y[i])",
        "for j: x.grad[j] += y[j] (y.grad[j] - sum_i y.grad[i] y[i])",
        "y.grad J = y.grad D - (y.grad · y) y\n = y * (y.grad - (y.grad · y))",
        "J = D - y y^T\nx.grad = y.grad (D - y y^T)",
        "e = y.grad · y\nx.grad = y * (y.grad - e)",
        "q[j] = y[j]^2\nJ[i, i] = y[i] - q[i]\ny.grad J = y * (y.grad - (y.grad · y))",
        "for i: e += y[i] y.grad[i]\nfor j: x.grad[j] += y[j] (y.grad[j] - e)",
        "dx = y * (dy - dot(y, dy))",
        "dy_i/dx_j = y_i (δ_ij - y_j).",
        "D - y y^T = J",
        "-J = y y^T - D",
        "J + y y^T = D",
        "2 J = J + D - y y^T",
        "-x.grad = y * ((y.grad · y) - y.grad)",
        "y[i] (y.grad[i] - sum_k y.grad[k] y[k])",
        "x.grad = y.grad J\nJ = D - y y^T",
        "∂Z/∂x[j] = exp(x[j])\nJ[i, j] = 1[i = j] y[i] - exp(x[i])/Z^2 ∂Z/∂x[j]",
        "Z.grad = -sum_i y.grad[i] exp(x[i])/Z^2\nx.grad[j] = exp(x[j]) (y.grad[j]/Z + Z.grad)",
    ],
)
def test_right_answers(text):
    assert judged(text).status == "proved"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("diag(y * (1 - y))", ""),
        ("y[i] (1 - y[i])", ""),
        ("y * (1 - y)", ""),
        ("diag(y) + y y^T", ""),
        ("J = diag(y) - y y", "it does not fit: two vectors stand side by side"),
        ("y.grad * J", "it does not fit: a matrix over n and n cannot be multiplied cell by cell with a vector over n"),
        ("J = J", "it ends in J itself"),
        ("y.grad J", "it ends in J itself"),
        ("y.grad J = y.grad J", "it ends in J itself"),
        ("x.grad = y.grad J", "it ends in J itself"),
        ("x.grad[j] = sum_i y.grad[i] J[i, j]", "it ends in J itself"),
        ("x.grad[j] = sum_i y.grad[i] ∂y[i]/∂x[j]", "it ends in J itself"),
        ("x.grad[j] = exp(x[j]) (y.grad[j]/Z + Z.grad)", "it ends in Z.grad itself"),
        ("J[i, j] = 1[i = j] y[i] - exp(x[i])/Z^2 ∂Z/∂x[j]", "itself"),
        ("J - J = 0", "they do not say what J[i, j] is"),
        ("J[i, i] = y[i] (1 - y[i])", "it gives the cells J[i, i] alone"),
        ("J[0, 0] = y[0] - y[0]^2", "it gives the cells J[0, 0] alone"),
        ("J[i, i] = y[i] (1 - y[i])\nx.grad = y.grad J", "it ends in J itself"),
        ("x.grad = x.grad", "it ends in x.grad itself"),
        ("e = x.grad\nx.grad = e", "it ends in x.grad itself"),
        ("K = J\nJ = K", "it ends in J itself"),
        ("for j: x.grad[j] += y[j] y.grad[j]", ""),
        ("J = diag(y) - y @ y.T", "the sum of the products or the matrix"),
        ("J[i, j] = ∂y[i]/∂x[j]", "it ends in J itself"),
        ("y[k] (delta(k, l) - y[l])", "it is not clear which cell this is"),
        ("J[i, j] = y[i] δ(i, j) - y[i] y[j] = y[i] (1 - y[j])", "line 1"),
        ("J = diag(y) - q y^T", "it does not fit: unknown name q"),
        ("J ≠ D - y y^T", "equations alone"),
        ("y · y", ""),
    ],
)
def test_wrong_answers(text, said):
    verdict = judged(text)
    assert verdict.status == "refuted"
    assert said in verdict.reason
    assert verdict.reason or verdict.witness is not None


@pytest.mark.parametrize("text", ["J = ", "J = diag(y", "x.grad -= y", "", "J = = y", "= y " * 200])
def test_what_cannot_be_read_is_an_error(text):
    with pytest.raises(ReadingError):
        judged(text)


def test_an_answer_may_give_the_jacobian_alone():
    assert "it gives J; sum_i y.grad[i] J[i, j] follows from it" in judged("diag(y) - y y^T").evidence


def test_a_problem_of_ones_own():
    (part,) = read_problem(NORM, "norm").parts
    question = kind("jacobian")
    assert question.derived(part).splitlines()[1] == "J = I/r - y y^T/sqrt(s)"
    assert all(claim.ok for claim in question.claims(part))
    assert judged("I/r", part).status == "refuted"
    assert question.audited(part) == "proved"


def test_a_function_of_a_sum_over_a_vector():
    (part,) = read_problem(LENGTH, "length").parts
    question = kind("jacobian")
    assert question.derived(part).splitlines()[1] == "J = I/r - y y^T/sqrt(sum(x^2))"
    assert all(claim.ok for claim in question.claims(part))
    assert judged("J = I/sqrt(x · x) - y y^T/sqrt(sum(x^2))", part).status == "proved"
    assert judged("J = (I - x x^T/(x · x)^1)/r", part).status == "proved"
    assert judged("J = (I - (x · x)^2 x x^T)/r", part).status == "refuted"


def test_functions_that_are_not_interpreted():
    (part,) = read_problem(CHAIN, "chain").parts
    assert kind("jacobian").derived(part).splitlines()[0] == "J = f'(y) g'(x)"
    assert judged("f' dg/dx", part).status == "proved"
    assert judged("f'(x) g'(x)", part).status == "refuted"
    assert judged("∂u/∂y ∂y/∂x", part).status == "refuted"
    assert judged("f' + g'", part).status == "refuted"


def test_the_worked_solution_shows_every_form():
    text = solve(PART).text()
    assert solve(PART).status == "proved"
    for shown in (
        "∂Z/∂x[j]",
        "1[i = j] y[i] - y[i] y[j]",
        "diag(y) - y y^T",
        "y * (y.grad - (y.grad · y))",
        "y[0] - y[0]^2",
        "SymPy",
    ):
        assert shown in text
    assert "REFUTED" not in text
    assert "NOT DECIDED" not in text


def test_the_matrix_of_a_part():
    assert explicit_matrix(PART, {"n": 2}) == explicit_matrix(load_problem("softmax-jacobian"), {"n": 2})
    assert str(explicit_matrix(PART, {"n": 2})[0, 1]) == "-y[0]*y[1]"
    with pytest.raises(UsageError):
        explicit_matrix(PART, {"n": 100})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('of = "y"', 'of = "q"', "no tensor q"),
        ('of = "y"', 'of = "y"\nrow = "x"\nwrt = ["x", "x"]', "by one tensor"),
        ('of = "y"', 'of = "y"\nrow = "q"', "no tensor q to multiply"),
        ('of = "y"', 'of = "y"\nrow = "r"', "is not shaped as y"),
        ('of = "y"', 'of = "y"\nname = "r"', "r is a tensor"),
        ('of = "y"', 'of = "y"\nsize = 1', "whole number from 2 to 6"),
        ('of = "y"', 'of = "y"\nstatements = [1]', "statements has no meaning"),
        ('of = "y"', 'of = "y"\ndefine = "D[i, j] = q"', "unknown"),
        ('of = "y"', 'of = "y"\ndefine = "y[i] = 0"', "norm:14:11: y has a meaning already"),
        ('of = "y"', 'of = "y"\ndefine = "J[i, j] = 0"', "norm:14:11: J has a meaning already"),
        ('of = "y"', 'of = "y"\ndefine = "x[i] = 0"', "norm:14:11: x has a meaning already"),
        ('of = "y"', 'of = "y"\ndefine = "for k: s += 1"', "s has a meaning already"),
        ('"J = (I - y y^T)/r"', '"J = (I - y y)/r"', "side by side"),
        ('"J = I/r"', '"J = I/"', "expression is missing"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(old, new, said):
    with pytest.raises(ReadingError, match=said):
        read_problem(NORM.replace(old, new), "norm")
