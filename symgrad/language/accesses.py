"""Every access to a tensor in a program, with the loops and reductions around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symgrad.language.program import Define, Expr, Index, Loop, Node, Range, Reduce, Ref, Update
from symgrad.language.walk import expr_children, range_bounds


@dataclass(frozen=True)
class Access:
    """A cell as a program names it; `bound` are the ranges around it, outermost first."""

    ref: Ref
    bound: tuple[Range, ...] = ()
    is_target: bool = False


def binding(index: str, bound: Sequence[Range]) -> Range:
    """The range that binds an index: the innermost of its name among those around it, else its own whole range."""
    return next((r for r in reversed(bound) if r.index == index), Range(index))


def expr_reads(expr: Expr, scope: tuple[Range, ...] = ()) -> Iterator[Access]:
    """Every cell that an expression reads, cells in subscripts and ranges' bounds among them."""
    match expr:
        case Ref(_, subscripts):
            yield Access(expr, scope)
            for subscript in subscripts:
                if type(subscript) is not Index:  # most are, and read nothing
                    yield from expr_reads(subscript, scope)
        case Index():
            return
        case Reduce(_, ranges, body):
            yield from _reads_of_bounds(ranges, scope)
            yield from expr_reads(body, scope + ranges)
        case _:
            for child in expr_children(expr):
                yield from expr_reads(child, scope)


def _reads_of_bounds(ranges: tuple[Range, ...], scope: tuple[Range, ...]) -> Iterator[Access]:
    for position, r in enumerate(ranges):
        for limit in range_bounds((r,)):
            yield from expr_reads(limit, scope + ranges[:position])


def accesses(body: Sequence[Node], scope: tuple[Range, ...] = ()) -> Iterator[Access]:
    """Every access in the nodes as they are written, targets before values."""
    for node in body:
        match node:
            case Loop(ranges, inner):
                yield from _reads_of_bounds(ranges, scope)
                yield from accesses(inner, scope + ranges)
            case Update(target, _, value) | Define(target, value):
                yield Access(target, scope, is_target=True)
                for subscript in target.subscripts:
                    yield from expr_reads(subscript, scope)
                yield from expr_reads(value, scope)
