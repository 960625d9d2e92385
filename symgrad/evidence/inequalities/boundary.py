"""Where what is declared nonnegative is 0: what an expression is worth there, and whether values nearby lead to it.

A certificate is about points at which everything that is declared nonnegative is positive: the interior. Beyond that
conventions fix what expressions are worth: 0 times a logarithm is 0, whatever stands in the logarithm; log 0 is
-infinity; 1/0 is +infinity where the divisor is nonnegative; infinity - infinity, 0/0 and 0 times another infinity
have no value.

Let D be a polynomial in logarithms whose arguments and coefficients are algebraic in the nonnegative cells: sums,
products, quotients and rational powers. On the straight way from a boundary point to an interior one, e of it gone,
coefficients and arguments behave as c e^k, and logarithms grow no faster than log e. A coefficient that is 0 at the end
makes its product with logarithms vanish on the way; one that is not leaves the limit that the conventions give. So
where D has a value by the conventions, it is the limit of values of D in the interior: if these are nonnegative, so
is it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from symgrad.evidence.inequalities.context import nonnegative_tensors
from symgrad.language.program import (
    Add,
    Call,
    Constraint,
    Expr,
    Index,
    Inv,
    Mul,
    Neg,
    Number,
    Pow,
    Program,
    Reduce,
    Ref,
    Update,
)
from symgrad.language.walk import expr_children, values_read, walk_statements


class _Class(IntEnum):
    """How an expression depends on cells that may be 0; what is larger says less."""

    FREE = 0
    ALGEBRAIC = 1
    LOGARITHMIC = 2
    OTHER = 3


def reaches_boundary(program: Program, exprs: Iterable[Expr]) -> bool:
    """Whether the values of expressions, after a program has run, are limits of values in the interior.

    That takes interior points near every point: constraints among cells that may be 0 are not looked into.
    """
    loose = nonnegative_tensors(program)
    if any(_names(constraint) & loose for constraint in program.constraints):
        return False
    known: dict[str, _Class] = {}
    for tensor in program.tensors:
        known[tensor.name] = _Class.ALGEBRAIC if tensor.name in loose else _Class.FREE
    for _, statement in walk_statements(program.body):
        value = _class(statement.value, known)
        before = known[statement.target.name] if isinstance(statement, Update) else _Class.FREE
        known[statement.target.name] = max(before, value)
    return all(_class(expr, known) is not _Class.OTHER for expr in exprs)


def _names(constraint: Constraint) -> set[str]:
    return values_read(constraint.left) | values_read(constraint.right)


def _class(expr: Expr, known: dict[str, _Class]) -> _Class:
    """The class of an expression, by those of tensors."""
    inside = max((_class(part, known) for part in _parts(expr)), default=_Class.FREE)
    match expr:
        case Ref(name, _):
            return max(known[name], inside)
        case Add() | Mul() | Neg():
            return inside
        case Reduce(op, _, _) if op == "sum":
            return inside
        case Inv() | Pow(_, Number()) if inside is _Class.ALGEBRAIC:
            return _Class.ALGEBRAIC
        case Call("sqrt", _) if inside is _Class.ALGEBRAIC:
            return _Class.ALGEBRAIC
        case Call("log", _) if inside is _Class.ALGEBRAIC:
            return _Class.LOGARITHMIC
    return _Class.FREE if inside is _Class.FREE else _Class.OTHER


def _parts(expr: Expr) -> tuple[Expr, ...]:
    return () if isinstance(expr, Index) else expr_children(expr)


class Continuity:
    """Which expressions over a program's tensors are continuous where cells are 0: polynomials in these, and roots."""

    def __init__(self, program: Program) -> None:
        self._moving = set(nonnegative_tensors(program))
        self._broken: set[str] = set()
        for _, statement in walk_statements(program.body):
            if values_read(statement.value) & self._moving:
                self._moving.add(statement.target.name)
            if not self.holds(statement.value):
                self._broken.add(statement.target.name)

    def holds(self, expr: Expr) -> bool:
        """Whether the expression is continuous there."""
        if not values_read(expr) & self._moving:
            return True
        match expr:
            case Ref(name, _):
                return name not in self._broken
            case Pow(base, Number(exponent)):
                return exponent > 0 and self.holds(base)
            case Add() | Mul() | Neg() | Reduce("sum", _, _):
                return all(map(self.holds, expr_children(expr)))
        return False
