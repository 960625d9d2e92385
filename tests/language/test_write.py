"""What each style writes, and where it puts parentheses and product signs."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from symgrad.errors import UsageError
from symgrad.language.build import accumulate, add, call, inv, loop, mul, neg, number, power
from symgrad.language.program import (
    Constant,
    Define,
    Expr,
    FloorDiv,
    FunctionDecl,
    Index,
    IndexDecl,
    Indicator,
    Loop,
    Mod,
    Number,
    Program,
    Range,
    Reduce,
    Ref,
    Size,
    Update,
)
from symgrad.language.read import read_program
from symgrad.language.write import write_expr, write_program, write_statement

a, b, c, d = (Ref(name) for name in "abcd")
i, j, t = Index("i"), Index("j"), Index("t")
x, y, s = (Ref(name, (Index("b"), j)) for name in "xys")
mu = Ref("μ", (j,))
B = Size("B")
HALF = number(Fraction(1, 2))


def total(body: Expr, *indices: str) -> Expr:
    return Reduce("sum", tuple(Range(index) for index in indices), body)


PLAIN: list[tuple[Expr, str]] = [
    # products and quotients, from the left
    (mul(a, inv(b), c), "a/b c"),
    (mul(a, inv(mul(b, c))), "a/(b c)"),
    (mul(inv(B), x), "1/B x[b, j]"),
    (inv(inv(a)), "1/(1/a)"),
    (mul(a, inv(b), inv(c)), "a/b/c"),
    (mul(number(2), inv(add(B, number(-1))), add(x, neg(mu)), s), "2/(B - 1) (x[b, j] - μ[j]) s[b, j]"),
    (mul(x, add(y, s)), "x[b, j] (y[b, j] + s[b, j])"),
    (mul(c, add(a, b)), "c (a + b)"),
    (mul(inv(B), add(a, b)), "1/B (a + b)"),
    (mul(Ref("h_{t-1}"), add(a, b)), "h_{t-1} (a + b)"),
    (mul(add(a, b), add(a, c)), "(a + b) (a + c)"),
    # product signs where a gap would not read back
    (mul(Ref("loss"), add(a, b)), "loss*(a + b)"),
    (mul(Ref("c.grad"), add(a, b)), "c.grad*(a + b)"),
    (mul(Ref("σ"), a), "σ*a"),
    (mul(x, number(2)), "x[b, j]*2"),
    (mul(number(2), power(number(3), a)), "2*3^a"),
    (power(Ref("B"), Ref("R")), "B^R"),
    (add(power(Ref("B"), Ref("R")), Ref("B^R", (i,))), "B^(R) + B^R[i]"),
    (mul(number(2), Indicator("=", i, j)), "2*1[i = j]"),
    (mul(x, Indicator("=", i, j)), "x[b, j] 1[i = j]"),
    # numbers
    (HALF, "1/2"),
    (mul(HALF, a), "1/2 a"),
    (mul(a, HALF), "a/2"),
    (mul(a, number(Fraction(3, 4))), "a*3/4"),
    (mul(a, number(Fraction(3, 10))), "a*0.3"),
    (number(Fraction(-44715, 1000000)), "-0.044715"),
    (number(Fraction(1, 128)), "1/128"),
    (add(a, HALF, number(-2)), "a + 1/2 - 2"),
    (power(HALF, a), "(1/2)^a"),
    # signs
    (neg(mul(a, b)), "-a b"),
    (add(neg(a), b), "-a + b"),
    (add(a, neg(add(b, c))), "a - (b + c)"),
    (neg(power(a, 2)), "-a^2"),
    (power(neg(a), 2), "(-a)^2"),
    (power(number(-2), 2), "(-2)^2"),
    # powers
    (power(s, 2), "s[b, j]^2"),
    (power(s, Fraction(-3, 2)), "s[b, j]^(-3/2)"),
    (power(s, -1), "s[b, j]^(-1)"),
    (power(a, power(b, c)), "a^(b^c)"),
    (power(power(a, b), c), "(a^b)^c"),
    (power(a, y), "a^(y[b, j])"),
    (power(call("exp", a), 2), "exp(a)^2"),
    (power(Ref("W^{h,R}"), 2), "(W^{h,R})^2"),
    # reductions
    (total(x, "j"), "sum_j x[b, j]"),
    (total(mul(x, y), "j", "k"), "sum_{j, k} x[b, j] y[b, j]"),
    (total(add(x, y), "j"), "sum_j (x[b, j] + y[b, j])"),
    (total(neg(mul(x, y)), "j"), "sum_j -x[b, j] y[b, j]"),
    (add(total(x, "j"), a), "sum_j x[b, j] + a"),
    (mul(a, total(x, "j")), "a sum_j x[b, j]"),
    (mul(total(x, "j"), a), "(sum_j x[b, j]) a"),
    (mul(a, inv(total(x, "j"))), "a/(sum_j x[b, j])"),
    (power(total(x, "j"), 2), "(sum_j x[b, j])^2"),
    (call("exp", total(x, "j")), "exp(sum_j x[b, j])"),
    (Reduce("sum", (Range("t2", None, t),), a), "sum_{t2 <= t} a"),
    (Reduce("max", (Range("t2", None, add(t, number(-1))),), a), "max_{t2 < t} a"),
    (Reduce("min", (Range("t2", add(t, number(1))),), a), "min_{t2 > t} a"),
    (Reduce("sum", (Range("i", number(0), add(Size("n"), number(-2))),), a), "sum_{i in 0..n-2} a"),
    (Reduce("sum", (Range("t", Size("n"), number(5)),), a), "sum_{n <= t <= 5} a"),
    (Reduce("sum", (Range("t", Size("n"), number(5), True),), a), "sum_{5 >= t >= n} a"),
    (Reduce("sum", (Range("t", number(1), Size("n"), True),), a), "sum_{t in n..1} a"),
    # subscripts
    (Ref("h", (add(t, number(-1)), i)), "h[t-1, i]"),
    (Ref("L", (add(mul(number(2), i), j),)), "L[2*i + j]"),
    (Ref("q", (FloorDiv(i, Size("G")), Mod(i, Size("G")))), "q[i // G, i % G]"),
    (Ref("q", (add(FloorDiv(i, Size("G")), number(1)),)), "q[i // G + 1]"),
    (Ref("q", (FloorDiv(add(i, number(1)), Size("G")),)), "q[(i + 1) // G]"),
    (Ref("p", (i, Ref("y", (i,)))), "p[i, y[i]]"),
    # functions
    (call("max", a, add(b, number(1))), "max(a, b + 1)"),
    (mul(call("sigmoid", a), call("sqrt", b)), "sigmoid(a) sqrt(b)"),
    (call("g", a, orders=(2,)), "g''(a)"),
    (mul(number(2), Constant("pi")), "2 pi"),
    (Indicator("<=", add(i, number(1)), j), "1[i + 1 <= j]"),
]


@pytest.mark.parametrize(("expr", "text"), PLAIN, ids=[text for _, text in PLAIN])
def test_plain(expr: Expr, text: str) -> None:
    assert write_expr(expr) == text


UNICODE: list[tuple[Expr, str]] = [
    (total(neg(x), "j"), "Σ_j -x[b, j]"),
    (mul(power(s, 2), power(s, -12)), "s[b, j]² s[b, j]⁻¹²"),
    (power(s, Fraction(-3, 2)), "s[b, j]^(-3/2)"),
    (call("sigmoid", a), "σ(a)"),
    (call("sigmoid", Ref("σ")), "sigmoid(σ)"),
    (call("sqrt", add(a, b)), "√(a + b)"),
    (mul(a, inv(call("sqrt", s))), "a/√s[b, j]"),
    (power(call("sqrt", s), 2), "(√s[b, j])²"),
    (power(call("sqrt", add(a, b)), 2), "(√(a + b))²"),
    (mul(Ref("loss"), add(a, b)), "loss·(a + b)"),
    (Reduce("sum", (Range("t2", None, t),), Constant("pi")), "Σ_{t2 ≤ t} π"),
]


@pytest.mark.parametrize(("expr", "text"), UNICODE, ids=[text for _, text in UNICODE])
def test_unicode(expr: Expr, text: str) -> None:
    assert write_expr(expr, "unicode") == text


LATEX: list[tuple[Expr, str]] = [
    (mul(a, inv(B), x), r"\frac{a}{B}\, x[b, j]"),
    (mul(x, HALF), r"\frac{x[b, j]}{2}"),
    (mul(add(a, b), inv(c)), r"\frac{a + b}{c}"),
    (mul(HALF, a, inv(b)), r"\frac{1}{2}\, \frac{a}{b}"),
    (mul(a, inv(b), inv(c)), r"\frac{a}{b}\, \frac{1}{c}"),
    (mul(total(x, "j"), number(Fraction(3, 4))), r"\left(\sum_j x[b, j]\right)\, \frac{3}{4}"),
    (power(s, Fraction(-3, 2)), "s[b, j]^{-3/2}"),
    (power(s, 12), "s[b, j]^{12}"),
    (power(inv(a), 2), r"\left(\frac{1}{a}\right)^2"),
    (call("sqrt", add(a, b)), r"\sqrt{a + b}"),
    (call("softplus", a), r"\mathrm{softplus}(a)"),
    (total(Ref("R̃_t", (j,)), "j"), r"\sum_j \tilde{R}_t[j]"),
    (Ref("W^{h,R}.grad", (i, j)), r"W^{h,R}.\mathrm{grad}[i, j]"),
    (Ref("loss"), r"\mathrm{loss}"),
    (Ref("W_hR"), "W_{hR}"),
    (Ref("a_b_c"), r"\mathrm{a\_b\_c}"),
    (Ref("x_1'^R"), "x_1'^R"),
    (Ref("ñ"), r"\tilde{n}"),
    (power(call("sqrt", a), 2), r"(\sqrt{a})^2"),
    (Ref("x'.grad", (j,)), r"x'.\mathrm{grad}[j]"),
    (FloorDiv(i, B), r"i \mathbin{//} B"),
    (mul(total(mul(x, inv(a)), "j"), a), r"\left(\sum_j \frac{x[b, j]}{a}\right)\, a"),
]


@pytest.mark.parametrize(("expr", "text"), LATEX, ids=[text for _, text in LATEX])
def test_latex(expr: Expr, text: str) -> None:
    assert write_expr(expr, "latex") == text


def ranges(*indices: str) -> tuple[Range, ...]:
    return tuple(map(Range, indices))


def test_statement() -> None:
    update = Update(Ref("Z.grad", (Index("b"),)), -1, mul(x, inv(power(s, 2))))
    assert write_statement(ranges("b", "j"), update) == "for b, j: Z.grad[b] -= x[b, j]/s[b, j]^2"
    assert (
        write_statement(ranges("b", "j"), update, "latex")
        == r"\mathrm{for}\;b, j\colon\; Z.\mathrm{grad}[b] \mathrel{-}= \frac{x[b, j]}{s[b, j]^2}"
    )
    assert write_statement((), Define(a, b)) == "a = b"


def test_definitions_need_no_for() -> None:
    define = Define(x, y)
    assert write_statement(ranges("b", "j"), define) == "x[b, j] = y[b, j]"
    assert write_statement(ranges("j", "b"), define) == "for j, b: x[b, j] = y[b, j]"
    assert write_statement(ranges("b", "j", "k"), define) == "for b, j, k: x[b, j] = y[b, j]"
    assert write_statement((Range("b", None, t), Range("j")), define) == "for b <= t, j: x[b, j] = y[b, j]"


def test_loop_bodies() -> None:
    first, second = Update(x, 1, y), Update(s, 1, x)
    inner = Loop(ranges("j"), (first, second))
    block = Loop((Range("t", number(1), Size("T")),), (Loop(ranges("b"), (inner,)), Update(a, 1, b)))
    line = Loop((Range("t", number(1), Size("T"), descending=True),), (Loop(ranges("b", "j"), (first,)),))
    assert write_program(Program(body=(block, line))).splitlines() == [
        "for t in 1..T:",
        "    for b:",
        "        for j:",
        "            x[b, j] += y[b, j]",
        "            s[b, j] += x[b, j]",
        "    a += b",
        "for t in T..1: for b, j: x[b, j] += y[b, j]",
    ]


def test_a_definition_inside_a_loop_needs_its_for() -> None:
    define = Define(Ref("h", (t, i)), number(1))
    inside = Loop((Range("t", number(1), Size("T")),), (loop(ranges("i"), define), Update(a, 1, b)))
    assert write_program(Program(body=(inside,))).splitlines()[1] == "    for i: h[t, i] = 1"


def test_descending_over_an_index_of_its_own_range() -> None:
    decl = IndexDecl("t", number(1), Size("T"))
    down = Loop((Range("t", descending=True),), (Update(a, 1, b),))
    program = Program(indices=(decl,), body=(down,))
    assert write_program(program, declarations=False) == "for t in T..1: a += b"
    assert write_program(Program(body=(down,)), declarations=False) == "for t in T-1..0: a += b"


def test_derivatives_of_uninterpreted_functions_name_the_parameters() -> None:
    function = FunctionDecl("f", ("y", "z"))
    body = (accumulate(a, call("f", b, c, orders=(1, 1))), accumulate(a, call("f", b, c, orders=(0, 1))))
    written = write_program(Program(functions=(function,), body=body), declarations=False)
    assert written == "a += f_{yz}(b, c)\na += f_z(b, c)"


def test_unknown_style() -> None:
    with pytest.raises(UsageError, match="no style 'html'"):
        write_expr(a, "html")


def test_time_is_linear_and_depth_unbounded() -> None:
    def chain(depth: int) -> Expr:
        expr: Expr = a
        for _ in range(depth):
            expr = call("exp", add(mul(number(2), expr), neg(inv(b))))
        return expr

    def seconds(expr: Expr) -> float:
        start = time.perf_counter()
        write_expr(expr)
        return time.perf_counter() - start

    small, large = chain(1000), chain(16000)
    assert min(seconds(large) for _ in range(3)) < 40 * min(seconds(small) for _ in range(3))


def test_large_numbers_are_exact() -> None:
    assert write_expr(Number(Fraction(10**40 + 1, 10**40))) == "1." + "0" * 39 + "1"
    assert write_expr(Number(Fraction(1, 3**50))) == f"1/{3**50}"


def test_ends_of_ranges_are_written_alike_in_declarations_and_loops() -> None:
    program = read_program("size T >= 3\nindex i in 0..T - 2\ninput x[0..T - 1]\nfor i in 1..T - 2: y[i] += x[i + 1]")
    shown = write_program(program)
    assert "index i in 0..T-2" in shown
    assert "for i in 1..T-2" in shown
    assert ".. " not in shown
    assert "T - " not in shown
