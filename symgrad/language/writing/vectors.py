"""Cells of vectors and matrices written without their indices: `1[i = j] y[i] - y[i] y[j]` is diag(y) - y y^T."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from symgrad.language.build import mul, number, rename
from symgrad.language.program import (
    Add,
    Call,
    Constant,
    Expr,
    Index,
    Indicator,
    Inv,
    Mul,
    Neg,
    Number,
    Pow,
    Reduce,
    Ref,
    Size,
)
from symgrad.language.walk import free_indices
from symgrad.language.write import write_expr


def write_vectors(expr: Expr, axes: Sequence[str]) -> str | None:
    """The text of an array whose cell at the indices `axes` is the expression; None where it needs its indices.

    >>> y = lambda i: Ref("y", (Index(i),))
    >>> write_vectors(mul(y("i"), y("j")), ("i", "j"))
    'y y^T'
    """
    try:
        text = _sum(expr, tuple(axes))
    except _NeedsIndicesError:
        return None
    depths = list(accumulate((char in "([{") - (char in ")]}") for char in text))
    whole = text.startswith("(") and 0 not in depths[:-1]
    return text[1:-1] if whole else text


class _NeedsIndicesError(Exception):
    """There is no way to write this without indices."""


def _sum(expr: Expr, axes: tuple[str, ...]) -> str:
    terms = expr.args if isinstance(expr, Add) else (expr,)
    text = ""
    for term in terms:
        negative = isinstance(term, Neg) or (isinstance(term, Number) and term.value < 0)
        body = term.arg if isinstance(term, Neg) else number(-term.value) if negative else term  # type: ignore[attr-defined]
        if axes and len(axes) > 1 and not set(axes) & set(free_indices(body)):
            raise _NeedsIndicesError
        written = _product(body, axes)
        text += (" - " if negative else " + ") + written if text else ("-" if negative else "") + written
    return text


def _product(expr: Expr, axes: tuple[str, ...]) -> str:
    """A product without its sign."""
    factors = list(expr.args) if isinstance(expr, Mul) else [expr]
    scalars = [f for f in factors if not set(axes) & set(free_indices(f))]
    arrays = [f for f in factors if f not in scalars]
    above = [f for f in scalars if not isinstance(f, Inv)]
    below = [f.arg for f in scalars if isinstance(f, Inv)]
    whole = _array(arrays, axes) if arrays else ""
    front = [_scalar(f) for f in above]
    if whole and front:
        sign = " * " if len(axes) == 1 and any(isinstance(f, Reduce | Add) for f in above) else " "
        text = " ".join(front) + sign + _bracketed(whole, " + - * ")
    else:
        text = " ".join((*front, *((whole,) if whole else ()))) or "1"
    for divisor in below:
        text = f"{_bracketed(text, ' + - ')}/{_scalar(divisor)}"
    return text


def _array(factors: list[Expr], axes: tuple[str, ...]) -> str:
    if len(axes) == 1:
        return _vector(factors, axes[0])
    if len(axes) == 2:
        return _matrix(factors, axes)
    raise _NeedsIndicesError


def _vector(factors: list[Expr], axis: str) -> str:
    above = [f for f in factors if not isinstance(f, Inv)]
    below = [f.arg for f in factors if isinstance(f, Inv)]
    written = [_cellwise(f, axis) for f in above]
    text = " * ".join(_bracketed(w, " + - ") if len(written) > 1 else w for w in written) or "1"
    return text + "".join(f" / {_bracketed(_cellwise(f, axis), ' + - * / ')}" for f in below)


def _cellwise(expr: Expr, axis: str) -> str:
    """A factor as a vector along an index."""
    match expr:
        case Ref(name, (Index(index),)) if index == axis:
            return name
        case Add():
            return _sum(expr, (axis,))
        case Mul():
            return _product(expr, (axis,))
        case Neg(arg):
            return f"-{_bracketed(_cellwise(arg, axis), ' + - ')}"
        case Call(function, (arg,), ()):
            return f"{function}({_sum(arg, (axis,))})"
        case Pow(base, Number(value)) if value.denominator == 1 and value > 0:
            return f"{_bracketed(_cellwise(base, axis), ' + - * / ')}^{value}"
        case Reduce("sum", (r,), body) if r.whole:
            return _matrix_by_vector(body, axis, r.index)
    raise _NeedsIndicesError


def _matrix_by_vector(body: Expr, axis: str, bound: str) -> str:
    """sum_i v[i] M[i, j] is v M, sum_j M[i, j] v[j] is M v."""
    factors = list(body.args) if isinstance(body, Mul) else [body]
    matrices = [f for f in factors if {axis, bound} <= set(free_indices(f))]
    vectors = [f for f in factors if f not in matrices]
    if len(matrices) != 1 or not vectors:
        raise _NeedsIndicesError
    vector = _bracketed(_vector(vectors, bound), " + - * / ")
    if isinstance(matrices[0], Ref) and matrices[0].subscripts == (Index(axis), Index(bound)):
        return f"({matrices[0].name} {vector})"
    return f"({vector} {_bracketed(_sum(matrices[0], (bound, axis)), ' + - * / ')})"


def _matrix(factors: list[Expr], axes: tuple[str, ...]) -> str:
    i, j = axes
    for factor in factors:
        match factor:
            case Indicator("=", Index(a), Index(b)) if {a, b} == {i, j}:
                rest = [rename(f, {j: Index(i)}) for f in factors if f is not factor]
                return f"diag({_product(mul(*rest), (i,))})" if rest else "I"
    left = [f for f in factors if set(free_indices(f)) & {i, j} == {i}]
    right = [f for f in factors if set(free_indices(f)) & {i, j} == {j}]
    both = [f for f in factors if {i, j} <= set(free_indices(f))]
    if not both and left and right:
        return f"{_bracketed(_vector(left, i), ' + - * / ')} {_bracketed(_vector(right, j), ' + - * / ')}^T"
    if len(both) != 1 or not isinstance(both[0], Ref):
        raise _NeedsIndicesError
    if both[0].subscripts not in ((Index(i), Index(j)), (Index(j), Index(i))):
        raise _NeedsIndicesError
    matrix = both[0].name if both[0].subscripts[0] == Index(i) else f"{both[0].name}^T"
    front = f"diag({_vector(left, i)}) " if left else ""
    return f"{front}{matrix}" + (f" diag({_vector(right, j)})" if right else "")


def _scalar(expr: Expr) -> str:
    """A factor without free indices."""
    match expr:
        case Reduce("sum", (r,), body) if r.whole:
            factors = list(body.args) if isinstance(body, Mul) else [body]
            written = [_bracketed(_cellwise(f, r.index), " + - * / ") for f in factors]
            if len(written) == 1:
                return f"sum({written[0]})"
            ahead = written[0] if len(written) == 2 else f"({' * '.join(written[:-1])})"
            return f"({ahead} · {written[-1]})"
        case Number() | Size() | Constant():
            return write_expr(expr)
        case Ref(_, ()):
            return write_expr(expr)
        case Add():
            return f"({_sum(expr, ())})"
        case Call(function, (arg,), ()):
            return f"{function}({_sum(arg, ())})"
        case Pow(base, Number(value)) if value.denominator == 1 and value > 0:
            return f"{_bracketed(_scalar(base), ' + - ')}^{value}"
        case Mul():
            return f"({_product(expr, ())})"
    raise _NeedsIndicesError


def _bracketed(text: str, loose: str) -> str:
    """The text in brackets where one of these signs stands in it outside of brackets."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        operator = char in loose.replace(" ", "") or (char == " " and "*" in loose)
        if depth == 0 and operator and at and (char in "*/" or char == " " or text[at - 1] == " "):
            return f"({text})"
    return f"({text})" if text.startswith("-") else text
