"""The smallest functions for which an equation about all functions fails."""

import pytest

from symgrad.evidence import replay_equation
from symgrad.evidence.expressions import read_equation
from symgrad.evidence.smallest import polynomials, smallest_refutation
from symgrad.language.read import read_program

DIAMOND = read_program("function f(y, z), g(x), h(x)\ninput x\ny = g(x)\nz = h(x)\nu = f(y, z)\nell = u")
SECOND = "f_yy g'^2 + 2 f_yz g' h' + f_zz h'^2 + f_y g'' + f_z h''"


@pytest.mark.parametrize(
    ("left", "right", "functions"),
    [
        ("∂²ell/∂x²", "f_yy g'' + f_zz h''", ("y z", "x", "x")),
        ("∂ell/∂x", "f_y g'", ("y z", "x", "x")),
        ("∂²ell/∂x²", SECOND.replace("2 f_yz", "f_yz"), ("y z", "x", "x")),
        ("∂²ell/∂x²", SECOND.replace("+ f_y g'' + f_z h''", ""), ("y z", "x^2", "x")),
        ("∂²ell/∂x²", SECOND.replace("f_yy g'^2", "f_yy g'"), ("y^2 z", "x^2", "x")),
        ("g(x + 1)", "g(x) + 1", ("y z", "x^2", "x")),
    ],
)
def test_smallest_functions(left, right, functions):
    equation = read_equation(left, right, DIAMOND)
    witness = smallest_refutation(equation)
    assert tuple(witness.functions.values()) == functions
    seen = replay_equation(equation.left, equation.right, equation.context, witness)
    assert seen.refutes


def test_what_holds_has_none():
    assert smallest_refutation(read_equation("∂²ell/∂x²", SECOND, DIAMOND), budget=0.3) is None


def test_sizes_of_polynomials():
    assert [len(polynomials(1, size)) for size in range(1, 4)] == [1, 2, 4]
    for size in range(1, 6):
        for terms in polynomials(2, size):
            assert sum(max(1, sum(e)) + c - 1 for e, c in terms) + len(terms) - 1 == size
            assert all(any(e[at] for e, _ in terms) for at in (0, 1))
