"""Where an expression is defined and smooth: the conditions that a proof of an equation assumes.

A normal form says that two expressions agree wherever both are defined. What that asks of the
values (a denominator that is not zero, a positive argument of a logarithm, no tie in a comparison)
is noted while expressions are translated, but for what is known anyway, and told with the verdict.
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from symgrad.algebra import powers, signs
from symgrad.algebra.terms import Poly, Scalar, Sign
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import Call, Expr, Indicator, Program, Reduce, Role, Tensor
from symgrad.language.write import write_expr

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_ARGUMENTS = {
    "log1p": "{} > -1",
    "asin": "-1 <= {} <= 1",
    "acos": "-1 <= {} <= 1",
    "acosh": "{} >= 1",
    "atanh": "-1 < {} < 1",
    "tan": "cos({}) != 0",
    "sec": "cos({}) != 0",
    "cot": "sin({}) != 0",
    "csc": "sin({}) != 0",
    "coth": "{} != 0",
    "csch": "{} != 0",
    "lambertw": "{} >= -exp(-1)",
    "gamma": "no pole of gamma({})",
    "loggamma": "no pole of gamma({})",
    "digamma": "no pole of gamma({})",
}
"""What functions ask of their arguments, besides log and sqrt."""


class Domain:
    """Collects conditions, as text, in the order they come up."""

    def __init__(self, ring: Ring, declared: Container[str] = ()) -> None:
        self._ring, self._declared = ring, declared
        self.conditions: dict[str, None] = {}

    def nonzero(self, expr: Expr, value: Poly) -> None:
        """The expression is a denominator."""
        if not powers.is_positive(self._ring, value) and not signs.is_negative(self._ring, value):
            self._note(f"{write_expr(expr)} != 0")

    def root(self, expr: Expr, value: Poly, exponent: Scalar) -> None:
        """The expression is under a rational exponent that is no integer."""
        sign = signs.sign(self._ring, value)
        if sign is not Sign.POSITIVE and (exponent < 0 or not sign):
            self._note(f"{write_expr(expr)} {'>' if exponent < 0 else '>='} 0")

    def positive(self, expr: Expr, value: Poly) -> None:
        """The expression is the argument of a logarithm."""
        if not powers.is_positive(self._ring, value):
            self._note(f"{write_expr(expr)} > 0")

    def call(self, expr: Call, values: tuple[Poly, ...]) -> None:
        """A function is applied to arguments of these values."""
        if expr.function in self._declared:
            self._smooth(expr)
        elif expr.function == "log":
            self.positive(expr.args[0], values[0])
        elif expr.function == "sqrt":
            self.root(expr.args[0], values[0], 1)
        elif expr.function in _ARGUMENTS:
            self._note(_ARGUMENTS[expr.function].format(write_expr(expr.args[0])))
        elif expr.function in FUNCTIONS and FUNCTIONS[expr.function].kinked:
            self.kink(expr)

    def _smooth(self, expr: Call) -> None:
        if sum(order > 0 for order in expr.orders) > 1:
            self._note(f"{expr.function} has continuous derivatives, so that their order does not matter")

    def kink(self, expr: Call | Indicator | Reduce) -> None:
        """The expression has kinks or jumps."""
        self._note(f"no kink of {write_expr(expr)}")

    def _note(self, condition: str) -> None:
        self.conditions[condition] = None


_SIGNS = {"> 0": Sign.POSITIVE, ">= 0": Sign.NONNEGATIVE}


def declared_sign(tensor: Tensor) -> Sign:
    """What a declaration says of the sign of all cells of a tensor; nothing of those of a computed one."""
    if tensor.role is Role.COMPUTED:
        return Sign.UNKNOWN
    return _SIGNS.get(tensor.sign, Sign.NONNEGATIVE if tensor.over else Sign.UNKNOWN)


def declared(program: Program) -> list[str]:
    """What a program declares of given tensors that a proof may use: signs, constraints and distributions."""
    found = []
    for tensor in program.tensors:
        if tensor.role is Role.COMPUTED or tensor.role is Role.INTEGER:
            continue
        if tensor.sign:
            found.append(f"{_cell(tensor)} {tensor.sign}")
        if tensor.over:
            cell = _cell(tensor)
            found += [f"{cell} >= 0", f"sum_{{{', '.join(tensor.over)}}} {cell} = 1"]
    found += [f"{write_expr(c.left)} {c.op} {write_expr(c.right)}" for c in program.constraints]
    return found


def _cell(tensor: Tensor) -> str:
    labels = [axis.label or write_expr(axis.extent) for axis in tensor.axes]
    return f"{tensor.name}[{', '.join(labels)}]" if labels else tensor.name
