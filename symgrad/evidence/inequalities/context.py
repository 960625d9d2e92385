"""The part of a program that two expressions depend on, and its interior: where nothing nonnegative is 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from symgrad.language.dependence import node_reads, node_writes
from symgrad.language.program import Constraint, Expr, Index, Node, Program, Reduce, Role, Size
from symgrad.language.walk import values_read, walk_body, walk_expr, walk_ranges


def needed(program: Program, exprs: Iterable[Expr]) -> Program:
    """The program without the statements and declarations that expressions after it do not depend on."""
    exprs = tuple(exprs)
    names = {name for expr in exprs for name in values_read(expr)}
    body: list[Node] = []
    for node in reversed(program.body):
        if any(target.name in names for target in node_writes(node)):
            body.insert(0, node)
            names |= {read.ref.name for read in node_reads(node)} | {target.name for target in node_writes(node)}
    constraints = _bound(program.constraints, names)
    tensors = tuple(t for t in program.tensors if t.name in names)
    parts = [*_parts(exprs), *walk_body(tuple(body)), *_parts(_sides(constraints))]
    parts += _parts(axis.extent for t in tensors for axis in t.axes)
    indices = {part.name for part in parts if isinstance(part, Index)} | {r.index for r in walk_ranges(tuple(body))}
    indices |= {r.index for part in parts if isinstance(part, Reduce) for r in part.ranges}
    indices |= {axis.label for t in tensors for axis in t.axes}
    declared = tuple(i for i in program.indices if i.name in indices)
    parts += _parts(end for i in declared for end in (i.low, i.high))
    sizes = {part.name for part in parts if isinstance(part, Size)}
    for size in reversed(program.sizes):
        if size.name in sizes and size.definition is not None:
            sizes |= {part.name for part in walk_expr(size.definition) if isinstance(part, Size)}
    return replace(
        program,
        sizes=tuple(s for s in program.sizes if s.name in sizes),
        indices=declared,
        tensors=tensors,
        constraints=constraints,
        body=tuple(body),
        outputs=(),
    )


def _bound(constraints: tuple[Constraint, ...], names: set[str]) -> tuple[Constraint, ...]:
    """The constraints that bind what is named, through other constraints too; `names` gets what they name."""
    found: list[Constraint] = []
    while True:
        more = [c for c in constraints if c not in found and _read(c) & names]
        if not more:
            return tuple(c for c in constraints if c in found)
        found += more
        names |= {name for c in more for name in _read(c)}


def _read(constraint: Constraint) -> set[str]:
    return values_read(constraint.left) | values_read(constraint.right)


def _sides(constraints: Iterable[Constraint]) -> Iterator[Expr]:
    for constraint in constraints:
        yield from (constraint.left, constraint.right)


def _parts(exprs: Iterable[Expr]) -> Iterator[Expr]:
    for expr in exprs:
        yield from walk_expr(expr)


def nonnegative_tensors(program: Program) -> frozenset[str]:
    """The given tensors whose cells may be 0 and are not negative."""
    return frozenset(
        t.name
        for t in program.tensors
        if t.given and t.role is not Role.INTEGER and t.sign != "> 0" and (t.over or t.sign == ">= 0")
    )


def interior(program: Program) -> Program:
    """The program with what is declared nonnegative declared positive."""
    loose = nonnegative_tensors(program)
    tensors = tuple(replace(t, sign="> 0") if t.name in loose else t for t in program.tensors)
    return replace(program, tensors=tensors)
