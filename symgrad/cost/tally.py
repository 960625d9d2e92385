"""The operations of one expression, each with the ranges of the reductions around it.

What is counted stands in docs/costs.md: `x + y` and `x - y` are additions, a product of n factors is n - 1
multiplications and divisions, what consists of numbers and sizes alone is known beforehand, and subscripts are free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import (
    Add,
    Call,
    Constant,
    Expr,
    FloorDiv,
    Index,
    Indicator,
    Inv,
    Mod,
    Mul,
    Neg,
    Number,
    Pow,
    Range,
    Reduce,
    Ref,
    Size,
)
from symgrad.language.walk import expr_children, walk_expr

ADD, MULTIPLY, DIVIDE, COMPARE, READ, WRITE = "addition", "multiplication", "division", "comparison", "read", "write"
"""Kinds of operations; any other is the name of a function that is called."""

Ranges = tuple[Range, ...]

Tally = Counter[tuple[str, Ranges]]
"""How often each kind of operation is done, by the ranges of the reductions around it."""

POWER = "pow"
"""The function that a power is whose exponent is no multiple of 1/2."""

_ROOT = "sqrt"


def tally(expr: Expr, around: Ranges = ()) -> Tally:
    """The operations of an expression inside loops over some ranges."""
    total: Tally = Counter()
    pending = [(expr, around)]
    while pending:
        part, here = pending.pop()
        if isinstance(part, Index | Size | FloorDiv | Mod) or is_known(part):
            continue
        for kind, times in own_operations(part):
            total[kind, here] += times
        if isinstance(part, Reduce):
            inner = here + part.ranges
            total[ADD if part.op == "sum" else COMPARE, inner] += 1
            pending.append((part.body, inner))
        else:
            pending += [(child, here) for child in operands(part)]
    return total


def operands(expr: Expr) -> tuple[Expr, ...]:
    """The subexpressions whose values an operation takes; of a cell, the labels among its subscripts."""
    if isinstance(expr, Ref):
        return tuple(s for s in expr.subscripts if any(isinstance(part, Ref) for part in walk_expr(s)))
    if isinstance(expr, Pow) and isinstance(expr.exponent, Number):
        return (expr.base,)
    return expr_children(expr)


def factors(product: Mul) -> tuple[list[Expr], list[Expr]]:
    """The factors and the divisors of a product; all that is known beforehand is one factor, the first."""
    rest = [arg for arg in product.args if not is_known(arg)]
    known = [arg for arg in product.args if is_known(arg)]
    above = [arg for arg in rest if not isinstance(arg, Inv)]
    return known[:1] + above, [arg for arg in rest if isinstance(arg, Inv)]


def is_known(expr: Expr) -> bool:
    """Whether the value consists of numbers and sizes alone, such as 1/(B - 1): it is computed once, beforehand."""
    match expr:
        case Number() | Size() | Constant():
            return True
        case Call() | Neg() | Inv() | Add() | Mul() | Pow():
            return bool(expr_children(expr)) and all(map(is_known, expr_children(expr)))
    return False


@cache
def power_operations(exponent: Fraction) -> tuple[tuple[str, int], ...]:
    """The operations of x^exponent: repeated squaring, a root for a half, a division for a minus.

    >>> power_operations(Fraction(-3, 2))
    (('sqrt', 1), ('multiplication', 1), ('division', 1))
    """
    if exponent.denominator not in (1, 2):
        return ((POWER, 1),)
    whole = abs(exponent.numerator) // exponent.denominator
    squarings = max(whole.bit_length() - 1, 0) + max(whole.bit_count() - 1, 0)
    half = exponent.denominator == 2
    multiplications = squarings + (1 if half and whole else 0)
    counted = ((_ROOT, half), (MULTIPLY, multiplications), (DIVIDE, exponent < 0))
    return tuple((kind, int(times)) for kind, times in counted if times)


def own_operations(expr: Expr) -> Iterator[tuple[str, int]]:
    """What a node itself adds to its operands' operations."""
    match expr:
        case Ref():
            yield READ, 1
        case Add(args):
            yield ADD, len(args) - 1
        case Mul():
            above, _ = factors(expr)
            yield MULTIPLY, max(len(above) - 1, 0)  # each divisor brings its own division
        case Inv():
            yield DIVIDE, 1
        case Pow(_, Number(exponent)):
            yield from power_operations(exponent)
        case Pow():
            yield POWER, 1
        case Call(function, _, orders):
            row = FUNCTIONS.get(function)
            yield (COMPARE if row is not None and row.kinked and not orders else function), 1
        case Indicator():
            yield COMPARE, 1
