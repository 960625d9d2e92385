"""To SymPy and back, for those who want to look at an expression there.

SymPy takes a third of a second to import, so it is imported when one of these functions is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from symgrad.language.program import Expr, IndexDecl, Program

if TYPE_CHECKING:
    import sympy

Integers = Any
"""An integer, or nested sequences of integers."""


@overload
def to_sympy(
    value: Expr, sizes: Mapping[str, int] | None = None, *, indices: Mapping[str, IndexDecl] | None = None
) -> sympy.Expr: ...


@overload
def to_sympy(
    value: Program,
    sizes: Mapping[str, int] | None = None,
    *,
    of: Sequence[str] | None = None,
    integers: Mapping[str, Integers] | None = None,
) -> dict[sympy.Expr, sympy.Expr]: ...


def to_sympy(
    value: Expr | Program,
    sizes: Mapping[str, int] | None = None,
    *,
    indices: Mapping[str, IndexDecl] | None = None,
    of: Sequence[str] | None = None,
    integers: Mapping[str, Integers] | None = None,
) -> sympy.Expr | dict[sympy.Expr, sympy.Expr]:
    """An expression in SymPy, or the cells that a program computes at given sizes.

    In an expression tensors become cells and scalars symbols, all real (`cell` makes the same
    ones), indices and sizes integer symbols, reductions `Sum`, indicators `KroneckerDelta` or
    `Piecewise`, derivatives of uninterpreted functions `Subs` of `Derivative`. Functions that
    SymPy does not have are written out: sigmoid(x) as 1/(1 + exp(-x)).

    Args:
        value: an expression or a program.
        sizes: numbers for sizes; a program needs all of its own. An expression's sizes that are
            not among them stay symbols.
        indices: of an expression: what its indices run over, where it is not their own size.
        of: of a program: the tensors wanted; by default its declared outputs, else all it computes.
        integers: of a program: the values of its integer tensors, as nested lists or arrays; those
            that are used as subscripts must be among them.

    Returns:
        The expression; or of each wanted cell its value in cells of the given tensors.

    Raises:
        UsageError: what SymPy cannot express (a maximum over a symbolic range), sizes that are
            missing or out of bounds, or an instance that is too large.

    >>> from symgrad.language.program import Index, Range, Reduce, Ref
    >>> to_sympy(Reduce("sum", (Range("j"),), Ref("x", (Index("j"),))))
    Sum(x[j], (j, 0, J - 1))
    """
    from symgrad.language.bridge.sympy_out import run_instance, symbolic

    if isinstance(value, Program):
        return run_instance(value, sizes or {}, of, integers or {})
    return symbolic(value, sizes or {}, indices or {})


def cell(name: str, *subscripts: int | sympy.Expr) -> sympy.Expr:
    """The symbol by which `to_sympy` writes a tensor's cell; without subscripts, a scalar's.

    >>> cell("s", 0, 1)
    s[0, 1]
    """
    from symgrad.language.bridge import sympy_out

    return sympy_out.cell(name, subscripts)


def from_sympy(value: sympy.Expr, names: Mapping[str, Expr] | None = None) -> Expr:
    """A SymPy expression in the loop language, equal to it in value.

    Args:
        value: numbers, symbols, cells, sums, products, powers, functions of the language's table
            and uninterpreted ones with their derivatives, indicators.
        names: what symbols of a given name stand for. Other real symbols become scalar tensors,
            positive integer ones sizes, integer ones indices.

    Raises:
        UsageError: anything else; the message says what.

    >>> import sympy
    >>> from symgrad.language.write import write_expr
    >>> x, y = sympy.symbols("x y")
    >>> write_expr(from_sympy(sympy.exp(x) / (2 * sympy.sqrt(y))))
    'exp(x)/(2 sqrt(y))'
    """
    from symgrad.language.bridge.sympy_in import read_sympy

    return read_sympy(value, names or {})
