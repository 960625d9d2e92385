"""How often a program goes over its largest arrays, when loops that may run together are run together.

A loop nest joins those before it where it has the same ranges and whatever it shares with them it reads and writes
at the cell of the same iteration: then one pass does for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.cost.iterations import Iterations
from symgrad.language.accesses import Access, accesses
from symgrad.language.program import Index, Loop, Node, Program, Range
from symgrad.language.walk import walk_statements


def passes(program: Program, counted: Iterations) -> int:
    """The number of passes over ranges that grow as fast as any in the program, loops run together where they may."""
    groups = [group for group in _groups(program.body) if _ranges(group[0])]
    sizes = [max((counted.of(_ranges(node)).number for node in group), key=lambda n: n.degree) for group in groups]
    highest = max((count.degree for count in sizes), default=(0, 0))
    return sum(1 for count in sizes if count.degree == highest)


def _groups(body: tuple[Node, ...]) -> Iterator[list[Node]]:
    """The nests in order, those together that one pass does for."""
    group: list[Node] = []
    for node in body:
        if group and not _joins(node, group):
            yield group
            group = []
        group.append(node)
    if group:
        yield group


def _joins(node: Node, group: list[Node]) -> bool:
    if set(_ranges(node)) != set(_ranges(group[0])) or any(isinstance(n, Loop) and _deep(n) for n in (node, *group)):
        return False
    every = {r.index for r in _ranges(node)}
    here, before = list(accesses((node,))), list(accesses(tuple(group)))
    return all(
        _same_cell(one, other, every)
        for one in here
        for other in before
        if one.ref.name == other.ref.name and (one.is_target != other.is_target)
    ) and not any(
        one.is_target and other.is_target and one.ref.name == other.ref.name and one.ref != other.ref
        for one in here
        for other in before
    )


def _same_cell(one: Access, other: Access, every: set[str]) -> bool:
    """Whether both are the cell of one iteration, which no other iteration touches."""
    own = {part.name for part in one.ref.subscripts if isinstance(part, Index)}
    return one.ref == other.ref and own == every


def _deep(loop: Loop) -> bool:
    return any(isinstance(inner, Loop) for inner in loop.body)


def _ranges(node: Node) -> tuple[Range, ...]:
    """The ranges around the innermost statement of a nest that has the most of them."""
    found = [around for around, _ in walk_statements((node,))]
    return max(found, key=len, default=())
