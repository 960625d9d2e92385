"""The derivative of every function: one row each, written in the loop language itself.

A row gives the partial derivative by each argument, in `x` (and `y`). Composites get no row: the
chain rule makes them. Rows of kinked functions hold off their kinks. The functions named in
BY_SYMPY have no row; theirs is SymPy's derivative, taken when first asked for.
"""

from __future__ import annotations

from functools import cache

from symgrad.errors import UsageError
from symgrad.language.build import call, map_expr
from symgrad.language.program import Expr, Ref

ROWS: dict[str, tuple[str, ...]] = {
    "exp": ("exp(x)",),
    "expm1": ("exp(x)",),
    "log": ("1/x",),
    "log1p": ("1/(1 + x)",),
    "sqrt": ("1/(2 sqrt(x))",),
    "abs": ("sign(x)",),
    "sin": ("cos(x)",),
    "cos": ("-sin(x)",),
    "tan": ("1 + tan(x)^2",),
    "asin": ("1/sqrt(1 - x^2)",),
    "acos": ("-1/sqrt(1 - x^2)",),
    "atan": ("1/(1 + x^2)",),
    "sinh": ("cosh(x)",),
    "cosh": ("sinh(x)",),
    "tanh": ("1 - tanh(x)^2",),
    "asinh": ("1/sqrt(1 + x^2)",),
    "acosh": ("1/(sqrt(x - 1) sqrt(x + 1))",),
    "atanh": ("1/(1 - x^2)",),
    "sigmoid": ("sigmoid(x) (1 - sigmoid(x))",),
    "softplus": ("sigmoid(x)",),
    "relu": ("step(x)",),
    "sign": ("0",),
    "step": ("0",),
    "erf": ("2/sqrt(pi) exp(-x^2)",),
    "gelu": ("1/2 (1 + erf(x/sqrt(2))) + x exp(-x^2/2)/sqrt(2 pi)",),
    "gelu_tanh": (
        "1/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))"
        " + x/2 (1 - tanh(sqrt(2/pi) (x + 0.044715 x^3))^2) sqrt(2/pi) (1 + 0.134145 x^2)",
    ),
    "silu": ("sigmoid(x) (1 + x (1 - sigmoid(x)))",),
    "max": ("1[x > y]", "1[y >= x]"),  # one of two that are equal, so that max(x, x) has the derivative of x
    "min": ("1[x < y]", "1[y <= x]"),
}

BY_SYMPY = ("erfc", "erfi", "cot", "sec", "csc", "coth", "sech", "csch", "gamma", "loggamma", "digamma", "lambertw")

_ARGUMENTS = ("x", "y")


def partial(function: str, args: tuple[Expr, ...], slot: int) -> Expr:
    """The partial derivative of a table function by its argument number `slot`, at `args`.

    Raises UsageError where the derivative leaves the functions that the language knows.

    >>> from symgrad.language.write import write_expr
    >>> write_expr(partial("log", (Ref("Z"),), 0))
    '1/Z'
    """
    values = dict(zip(_ARGUMENTS, args, strict=False))
    return _substitute(_row(function, slot), values)


def partial_uninterpreted(function: str, args: tuple[Expr, ...], orders: tuple[int, ...], slot: int) -> Expr:
    """The derivative f_..slot(args) of an uninterpreted function already differentiated `orders` times."""
    raised = tuple(order + (i == slot) for i, order in enumerate(orders or (0,) * len(args)))
    return call(function, *args, orders=raised)


@cache
def _row(function: str, slot: int) -> Expr:
    if function in ROWS:
        from symgrad.language.read import read_expression

        return read_expression(ROWS[function][slot])
    return _from_sympy(function)


def _from_sympy(function: str) -> Expr:
    from symgrad.language.sympy_bridge import from_sympy, to_sympy

    try:
        written = to_sympy(call(function, Ref("x")))
        return from_sympy(written.diff(*written.free_symbols))
    except UsageError as error:
        raise UsageError(
            f"the derivative of {function} is not among the functions that the language knows",
            hint=f"it can be evaluated but not differentiated (further): {error.message}",
        ) from None


def _substitute(expr: Expr, values: dict[str, Expr]) -> Expr:
    if isinstance(expr, Ref):
        return values.get(expr.name, expr)
    return map_expr(expr, lambda e: _substitute(e, values))
