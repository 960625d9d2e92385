"""Every row of the derivative table against SymPy's own derivative, and the closed list beyond the table."""

import pytest
import sympy

from symgrad.calculus import jvp, vjp
from symgrad.calculus.derivatives import BY_SYMPY, ROWS, partial
from symgrad.errors import UsageError
from symgrad.evaluate import evaluate
from symgrad.language.build import call
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import Ref
from symgrad.language.read import read_program
from symgrad.language.sympy_bridge import to_sympy
from symgrad.language.write import write_expr

X, Y = Ref("x"), Ref("y")
POINTS = {"acosh": (1.3, 2.7), "asin": (-0.6, 0.3), "acos": (-0.6, 0.3), "atanh": (-0.6, 0.3)}
POSITIVE = (0.4, 1.7)
NEEDS_POSITIVE = {"log", "log1p", "sqrt", "gamma", "loggamma", "digamma", "lambertw"}


def points(function: str) -> tuple[float, ...]:
    return POINTS.get(function, POSITIVE if function in NEEDS_POSITIVE else (-1.3, 0.7))


def number_at(expression: sympy.Expr, **values: float) -> float:
    symbols = {symbol: values[symbol.name] for symbol in expression.free_symbols}
    return float(expression.subs(symbols).doit().evalf(20, maxn=200))


def test_every_function_has_a_row_or_is_on_the_closed_list() -> None:
    assert set(ROWS).isdisjoint(BY_SYMPY)
    assert set(ROWS) | set(BY_SYMPY) == set(FUNCTIONS)
    assert all(len(ROWS[name]) == FUNCTIONS[name].arity for name in ROWS)


@pytest.mark.parametrize("name", [n for n, row in FUNCTIONS.items() if row.arity == 1 and n != "digamma"])
def test_unary_derivative_is_sympys(name: str) -> None:
    ours = to_sympy(partial(name, (X,), 0))
    function = to_sympy(call(name, X))
    theirs = function.diff(*function.free_symbols)
    for x in points(name):
        assert number_at(ours, x=x) == pytest.approx(number_at(theirs, x=x), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("slot", [0, 1])
def test_binary_derivative_is_sympys(name: str, slot: int) -> None:
    ours = to_sympy(partial(name, (X, Y), slot))
    theirs = to_sympy(call(name, X, Y))
    variable = next(s for s in theirs.free_symbols if s.name == "xy"[slot])
    for x, y in ((0.3, 1.1), (1.1, 0.3)):
        assert number_at(ours, x=x, y=y) == pytest.approx(number_at(theirs.diff(variable), x=x, y=y))


def test_the_chain_ends_with_a_sentence() -> None:
    with pytest.raises(UsageError, match="derivative of digamma"):
        partial("digamma", (X,), 0)


def test_a_row_is_taken_at_its_arguments() -> None:
    assert write_expr(partial("tanh", (Ref("R", ()),), 0)) == "1 - tanh(R)^2"


@pytest.mark.parametrize("function", ["max", "min"])
def test_the_larger_of_two_that_are_equal_passes_its_gradient_on_once(function: str) -> None:
    same = read_program(f"for b: y[b] += {function}(x[b], x[b])")
    for derived in (vjp(same), jvp(same)):
        given = {"x": [2.0, -1.0], "y.grad": [3.0, 5.0], "x.dot": [3.0, 5.0], "x.grad": [0.0, 0.0]}
        values = {tensor.name: given[tensor.name] for tensor in derived.tensors if tensor.given}
        (result,) = evaluate(derived, values).values()
        assert result.tolist() == [3.0, 5.0]
