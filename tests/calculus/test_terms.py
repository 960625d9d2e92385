"""Expressions rearranged as people do it; every result is proved equal to what it was made from."""

import pytest

from symgrad.calculus.instances import Formula, with_formulas
from symgrad.calculus.recognise import recognised, stored
from symgrad.calculus.terms import Algebra, Rules
from symgrad.evidence import prove_equation
from symgrad.evidence.expressions import read_side
from symgrad.language.program import Ref
from symgrad.language.read import read_expression, read_program
from symgrad.language.write import write_expr

CONTEXT = read_program(
    "index i, j, k in n, m in M\ninput x[i], v[i], W[i, m], c, d\nZ = sum_k exp(x[k])\np[i] = exp(x[i])/Z\nq = c d"
)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("c (d - c) + c^2", "c d"),
        ("(c + d)^2 - (c - d)^2", "4 c d"),
        ("sum_k 1[k = i] x[k] v[k]", "x[i] v[i]"),
        ("sum_k 1[k = i] (x[k] - sum_i x[i])", "x[i] - sum_j x[j]"),
        ("sum_k c x[k] v[i]", "c v[i] sum_j x[j]"),
        ("sum_k c", "n c"),
        ("sum_k (x[k] - c)", "sum_j x[j] - n c"),
        ("sum_k x[k] - sum_j x[j]", "0"),
        ("x[i]/(c x[i])", "1/c"),
        ("sum_k sum_m W[k, m] x[k]", "sum_j x[j] sum_m W[j, m]"),
        ("1[i = j] 1[i = j] c", "1[i = j] c"),
        ("(c + d)/(c + d)", "1"),
    ],
)
def test_results(text, result):
    expr, context = read_side(text, CONTEXT)
    algebra = Algebra(context, avoid=("i",))
    made = algebra.to_expr(algebra.terms(expr))
    assert prove_equation(expr, made, context), write_expr(made)
    assert write_expr(made) == result


def test_rules_can_be_left_out():
    algebra = Algebra(CONTEXT, avoid=("i",))
    expr, _ = read_side("sum_k 1[k = i] c x[k]", CONTEXT)
    plain = algebra.to_expr(algebra.terms(expr, Rules(contract=False, pull=False)))
    assert write_expr(plain) == "sum_j 1[j = i] c x[j]"
    assert write_expr(algebra.to_expr(algebra.terms(expr, Rules(contract=False)))) == "c sum_j 1[j = i] x[j]"


def test_shared_factors_are_taken_out():
    algebra = Algebra(CONTEXT)
    for text, result in (
        ("c x[i] - c d v[i]", "c (x[i] - d v[i])"),
        ("x[i]/c + d/c", "(x[i] + d)/c"),
        ("c + d", "c + d"),
    ):
        assert write_expr(algebra.taken_out(algebra.terms(read_side(text, CONTEXT)[0]))) == result


def test_what_the_program_computes_is_found():
    algebra = Algebra(CONTEXT)
    tensors = stored(CONTEXT, ("Z", "p", "q"), algebra)
    for text, result in (
        ("exp(x[j])^2/Z^2", "p[j]^2"),
        ("exp(x[i]) exp(x[j])/Z", "exp(x[j]) p[i]"),
        ("sum_k exp(x[k])", "Z"),
        ("c d^2", "d q"),
        ("exp(x[i])", "exp(x[i])"),
    ):
        (term,) = algebra.terms(read_side(text, CONTEXT)[0])
        assert write_expr(algebra.to_expr([recognised(term, tensors)[0]])) == result


def test_functions_become_formulas():
    half = Formula(("y", "z"), read_expression("y^2 z + exp(y)"))
    program = read_program("function f(y, z)\ninput a, b\nu = f_{yz}(a + b, a) + f_yy(b, b)")
    (statement,) = program.body
    expr = with_formulas(statement.value, {"f": half})
    context = read_program("input a, b\nc = a")
    assert prove_equation(expr, read_side("2 (a + b) + 2 b + exp(b)", context)[0], context)
    assert half.at((Ref("a"), Ref("b")), (0, 2)) == read_expression("0")
