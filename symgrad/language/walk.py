"""Going through a program's tree: expressions, statements, ranges, in the order they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symgrad.language.program import (
    Add,
    Call,
    Define,
    Expr,
    FloorDiv,
    Index,
    Indicator,
    Inv,
    Loop,
    Mod,
    Mul,
    Neg,
    Node,
    Number,
    Pow,
    Range,
    Reduce,
    Ref,
    Size,
    Statement,
    Update,
)


def expr_children(expr: Expr) -> tuple[Expr, ...]:
    """The direct subexpressions, bounds of ranges included, in the order they are written."""
    match expr:
        case Index() | Number() | Size():
            return ()
        case Ref(_, subscripts):
            return subscripts
        case Call(_, args) | Add(args) | Mul(args):
            return args
        case Neg(arg) | Inv(arg):
            return (arg,)
        case Pow(left, right) | FloorDiv(left, right) | Mod(left, right) | Indicator(_, left, right):
            return (left, right)
        case Reduce(_, ranges, body):
            return (*range_bounds(ranges), body)
    return ()


def range_bounds(ranges: tuple[Range, ...]) -> tuple[Expr, ...]:
    """The bounds that are written in ranges."""
    return tuple(bound for r in ranges for bound in (r.low, r.high) if bound is not None)


def walk_expr(expr: Expr) -> Iterator[Expr]:
    """The expression and all below it, parents first, left to right."""
    pending = [expr]
    while pending:
        part = pending.pop()
        yield part
        pending += reversed(expr_children(part))


def free_indices(expr: Expr) -> list[str]:
    """The indices of an expression that no reduction binds, in the order they come.

    >>> from symgrad.language.build import mul
    >>> from symgrad.language.program import Index, Range, Reduce
    >>> free_indices(mul(Index("b"), Reduce("sum", (Range("j"),), Index("j"))))
    ['b']
    """
    if isinstance(expr, Index):
        return [expr.name]
    bound = {r.index for r in expr.ranges} if isinstance(expr, Reduce) else set()
    return list(dict.fromkeys(n for child in expr_children(expr) for n in free_indices(child) if n not in bound))


def walk_statements(
    body: tuple[Node, ...], around: tuple[Range, ...] = ()
) -> Iterator[tuple[tuple[Range, ...], Statement]]:
    """Each statement in textual order with the ranges of all loops around it, outermost first."""
    for node in body:
        match node:
            case Loop(ranges, inner):
                yield from walk_statements(inner, around + ranges)
            case Update() | Define():
                yield around, node


def walk_body(body: tuple[Node, ...]) -> Iterator[Expr]:
    """Every expression in the nodes: loops' bounds, targets, values, and all below them."""
    for node in body:
        match node:
            case Loop(ranges, inner):
                for bound in range_bounds(ranges):
                    yield from walk_expr(bound)
                yield from walk_body(inner)
            case Update(target, _, value) | Define(target, value):
                yield from walk_expr(target)
                yield from walk_expr(value)


def walk_ranges(body: tuple[Node, ...]) -> Iterator[Range]:
    """Every range in the nodes: those of loops and those of reductions."""
    for node in body:
        match node:
            case Loop(ranges, inner):
                yield from ranges
                yield from walk_ranges(inner)
            case _:
                for part in walk_body((node,)):
                    if isinstance(part, Reduce):
                        yield from part.ranges


def values_read(expr: Expr) -> set[str]:
    """The tensors that occur in the expression."""
    return {part.name for part in walk_expr(expr) if isinstance(part, Ref)}


def written(nodes: Iterable[Node]) -> set[str]:
    """The tensors that the nodes write."""
    return {statement.target.name for _, statement in walk_statements(tuple(nodes))}
