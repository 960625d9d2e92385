"""Expressions whose values are exact: subscripts, bounds, extents, exponents, and what integer tensors hold.

They are made of numbers, sizes, indices and cells of integer tensors. Each is compiled once to a
function of the indices' values, because a loop asks for its subscripts over and over. The same
functions work on arrays of index values, which is how `vectorise.py` uses them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from fractions import Fraction
from typing import Any

from symgrad.errors import UsageError
from symgrad.language.program import (
    Add,
    Call,
    Expr,
    FloorDiv,
    Index,
    Inv,
    Mod,
    Mul,
    Neg,
    Number,
    Pow,
    Program,
    Reduce,
    Ref,
    Role,
    Size,
    Tensor,
)
from symgrad.language.ranges import LARGEST, SMALLEST, bounds_in
from symgrad.language.walk import walk_expr

Env = Mapping[str, Any]
"""The value of each index: an integer, or an array of integers."""

Exact = Callable[[Env], Any]
"""A compiled exact expression."""

Lookup = Callable[[Any], Exact]
"""How to compile an expression of a certain kind, as a cell of an integer tensor."""


_LONGEST = 1 << 17  # binary digits of a power


class TooLongError(UsageError):
    """An exact number would take too many digits."""


def is_exact(expr: Expr, integers: Container[str]) -> bool:
    """Whether the expression's value is exact, where `integers` names the integer tensors."""
    match expr:
        case Number() | Index() | Size():
            return True
        case Ref(name, _):
            return name in integers
        case Neg(arg) | Inv(arg):
            return is_exact(arg, integers)
        case Add(args) | Mul(args):
            return all(is_exact(arg, integers) for arg in args)
        case FloorDiv(left, right) | Mod(left, right):
            return is_exact(left, integers) and is_exact(right, integers)
        case Pow(base, exponent):
            return is_exact(base, integers) and _is_integer(exponent)
    return False


def is_exact_end(expr: Expr, integers: Container[str]) -> bool:
    """The same of a subscript, or of the end of a range, which may be the largest or smallest of several bounds."""
    choices = (bounds_in(LARGEST, expr), bounds_in(SMALLEST, expr))
    return any(all(is_exact(bound, integers) for bound in bounds) for bounds in choices)


def _is_integer(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value.denominator == 1


def compile_exact(expr: Expr, fixed: Lookup, lookup: Lookup) -> Exact:
    """The expression as a function of index values; `is_exact` must hold.

    Args:
        expr: the expression.
        fixed: how to compile what sizes decide, as `in_sizes` does.
        lookup: how to compile a cell of an integer tensor.
    """

    def inner(part: Expr) -> Exact:
        return compile_exact(part, fixed, lookup)

    if isinstance(expr, Index):
        name = expr.name
        return lambda env: env[name]
    if depends_on_sizes_only(expr):
        return fixed(expr)
    match expr:
        case Ref():
            return lookup(expr)
        case Neg(arg):
            negated = inner(arg)
            return lambda env: -negated(env)
        case Inv(arg):
            return _inverse(inner(arg), arg)
        case Add(args):
            return _sum([inner(arg) for arg in args])
        case Mul(args):
            return _product([inner(arg) for arg in args])
        case FloorDiv(left, right):
            numerator, divisor = inner(left), inner(right)
            return lambda env: numerator(env) // divisor(env)
        case Mod(left, right):
            numerator, divisor = inner(left), inner(right)
            return lambda env: numerator(env) % divisor(env)
        case Call("max" | "min" as function, (left, right)):  # of bounds; they may be arrays
            first, second, sign = inner(left), inner(right), 1 if function == "max" else -1
            return lambda env: (first(env) + second(env) + sign * abs(first(env) - second(env))) // 2
        case Pow(base, Number(exponent)):
            raised, times = inner(base), int(exponent)
            return lambda env: raised(env) ** times
    raise TypeError(f"not an exact expression: {expr!r}")


def in_sizes(sizes: Mapping[str, int]) -> Lookup:
    """How to compile what sizes decide, once and for all."""

    def fixed(expr: Expr) -> Exact:
        value = exact_value(expr, sizes)
        return lambda env: value

    return fixed


def _sum(parts: list[Exact]) -> Exact:
    if len(parts) == 2:
        first, second = parts
        return lambda env: first(env) + second(env)
    return lambda env: sum(part(env) for part in parts)


def _product(parts: list[Exact]) -> Exact:
    first, rest = parts[0], parts[1:]

    def product(env: Env) -> Any:
        value = first(env)
        for part in rest:
            value = value * part(env)
        return value

    return product


def _inverse(divisor: Exact, written: Expr) -> Exact:
    def inverse(env: Env) -> Any:
        try:
            return Fraction(1) / divisor(env)
        except ZeroDivisionError:
            raise UsageError(f"division by zero: {expr_text(written)} becomes 0", written.place) from None

    return inverse


def exact_value(expr: Expr, sizes: Mapping[str, int]) -> int | Fraction:
    """The value of an expression in sizes: an int where it is one.

    Raises UsageError where it divides by zero or a size is not known.
    """
    try:
        value = _folded(expr, sizes)
    except ZeroDivisionError:
        shown = ", ".join(f"{name} = {value}" for name, value in sizes.items())
        raise UsageError(f"{expr_text(expr)} divides by zero at {shown}", expr.place) from None
    return int(value) if value.denominator == 1 else value


def _folded(expr: Expr, sizes: Mapping[str, int]) -> int | Fraction:
    match expr:
        case Number(value):
            return value.numerator if value.denominator == 1 else value
        case Size(name):
            if name not in sizes:
                raise UsageError(f"the value of size {name} is not known", expr.place)
            return sizes[name]
        case Neg(arg):
            return -_folded(arg, sizes)
        case Inv(arg):
            return 1 / Fraction(_folded(arg, sizes))
        case Add(args):
            return sum(_folded(arg, sizes) for arg in args)
        case Mul(args):
            product: int | Fraction = 1
            for arg in args:
                product *= _folded(arg, sizes)
            return product
        case FloorDiv(left, right):
            return _folded(left, sizes) // _folded(right, sizes)
        case Mod(left, right):
            return _folded(left, sizes) % _folded(right, sizes)
        case Call("max" | "min" as function, args):
            return (max if function == "max" else min)(_folded(arg, sizes) for arg in args)
        case Pow(base, Number(exponent)):
            return _power(_folded(base, sizes), int(exponent))
    raise TypeError(f"not an expression in sizes: {expr!r}")


def _power(base: int | Fraction, exponent: int) -> Fraction:
    if abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length()) > _LONGEST:
        raise TooLongError(f"a power has more than {_LONGEST} binary digits")
    return Fraction(base) ** exponent


def size_value(expr: Expr, sizes: Mapping[str, int]) -> int:
    """The value of an extent or bound in sizes.

    Raises UsageError if it is not a whole number.

    >>> from symgrad.language.build import add, number
    >>> size_value(add(Size("B"), number(-1)), {"B": 4})
    3
    """
    if type(expr) is Size and expr.name in sizes:  # by far the commonest
        return sizes[expr.name]
    value = exact_value(expr, sizes)
    if isinstance(value, Fraction):
        raise UsageError(f"{expr_text(expr)} is {value}, which is not a whole number", expr.place)
    return value


def sizes_in(expr: Expr) -> frozenset[str]:
    """The names of the sizes that occur in an expression."""
    return frozenset(part.name for part in walk_expr(expr) if isinstance(part, Size))


def depends_on_sizes_only(expr: Expr) -> bool:
    """Whether the expression has one value, given the sizes."""
    match expr:
        case Number() | Size():
            return True
        case Ref() | Index() | Call() | Reduce():
            return False
        case Neg(arg) | Inv(arg):
            return depends_on_sizes_only(arg)
        case Mul(args) | Add(args):
            return all(map(depends_on_sizes_only, args))
        case FloorDiv(left, right) | Mod(left, right):
            return depends_on_sizes_only(left) and depends_on_sizes_only(right)
        case Pow(base, exponent):
            return depends_on_sizes_only(base) and _is_integer(exponent)
    return False


def shape_of(tensor: Tensor, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The extents of a tensor."""
    return tuple([size_value(axis.extent, sizes) for axis in tensor.axes])


def integer_names(program: Program) -> frozenset[str]:
    """The names of the integer tensors."""
    return frozenset(tensor.name for tensor in program.tensors if tensor.role is Role.INTEGER)


def expr_text(expr: Expr) -> str:
    """The expression as people write it, for messages."""
    from symgrad.language.write import write_expr

    return write_expr(expr)
