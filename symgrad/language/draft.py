"""What the reader hands to the resolver: declarations and nodes as written, before sizes and extents are known.

In a draft's expressions an `Index` is a name bound by a loop or a reduction around it or declared
as an index; every other bare name is a `Ref` without subscripts, be it a scalar, a size or unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from symgrad.errors import Place
from symgrad.language.build import map_expr
from symgrad.language.program import Constraint, Expr, FunctionDecl, IndexDecl, Node, Range, Ref, Role, Size, SizeDecl


@dataclass(frozen=True)
class DraftTensor:
    """A tensor as declared. An axis is an index name or number in an Expr, or a Range `0..n` of index ""."""

    name: str
    axes: tuple[Expr | Range, ...]
    role: Role
    sign: str = ""
    labels: tuple[Expr, Expr] | None = None
    zero_outside: bool = False
    over: tuple[str, ...] = ()
    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Draft:
    """A text as read, its declarations in the order they were written."""

    sizes: tuple[SizeDecl, ...] = ()
    indices: tuple[IndexDecl, ...] = ()
    tensors: tuple[DraftTensor, ...] = ()
    functions: tuple[FunctionDecl, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    body: tuple[Node, ...] = ()
    outputs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    source: str = ""
    name: str = ""


def as_drafted(expr: Expr) -> Expr:
    """The expression of a program with its sizes as the bare names that a draft has."""
    return Ref(expr.name) if isinstance(expr, Size) else map_expr(expr, as_drafted)
