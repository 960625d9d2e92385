"""A program as a flat list of statements, each with the loops around it and its place in the order of execution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from symgrad.language.accesses import Access, expr_reads
from symgrad.language.build import map_expr
from symgrad.language.program import Define, Expr, Loop, Node, Program, Range, Ref, Statement, Tensor, Update
from symgrad.language.walk import range_bounds

Step = int | Range
"""A position among the nodes of a body, or a range of a loop that stands there."""


@dataclass(frozen=True)
class Instances:
    """A statement at all points of its loops.

    `order` is the way to it from the top: positions and ranges; two statements share the loops
    that come before the first position at which they differ.
    """

    statement: Statement
    order: tuple[Step, ...]

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        """The ranges of the loops around the statement, outermost first."""
        return tuple(step for step in self.order if isinstance(step, Range))

    @property
    def target(self) -> Ref:
        """The cell that is written."""
        return self.statement.target

    @property
    def defines(self) -> bool:
        """Whether the cell is assigned to, not added to."""
        return isinstance(self.statement, Define)

    @property
    def sign(self) -> int:
        """-1 where the value is subtracted."""
        return self.statement.sign if isinstance(self.statement, Update) else 1

    @cached_property
    def reads(self) -> tuple[Access, ...]:
        """Every cell that is read: in the value, in subscripts and in the bounds of loops."""
        exprs = (*range_bounds(self.ranges), *self.target.subscripts, self.statement.value)
        return tuple(access for expr in exprs for access in expr_reads(expr))

    def shares(self, other: Instances) -> tuple[tuple[Range, ...], bool]:
        """The loops around both, and whether this one runs first where the loops stand at one point."""
        common: list[Range] = []
        for mine, theirs in zip(self.order, other.order, strict=False):
            if isinstance(mine, Range):
                common.append(mine)
            elif isinstance(theirs, int) and mine != theirs:
                return tuple(common), mine < theirs
        return tuple(common), False

    def with_refs(self, change: Callable[[Ref], Ref]) -> Instances:
        """The statement with every cell that it names changed, its target too."""

        def changed(expr: Expr) -> Expr:
            inner = map_expr(expr, changed)
            return change(inner) if isinstance(inner, Ref) else inner

        target = changed(self.target)
        if not isinstance(target, Ref):
            raise TypeError(f"a statement's target must stay a cell, not {target}")
        return replace(self, statement=replace(self.statement, target=target, value=changed(self.statement.value)))


@dataclass(frozen=True)
class Unrolled:
    """The statements of a program, or of a part of it, and the tensors that they name."""

    program: Program
    listed: tuple[Instances, ...]
    tensors: dict[str, Tensor]

    def writers(self, name: str) -> list[Instances]:
        """The statements that write a tensor."""
        return [one for one in self.listed if one.target.name == name]

    @property
    def written(self) -> list[str]:
        """The tensors that are written, in the order of their first statements."""
        return list(dict.fromkeys(one.target.name for one in self.listed))

    def reads_of(self, names: Iterable[str]) -> Iterator[tuple[Instances, Access]]:
        """Every read of one of the tensors, with the statement that reads."""
        asked = set(names)
        for one in self.listed:
            for access in one.reads:
                if access.ref.name in asked:
                    yield one, access


def at_start(name: str) -> str:
    """The name of a tensor's start values, where they are read apart."""
    return f"{name} at the start"


def unrolled(program: Program, nodes: Sequence[Node] | None = None) -> Unrolled:
    """The statements of a complete program, or of some of its nodes."""
    body = program.body if nodes is None else nodes
    return Unrolled(program, tuple(_listed(body, ())), dict(program.tensor_named))


def _listed(nodes: Sequence[Node], above: tuple[Step, ...]) -> Iterator[Instances]:
    for position, node in enumerate(nodes):
        here = (*above, position)
        match node:
            case Loop(ranges, inner):
                yield from _listed(inner, (*here, *ranges))
            case Update() | Define():
                yield Instances(node, here)
