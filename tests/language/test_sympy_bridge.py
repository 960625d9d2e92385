"""SymPy in and out: every function both ways, programs at small sizes, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from symgrad.errors import UsageError
from symgrad.language.bridge.sympy_functions import CLASSES, IN_SYMPY
from symgrad.language.build import add, call, inv, loop, mul, neg, number, power
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import (
    Axis,
    Constant,
    Define,
    Expr,
    FloorDiv,
    Index,
    IndexDecl,
    Indicator,
    Mod,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
    SizeDecl,
    Tensor,
    Update,
)
from symgrad.language.sympy_bridge import cell, from_sympy, to_sympy

a, b, x = Ref("a"), Ref("b"), Ref("x")
i, j = Index("i"), Index("j")
B, J, T = Size("B"), Size("J"), Size("T")


def below(size: Expr) -> Expr:
    return add(size, number(-1))


def test_every_function_has_a_counterpart() -> None:
    assert set(IN_SYMPY) == set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_goes_there_and_back(name: str) -> None:
    """Functions SymPy has come back as they were; the others as something of the same value."""
    expr = call(name, *(a, b)[: FUNCTIONS[name].arity])
    there = to_sympy(expr)
    back = from_sympy(there)
    if name in CLASSES or name == "relu":
        assert back == expr
    point = {cell("a"): sympy.Rational(7, 5), cell("b"): sympy.Rational(2, 3)}
    difference = (to_sympy(back) - there).subs(point)
    assert abs(sympy.N(difference)) < 1e-12


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sigmoid", 1 / (1 + sympy.exp(-2))),
        ("softplus", sympy.log(1 + sympy.exp(2))),
        ("relu", 2),
        ("step", 1),
        ("gelu", 1.9544997361),
        ("gelu_tanh", 1.9545976941),
        ("silu", 1.7615941560),
        ("expm1", sympy.exp(2) - 1),
        ("log1p", sympy.log(3)),
        ("lambertw", 0.8526055020),
    ],
)
def test_values_of_functions_that_are_not_named_alike(name: str, value: sympy.Expr) -> None:
    assert abs(sympy.N(to_sympy(call(name, number(2))) - value)) < 1e-9


EXPRESSIONS: list[Expr] = [
    number(Fraction(-3, 4)),
    Constant("pi"),
    mul(number(2), Constant("pi"), a),
    mul(a, inv(mul(b, power(x, 2)))),
    add(a, neg(mul(number(Fraction(1, 2)), b))),
    power(a, Fraction(-3, 2)),
    inv(call("sqrt", add(power(a, 2), number(1)))),
    call("exp", neg(a)),
    power(a, add(b, number(1))),
    Ref("s", (i, add(j, number(-1)))),
    Indicator("=", i, j),
    Indicator("<", a, b),
    mul(Size("B"), Index("i")),
    Mod(i, B),
    FloorDiv(i, B),
    call("max", a, call("max", b, x)),
    call("f", a, b),
    call("f", a, b, orders=(1, 2)),
    call("f", power(a, 2), number(1), orders=(0, 1)),
]


@pytest.mark.parametrize("expr", EXPRESSIONS, ids=str)
def test_expressions_come_back_equal(expr: Expr) -> None:
    there = to_sympy(expr)
    again = to_sympy(from_sympy(there))
    assert sympy.expand(_same_dummies(again) - _same_dummies(there)) == 0


def _same_dummies(value: sympy.Expr) -> sympy.Expr:
    """Dummies of Subs differ from one to the next; carry the substitution out on symbols named after them."""
    named = {dummy: sympy.Symbol(f"{dummy.name}_", real=True) for dummy in value.atoms(sympy.Dummy)}
    return value.xreplace(named)


def test_names_decide_what_symbols_stand_for() -> None:
    m = sympy.Symbol("m")
    assert from_sympy(m + 1, {"m": Size("M")}) == add(Size("M"), number(1))
    assert from_sympy(m) == Ref("m")


def test_sums() -> None:
    k = sympy.Symbol("j", integer=True)
    last = sympy.Symbol("J", integer=True, positive=True) - 1
    assert to_sympy(Reduce("sum", (Range("j"),), Ref("x", (j,)))) == sympy.Sum(cell("x", k), (k, 0, last))
    nested = Reduce("sum", (Range("i"), Range("j", None, i)), Indicator("=", i, j))
    low_and_high = {"i": IndexDecl("i", number(0), number(2))}
    assert to_sympy(nested, {"J": 9}, indices=low_and_high).doit() == 3


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (sympy.Float(0.1), "Float: 0.1"),
        (sympy.I, "ImaginaryUnit"),
        (sympy.besselj(1, sympy.Symbol("x")), "besselj of 2 arguments"),
        (sympy.polygamma(1, sympy.Symbol("x")), "polygamma"),
        (sympy.zeta(sympy.Symbol("x")), "zeta"),
        (sympy.Sum(sympy.Symbol("n"), (sympy.Symbol("n"), 0, 3)), "Sum"),
        (sympy.Piecewise((2, sympy.Symbol("x") > 0), (3, True)), "Piecewise"),
        (sympy.Derivative(sympy.Function("f")(sympy.Symbol("x") ** 2), sympy.Symbol("x")), "argument"),
    ],
    ids=str,
)
def test_what_has_no_counterpart_is_refused_by_name(value: sympy.Expr, what: str) -> None:
    with pytest.raises(UsageError, match="no counterpart") as error:
        from_sympy(value)
    assert what in error.value.message


def test_a_symbolic_maximum_is_refused() -> None:
    with pytest.raises(UsageError, match="no max over a symbolic range"):
        to_sympy(Reduce("max", (Range("j"),), Ref("x", (j,))))


def normaliser() -> Program:
    """Z[b] = sum_j exp(s[b, j]), by an update, and p[b, j] = exp(s[b, j])/Z[b]."""
    bi, s, Z = Index("b"), Ref("s", (Index("b"), j)), Ref("Z", (Index("b"),))
    over_b, over_j = Axis("b", B), Axis("j", J)
    both = (Range("b"), Range("j"))
    return Program(
        sizes=(SizeDecl("B"), SizeDecl("J", minimum=2)),
        indices=(IndexDecl("b", number(0), below(B)), IndexDecl("j", number(0), below(J))),
        tensors=(
            Tensor("s", (over_b, over_j), Role.INPUT),
            Tensor("Z", (over_b,), Role.COMPUTED),
            Tensor("p", (over_b, over_j), Role.COMPUTED),
        ),
        body=(
            loop(both, Update(Z, 1, call("exp", s))),
            loop(both, Define(Ref("p", (bi, j)), mul(call("exp", s), inv(Z)))),
        ),
        outputs=("p",),
    )


def test_a_program_at_given_sizes() -> None:
    cells = to_sympy(normaliser(), sizes={"B": 1, "J": 2})
    e0, e1 = sympy.exp(cell("s", 0, 0)), sympy.exp(cell("s", 0, 1))
    assert cells == {cell("p", 0, 0): e0 / (e0 + e1), cell("p", 0, 1): e1 / (e0 + e1)}
    assert list(to_sympy(normaliser(), {"B": 2, "J": 2}, of=["Z"])) == [cell("Z", 0), cell("Z", 1)]


def recurrence(descending: bool = False) -> Program:
    """h[t] += 2 h[t-1] + x[t] with h[0] given; run downwards, nothing has been added yet where it reads."""
    t = Index("t")
    value = add(mul(number(2), Ref("h", (add(t, number(-1)),))), Ref("x", (t,)))
    axes = (Axis("", add(T, number(1))),)
    return Program(
        sizes=(SizeDecl("T"),),
        tensors=(
            Tensor("x", axes, Role.INPUT),
            Tensor("h", axes, Role.COMPUTED, initial=(number(0),)),
        ),
        body=(loop((Range("t", number(1), T, descending),), Update(Ref("h", (t,)), 1, value)),),
    )


def test_order_and_given_slices() -> None:
    up = to_sympy(recurrence(), {"T": 2})
    x1, x2, h0 = cell("x", 1), cell("x", 2), cell("h", 0)
    assert sympy.expand(up[cell("h", 2)] - (4 * h0 + 2 * x1 + x2)) == 0
    assert to_sympy(recurrence(descending=True), {"T": 2})[cell("h", 2)] == x2


def test_accumulators_start_at_what_they_hold() -> None:
    total = Tensor("g", (), Role.ACCUMULATOR)
    program = Program(tensors=(Tensor("x", (), Role.INPUT), total), body=(Update(Ref("g"), -1, x),))
    assert to_sympy(program, {}) == {cell("g"): cell("g") - cell("x")}


def test_defined_sizes_and_reads_outside() -> None:
    padded = Tensor("x", (Axis("i", Size("H")),), Role.INPUT, zero_outside=True)
    value = add(Ref("x", (add(i, number(-1)),)), Reduce("max", (Range("j"),), Ref("x", (j,))))
    program = Program(
        sizes=(SizeDecl("K"), SizeDecl("H", definition=mul(number(2), Size("K")))),
        indices=tuple(IndexDecl(name, number(0), below(Size("H"))) for name in "ij"),
        tensors=(padded, Tensor("y", (Axis("i", Size("H")),), Role.COMPUTED)),
        body=(loop((Range("i"),), Define(Ref("y", (i,)), value)),),
    )
    cells = to_sympy(program, {"K": 1})
    x0, x1 = cell("x", 0), cell("x", 1)
    assert cells == {cell("y", 0): sympy.Max(x0, x1), cell("y", 1): x0 + sympy.Max(x0, x1)}


def gather() -> Program:
    """z[b] = x[y[b]]."""
    bi = Index("b")
    return Program(
        sizes=(SizeDecl("B"), SizeDecl("J")),
        indices=(IndexDecl("b", number(0), below(B)),),
        tensors=(
            Tensor("x", (Axis("", J),), Role.INPUT),
            Tensor("y", (Axis("b", B),), Role.INTEGER, labels=(number(0), below(J))),
            Tensor("z", (Axis("b", B),), Role.COMPUTED),
        ),
        body=(loop((Range("b"),), Define(Ref("z", (bi,)), Ref("x", (Ref("y", (bi,)),)))),),
    )


def test_integer_tensors_take_the_values_given() -> None:
    sizes = {"B": 2, "J": 3}
    cells = to_sympy(gather(), sizes, integers={"y": [2, 0]})
    assert cells == {cell("z", 0): cell("x", 2), cell("z", 1): cell("x", 0)}
    with pytest.raises(UsageError, match=r"no integer is given for y\[1\]"):
        to_sympy(gather(), sizes, integers={"y": [2]})
    with pytest.raises(UsageError, match="not a whole number") as error:
        to_sympy(gather(), sizes)
    assert "integers=" in error.value.hint
    with pytest.raises(UsageError, match="outside of x"):
        to_sympy(gather(), sizes, integers={"y": [3, 0]})


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"B": 1}, "no number is given for the size J"),
        ({"B": 1, "J": 1}, "the size J is 1, but at least 2"),
        ({"B": 200, "J": 200}, "more than 2000 steps"),
    ],
)
def test_sizes_that_cannot_be_used(sizes: dict[str, int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        to_sympy(normaliser(), sizes)


def test_no_such_tensor() -> None:
    with pytest.raises(UsageError, match="no tensor q"):
        to_sympy(normaliser(), {"B": 1, "J": 2}, of=["q"])
