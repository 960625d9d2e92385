"""Derivatives in the notation of Leibniz and with primes, their arguments written or left out."""

import pytest

from symgrad.errors import LegalityError, ReadingError
from symgrad.evidence import prove_chain
from symgrad.evidence.expressions import read_side
from symgrad.language.build import ONE, add, call, mul, power
from symgrad.language.program import Ref
from symgrad.language.read import read_program

DIAMOND = read_program("function f(y, z), g(x), h(x)\ninput x\ny = g(x)\nz = h(x)\nu = f(y, z)\nell = u")
SOFTMAX = read_program("index i, j, k in n\ninput x[j]\nZ = sum_k exp(x[k])\ny[i] = exp(x[i])/Z")
ROWS = read_program("function g(x)\nindex b in B\ninput a[b]\ny[b] = g(a[b])")

x, y, z = Ref("x"), Ref("y"), Ref("z")


def f(*orders: int):
    return call("f", y, z, orders=orders)


def g(order: int, arg=x):
    return call("g", arg, orders=(order,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f_y", f(1, 0)),
        ("f_{yz}", f(1, 1)),
        ("f_yy", f(2, 0)),
        ("g'", g(1)),
        ("g''(x)", g(2)),
        ("g'(y)", g(1, y)),
        ("g'(u + 1)", g(1, add(Ref("u"), ONE))),
        ("∂f/∂y", f(1, 0)),
        ("∂f/∂y(y, z)", f(1, 0)),
        ("∂²f/∂y²", f(2, 0)),
        ("∂^2 f/∂y∂z", f(1, 1)),
        ("∂²f/∂z∂y", f(1, 1)),
        ("∂³f/∂y²∂z", f(2, 1)),
        (r"\frac{\partial f}{\partial z}", f(0, 1)),
        (r"\frac{\partial^2 f}{\partial y \partial z}", f(1, 1)),
        (r"\frac{\partial^{2} f}{\partial y^{2}}", f(2, 0)),
        ("dg/dx", g(1)),
        ("d²g/dx²", g(2)),
        ("d^2 g/dx^2", g(2)),
        (r"\frac{dg}{dx}", g(1)),
        (r"\frac{d^2 g}{dx^2}", g(2)),
        (r"\frac{\mathrm{d}g}{\mathrm{d}x}", g(1)),
        ("dg/dx(x)", g(1)),
        ("g'^2", power(g(1), 2)),
        ("(g')^2", power(g(1), 2)),
        ("g'(x)^2", power(g(1), 2)),
        ("g'^2(x)", power(g(1), 2)),
        ("f_y g' h'", mul(f(1, 0), g(1), call("h", x, orders=(1,)))),
        ("∂f/∂y ∂g/∂x", mul(f(1, 0), g(1))),
        ("f_yy (g')^2", mul(f(2, 0), power(g(1), 2))),
        ("f", f(0, 0)),
    ],
)
def test_derivatives_of_declared_functions(text, expected):
    assert read_side(text, DIAMOND)[0] == expected


def test_functions_are_taken_where_the_program_takes_them():
    assert read_side("g'", ROWS)[0] == read_side("g'(a[b])", ROWS)[0]


CHAIN_RULE = "f_yy g'^2 + 2 f_yz g' h' + f_zz h'^2 + f_y g'' + f_z h''"


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("∂ell/∂x = f_y g' + f_z h' = df/dx", DIAMOND),
        ("∂ell/∂y = f_y", DIAMOND),
        ("∂y/∂x = g' = dy/dx", DIAMOND),
        ("∂²ell/∂x² = " + CHAIN_RULE, DIAMOND),
        (r"\frac{\partial^2 ell}{\partial x^2} = \frac{d}{dx}\left(f_y g' + f_z h'\right)", DIAMOND),
        ("∂²ell/∂y∂z = f_yz = ∂/∂y ∂ell/∂z", DIAMOND),
        ("∂²ell/∂x∂y = f_yy g' + f_yz h'", DIAMOND),
        ("∂(f_y g')/∂x = f_y g'' + g' ∂/∂x f_y", DIAMOND),
        ("d/dx ell = ∂ell/∂x", DIAMOND),
        ("∂y[i]/∂x[j] = 1[i = j] y[i] - y[i] y[j]", SOFTMAX),
        (r"\frac{\partial y_i}{\partial x_j} = y_i δ_{ij} - y_i y_j", SOFTMAX),
        ("∂Z/∂x[i] = exp(x[i])", SOFTMAX),
        ("∂²Z/∂x[i]∂x[j] = 1[i = j] exp(x[i])", SOFTMAX),
        ("∂/∂x[j] (sum_i y[i]) = 0", SOFTMAX),
        ("∂/∂x[i] (sum_i y[i]^2) = 2 y[i]^2 - 2 y[i] sum_j y[j]^2", SOFTMAX),
        ("∂y[b]/∂a[b] = g'(a[b])", ROWS),
    ],
)
def test_derivatives_of_expressions_are_taken(text, context):
    assert prove_chain(text, context)


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("∂²ell/∂x² = ∂²f/∂y² d²g/dx² + ∂²f/∂z² d²h/dx²", DIAMOND),
        ("∂²ell/∂x² = f_yy g'^2 + f_yz g' h' + f_zz h'^2 + f_y g'' + f_z h''", DIAMOND),
        ("∂y[i]/∂x[j] = 1[i = j] y[i] (1 - y[i])", SOFTMAX),
        ("∂ell/∂y = f_y g'", DIAMOND),
    ],
)
def test_wrong_derivatives_are_refuted(text, context):
    assert prove_chain(text, context).links[-1].verdict.status == "refuted"


def test_the_order_of_differentiation_is_an_assumption():
    (link,) = prove_chain("∂/∂y ∂f/∂z = ∂/∂z ∂f/∂y", DIAMOND).links
    assert link.verdict
    (link,) = prove_chain("∂²ell/∂x² = " + CHAIN_RULE, DIAMOND).links
    assert any("f has continuous derivatives" in words for words in link.verdict.assumptions)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("∂g/∂x^2", ReadingError, "one order above and another below"),
        ("∂²f/∂y", ReadingError, "one order above and another below"),
        ("∂^99f/∂y^99", ReadingError, "no order of a derivative"),
        ("∂f/∂w", ReadingError, "has no parameter w"),
        ("∂h/∂x (y + z)", ReadingError, "or a factor?"),
        ("g'' (y + z)", ReadingError, "or a factor?"),
        ("∂/∂x", ReadingError, "taken of?"),
        ("∂/∂x " * 12 + "y", ReadingError, "derivatives in one another"),
        ("∂L", ReadingError, "a partial derivative is written"),
        ("∂ell/∂g", LegalityError, "by a tensor or by a cell of one"),
        ("x.grad", LegalityError, "is not computed here"),
        ("∂^9(f_y g' h' f_z g'')/∂x^9", LegalityError, "more than 5000 parts"),
    ],
)
def test_what_is_no_derivative_is_told(text, error, said):
    with pytest.raises(error, match=said.replace("?", r"\?")):
        read_side(text, DIAMOND)


def test_a_derivative_by_what_depends_on_itself_is_refused():
    time = read_program("size T\ninput h[0], x[0..T]\nfor t in 1..T: h[t] += x[t] h[t-1]")
    with pytest.raises(LegalityError, match="depends on itself"):
        read_side("∂h[1]/∂h[0]", time)


def test_a_quotient_of_adjoints_is_none():
    context = read_program("index b in B, j in J\ninput s[b, j]\nfor b, j: Z[b] += exp(s[b, j])")
    program = read_program("for b, j: q[b, j] += dZ[b]/ds[b, j]", context=context)
    assert [t.name for t in program.tensors if t.name.endswith(".grad")] == ["Z.grad", "s.grad"]


def test_in_programs_a_derivative_is_an_adjoint():
    program = read_program("∂L/∂x += f_y(y, z) ∂L/∂u", context=DIAMOND)
    assert [t.name for t in program.tensors if t.name.endswith(".grad")] == ["x.grad", "u.grad"]
