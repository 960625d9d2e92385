"""Every rule of the notation of expressions, with the tree it must give."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.language.build import add, call, inv, mul, neg, number, power
from symgrad.language.program import Constant, Expr, FloorDiv, FunctionDecl, Index, Indicator, Mod, Range, Reduce
from symgrad.language.read import read_expression
from tests.language.trees import of, total

INDICES = ("b", "i", "j", "k", "t")

x, y, z, w = of("x"), of("y"), of("z"), of("w")
xj, yj = of("x", "j"), of("y", "j")
half = number(Fraction(1, 2))

EXPRESSIONS: list[tuple[str, Expr]] = [
    # numbers are exact
    ("0.5", half),
    (".25", number(Fraction(1, 4))),
    ("1e-2", number(Fraction(1, 100))),
    ("2.", number(2)),
    ("-3", number(-3)),
    # products, division and juxtaposition are one level, left-associative
    ("x y", mul(x, y)),
    ("x*y", mul(x, y)),
    ("x · y", mul(x, y)),
    ("x ⊙ y", mul(x, y)),
    ("x × y", mul(x, y)),
    ("2x", mul(number(2), x)),
    ("x/y z", mul(x, inv(y), z)),
    ("1/x y", mul(inv(x), y)),
    ("x/y/z", mul(x, inv(y), inv(z))),
    ("1/2 (x - y)", mul(half, add(x, neg(y)))),
    ("x (y + z)", mul(x, add(y, z))),
    ("(x + y)(z + w)", mul(add(x, y), add(z, w))),
    ("x[j]y[j]", mul(xj, yj)),
    ("x * -y", neg(mul(x, y))),
    ("x / -y z", neg(mul(x, inv(y), z))),
    ("-x y", neg(mul(x, y))),
    ("- -x", x),
    ("+x", x),
    ("x - y + z", add(x, neg(y), z)),
    ("x − y – z", add(x, neg(y), neg(z))),
    ("b // 2", FloorDiv(Index("b"), number(2))),
    ("2 b % x y", mul(Mod(mul(number(2), Index("b")), x), y)),
    # powers bind tighter than the sign before them and to the right
    ("x^2", power(x, 2)),
    ("x**2", power(x, 2)),
    ("x²", power(x, 2)),
    ("x⁻²", power(x, -2)),
    ("-x^2", neg(power(x, 2))),
    ("2^x^y", power(number(2), power(x, y))),
    ("x^-3/2", mul(power(x, -3), half)),
    ("x^{-3/2}", power(x, Fraction(-3, 2))),
    ("x^(y + 1)", power(x, add(y, number(1)))),
    ("x^{y}", power(x, y)),
    ("x[j]^2", power(xj, 2)),
    ("x^2y", mul(power(x, 2), y)),
    # functions
    ("exp(x)", call("exp", x)),
    ("ln(x)", call("log", x)),
    ("exp x y", mul(call("exp", x), y)),
    ("exp x[j]^2", call("exp", power(xj, 2))),
    ("exp(x)^2", power(call("exp", x), 2)),
    ("tanh^2(x)", power(call("tanh", x), 2)),
    ("tanh²(x) y", mul(power(call("tanh", x), 2), y)),
    (r"\tanh^{2}(\exp^2(x))", power(call("tanh", power(call("exp", x), 2)), 2)),
    ("σ²(x)", power(call("sigmoid", x), 2)),
    ("σ² (x + y)", mul(power(of("σ"), 2), add(x, y))),
    ("exp(x)/y", mul(call("exp", x), inv(y))),
    ("√x[j]", call("sqrt", xj)),
    ("√(x + y)", call("sqrt", add(x, y))),
    ("x/√y z", mul(x, inv(call("sqrt", y)), z)),
    ("√x/2", mul(call("sqrt", x), half)),
    ("σ(x)", call("sigmoid", x)),
    ("σ x", call("sigmoid", x)),
    ("x/σ", mul(x, inv(of("σ")))),
    ("σ^2", power(of("σ"), 2)),
    ("σ[j]", of("σ", "j")),
    ("max(x, y, z)", call("max", call("max", x, y), z)),
    ("ln sum_j exp(x[j])", call("log", total("j", call("exp", xj)))),
    ("e^x", call("exp", x)),
    ("e^{x[j] - y}", call("exp", add(xj, neg(y)))),
    ("e^x[j]", call("exp", xj)),
    ("2e^-x y", mul(number(2), call("exp", neg(x)), y)),
    ("e[j]", of("e", "j")),
    ("π x", mul(Constant("pi"), x)),
    # reductions take the signed product that follows
    ("sum_j x[j] y", total("j", mul(xj, y))),
    ("Σ_j x[j] + y", add(total("j", xj), y)),
    ("∑_j -x[j] - y", add(total("j", neg(xj)), neg(y))),
    ("sum_{j,k} x[j] y[k]", total("j k", mul(xj, of("y", "k")))),
    ("∑ⱼ x[j]", total("j", xj)),
    ("x sum_j y[j]/z", mul(x, total("j", mul(yj, inv(z))))),
    ("x/sum_j y[j]", mul(x, inv(total("j", yj)))),
    ("2 * -sum_j x[j]", neg(mul(number(2), total("j", xj)))),
    ("(sum_j x[j]) y", mul(total("j", xj), y)),
    ("sum_j sum_k x[j] y[k]", total("j", total("k", mul(xj, of("y", "k"))))),
    ("max_j x[j] y", total("j", mul(xj, y), "max")),
    ("min_j x[j]", total("j", xj, "min")),
    ("mean_n x[n]", mul(inv(of("N")), total("n", of("x", "n")))),
    ("sum_{k <= j} x[k]", Reduce("sum", (Range("k", None, Index("j")),), of("x", "k"))),
    ("sum_{k < j} x[k]", Reduce("sum", (Range("k", None, add(Index("j"), number(-1))),), of("x", "k"))),
    ("sum_{k = 1}^{n} x[k]", Reduce("sum", (Range("k", number(1), of("n")),), of("x", "k"))),
    ("sum_{k = 1}^n x[k]", Reduce("sum", (Range("k", number(1), of("n")),), of("x", "k"))),
    (
        "mean_{k in 2..n} x[k]",
        mul(inv(add(of("n"), number(-1))), Reduce("sum", (Range("k", number(2), of("n")),), of("x", "k"))),
    ),
    ("E_{k ~ P} ln Q[k]", total("k", mul(of("P", "k"), call("log", of("Q", "k"))))),
    ("E_{k∼P} - ln Q[k]", total("k", neg(mul(of("P", "k"), call("log", of("Q", "k")))))),
    # indicators
    ("1[i=j]", Indicator("=", Index("i"), Index("j"))),
    ("I[i=j] x", mul(Indicator("=", Index("i"), Index("j")), x)),
    ("I[i]", of("I", "i")),
    ("1[x[j] >= y]", Indicator(">=", xj, y)),
    ("1[i ≠ j]", Indicator("!=", Index("i"), Index("j"))),
    ("1{i = j}", Indicator("=", Index("i"), Index("j"))),
    ("𝟙[i == j]", Indicator("=", Index("i"), Index("j"))),
    ("δ(i, j)", Indicator("=", Index("i"), Index("j"))),
    ("delta(i, j + 1)", Indicator("=", Index("i"), add(Index("j"), number(1)))),
    ("δ_{ij}", Indicator("=", Index("i"), Index("j"))),
    ("δ_ij", Indicator("=", Index("i"), Index("j"))),
    ("δᵢⱼ", Indicator("=", Index("i"), Index("j"))),
    ("δ_{i,j} x", mul(Indicator("=", Index("i"), Index("j")), x)),
    ("δ[j]", of("δ", "j")),
    # names
    ("x'", of("x'")),
    ("x′[j]", of("x'", "j")),
    ("x’", of("x'")),
    ("µ[j]", of("μ", "j")),
    ("R̃_t[b]", of("R̃_t", "b")),
    ("W^{h,R}[j, i]", of("W^{h,R}", "j", "i")),
    ("W^{h, R}", of("W^{h,R}")),
    ("W^{h,R}_t[j]", of("W_t^{h,R}", "j")),
    ("B^R[j]", of("B^R", "j")),
    ("B^{R}[j]", of("B^R", "j")),
    ("B^R.grad[j]", of("B^R.grad", "j")),
    ("B^R", power(of("B"), of("R"))),
    ("h_{t − 1}[b]", of("h_{t-1}", "b")),
    ("h_{t}[b]", of("h_t", "b")),
    ("hₜ₋₁[b]", of("h_{t-1}", "b")),
    ("x.grad[b]", of("x.grad", "b")),
    ("x.value[b]", of("x", "b")),
    ("x[b].grad", of("x.grad", "b")),
    ("x.grad.dot[b]", of("x.grad.dot", "b")),
    ("∂L/∂x[b, j] y", mul(of("x.grad", "b", "j"), y)),
    ("𝑥", x),
    ("max_pool[j]", of("max_pool", "j")),
    # a name before a bracket
    ("P(k)", of("P", "k")),
    ("B(x - y)", mul(of("B"), add(x, neg(y)))),
    ("1/B (x - y)", mul(inv(of("B")), add(x, neg(y)))),
    ("unknown(x)", call("unknown", x)),
    ("unknown (x + y)", mul(of("unknown"), add(x, y))),
    # gather
    ("p[b, y[b]]", of("p", "b", of("y", "b"))),
    ("x[2*j + 1, j // 3]", of("x", add(mul(number(2), Index("j")), number(1)), FloorDiv(Index("j"), number(3)))),
    # the LaTeX that lecturers paste
    (r"\frac{x}{y} z", mul(x, inv(y), z)),
    (r"\frac12 x", mul(half, x)),
    (r"\sqrt{x[j]}", call("sqrt", xj)),
    (r"\left( x + y \right)^2", power(add(x, y), 2)),
    (r"\sum_{j} \exp(x[j])", total("j", call("exp", xj))),
    (r"\sum\limits_j x[j]", total("j", xj)),
    (r"\mu\sigma", mul(of("μ"), of("σ"))),
    (r"\tilde{R}_{t}[b,j]", of("R̃_t", "b", "j")),
    (r"\tilde R_t[b]", of("R̃_t", "b")),
    (r"\hat\mu[j]", of("μ̂", "j")),
    (r"W_{\text{in}}[j]", of("W_in", "j")),
    (r"x.\mathrm{grad}[j]\,y", mul(of("x.grad", "j"), y)),
    (r"x.\operatorname{grad}[j]", of("x.grad", "j")),
    (r"x.\grad[j] + y\grad", add(of("x.grad", "j"), of("y.grad"))),
    (r"x \cdot y \times z", mul(x, y, z)),
    (r"\mathbb{1}[i \le j]", Indicator("<=", Index("i"), Index("j"))),
    (r"\mathbf{1}_{[i=j]}", Indicator("=", Index("i"), Index("j"))),
    (r"\frac{\partial \ell}{\partial x}[b]", of("x.grad", "b")),
    (r"\operatorname{softplus}(x)", call("softplus", x)),
]


@pytest.mark.parametrize(("text", "tree"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_expression(text: str, tree: Expr) -> None:
    assert read_expression(text, indices=INDICES) == tree


def test_places_are_those_of_the_author() -> None:
    expr = read_expression("x² + \\mathrm{exp}(µ[j])", indices="j")
    places = {part.place.column: part.place.length for part in expr.args[1].args if part.place}  # type: ignore[attr-defined]
    assert places == {19: 1}


# Uninterpreted functions.

FUNCTIONS = (FunctionDecl("f", ("y", "z")), FunctionDecl("g", ("x",)))
a, c = of("a"), of("c")


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("f(a, c)", ()),
        ("f_y(a, c)", (1, 0)),
        ("f_z(a, c)", (0, 1)),
        ("f_{yz}(a, c)", (1, 1)),
        ("f_{y,z}(a, c)", (1, 1)),
        ("f_{zz}(a, c)", (0, 2)),
        ("∂f/∂z(a, c)", (0, 1)),
        (r"\frac{\partial f}{\partial y}(a, c)", (1, 0)),
    ],
)
def test_derivative_of_a_declared_function(text: str, orders: tuple[int, ...]) -> None:
    assert read_expression(text, functions=FUNCTIONS) == call("f", a, c, orders=orders)


def test_primes_count_derivatives_of_functions_of_one_parameter() -> None:
    assert read_expression("g'(a) g''(c)", functions=FUNCTIONS) == mul(
        call("g", a, orders=(1,)), call("g", c, orders=(2,))
    )


def test_a_power_of_a_derivative() -> None:
    assert read_expression("g'^2(a)", functions=FUNCTIONS) == power(call("g", a, orders=(1,)), 2)


def test_a_name_with_a_prime_is_a_tensor_where_no_function_is_declared() -> None:
    assert read_expression("g'[j]", indices="j") == of("g'", "j")


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("E_{x, y ~ P} f[x, y]", "P[x, y]"),
        ("E_{x ~ P, y ~ Q} f[x, y]", "P[x] Q[y]"),
        ("E_{y ~ P[x, y]} f[x, y]", "P[x, y]"),
    ],
)
def test_expectations_over_joint_and_conditional_distributions(text: str, weight: str) -> None:
    indices = "{x, y}" if "x" in text.partition("}")[0].replace("P[x", "") else "y"
    expected = f"sum_{indices} {weight} f[x, y]"
    assert read_expression(text, indices=("x", "y")) == read_expression(expected, indices=("x", "y"))
