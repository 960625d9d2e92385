"""Places in expressions and programs, and what stands there replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from symgrad.language.build import add, inv, mul, neg
from symgrad.language.program import (
    Add,
    Call,
    Define,
    Expr,
    Index,
    Indicator,
    Inv,
    Loop,
    Mul,
    Neg,
    Node,
    Pow,
    Program,
    Reduce,
    Ref,
    Update,
)
from symgrad.language.walk import free_indices, walk_body, walk_expr, walk_ranges, walk_statements

Path = tuple[int, ...]


@dataclass(frozen=True)
class Spot:
    """A part of an expression: the way to it, and the indices that are bound around it."""

    path: Path
    part: Expr
    scope: tuple[str, ...]


def parts_of(expr: Expr) -> tuple[Expr, ...]:
    """The direct parts that are values: no subscripts, no bounds of ranges, no exponents."""
    match expr:
        case Call(_, args) | Add(args) | Mul(args):
            return args
        case Neg(arg) | Inv(arg) | Pow(arg, _) | Reduce(_, _, arg):
            return (arg,)
    return ()


def with_parts(expr: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The expression with other direct parts, in the shape that the constructors keep."""
    match expr:
        case Call():
            return replace(expr, args=parts)
        case Add():
            return add(*parts)
        case Mul():
            return mul(*parts)
        case Neg():
            return neg(parts[0])
        case Inv():
            return inv(parts[0])
        case Pow():
            return replace(expr, base=parts[0])
        case Reduce():
            return replace(expr, body=parts[0])
    return expr


def spots(expr: Expr, scope: tuple[str, ...], path: Path = ()) -> Iterator[Spot]:
    """Every part of an expression, itself first."""
    yield Spot(path, expr, scope)
    inner = (*scope, *(r.index for r in expr.ranges)) if isinstance(expr, Reduce) else scope
    for at, part in enumerate(parts_of(expr)):
        yield from spots(part, inner, (*path, at))


def put(expr: Expr, path: Path, new: Expr) -> Expr:
    """The expression with something else at a place."""
    if not path:
        return new
    parts = list(parts_of(expr))
    parts[path[0]] = put(parts[path[0]], path[1:], new)
    return with_parts(expr, tuple(parts))


def with_value(program: Program, at: int, value: Expr) -> Program:
    """The program with another value in one of its statements, counted in textual order."""
    return with_statement(program, at, lambda statement: (replace(statement, value=value),))


def with_statement(
    program: Program, at: int, change: Callable[[Update | Define], tuple[Update | Define, ...]]
) -> Program:
    """The program with one statement replaced by none, one or several; loops around nothing go."""
    count = iter(range(10**6))

    def changed(node: Node) -> tuple[Node, ...]:
        if isinstance(node, Loop):
            body = tuple(inner for part in node.body for inner in changed(part))
            return (replace(node, body=body),) if body else ()
        assert isinstance(node, Update | Define)
        return change(node) if next(count) == at else (node,)

    return replace(program, body=tuple(new for node in program.body for new in changed(node)))


def values_of(program: Program) -> list[tuple[int, tuple[str, ...], Update | Define]]:
    """Each statement with its number and the indices of the loops around it."""
    found = enumerate(walk_statements(program.body))
    return [(at, tuple(r.index for r in around), statement) for at, (around, statement) in found]


def letters_in(expr: Expr) -> set[str]:
    """All index letters of an expression, bound ones too."""
    bound = {r.index for part in walk_expr(expr) if isinstance(part, Reduce) for r in part.ranges}
    return {part.name for part in walk_expr(expr) if isinstance(part, Index)} | bound


def is_free_of(expr: Expr, letters: set[str]) -> bool:
    """Whether none of the letters is free in the expression."""
    return not letters & set(free_indices(expr))


def pruned(program: Program, kept: tuple[Expr, ...] = ()) -> Program:
    """The program without declarations that neither its statements nor the expressions use."""
    parts = [*walk_body(program.body), *(part for expr in kept for part in walk_expr(expr))]
    names = {part.name for part in parts if isinstance(part, Ref)}
    constraints = tuple(c for c in program.constraints if names & _names(c.left))
    for constraint in constraints:
        names |= _names(constraint.left) | _names(constraint.right)
        parts += [*walk_expr(constraint.left), *walk_expr(constraint.right)]
    tensors = tuple(t for t in program.tensors if t.name in names)
    letters = {part.name for part in parts if isinstance(part, Index)}
    letters |= {r.index for part in parts if isinstance(part, Reduce) for r in part.ranges}
    letters |= {r.index for r in walk_ranges(program.body)}
    letters |= {axis.label for tensor in tensors for axis in tensor.axes}
    functions = {part.function for part in parts if isinstance(part, Call)}
    return replace(
        program,
        tensors=tensors,
        constraints=constraints,
        indices=tuple(i for i in program.indices if i.name in letters),
        functions=tuple(f for f in program.functions if f.name in functions),
    )


def _names(expr: Expr) -> set[str]:
    return {part.name for part in walk_expr(expr) if isinstance(part, Ref)}


def indicators_swapped(expr: Indicator) -> Expr:
    """`1[j = i]` for `1[i = j]`."""
    flipped = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(expr.op, expr.op)
    return Indicator(flipped, expr.right, expr.left)
