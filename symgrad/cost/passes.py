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
    groups = [group.ranges for group in _groups(program.body) if group.ranges]
    degrees = [counted.of(ranges).number.degree for ranges in groups]
    return degrees.count(max(degrees, default=(0, 0)))


class _Group:
    """Nests that run together: their ranges, and what they read and write, by tensor."""

    def __init__(self, node: Node) -> None:
        self.ranges = _ranges(node)
        self.whole = isinstance(node, Loop) and _deep(node)
        self.seen: dict[str, dict[Access, None]] = {}
        self.add(node)

    def add(self, node: Node) -> None:
        """Take a nest into the group."""
        for access in accesses((node,)):
            self.seen.setdefault(access.ref.name, {})[access] = None

    def takes(self, node: Node) -> bool:
        """Whether a nest may run together with these."""
        ranges = _ranges(node)
        if self.whole or set(ranges) != set(self.ranges) or (isinstance(node, Loop) and _deep(node)):
            return False
        every = {r.index for r in ranges}
        return all(
            _together(one, other, every)
            for one in accesses((node,))
            for other in self.seen.get(one.ref.name, ())
            if one.is_target or other.is_target
        )


def _groups(body: tuple[Node, ...]) -> Iterator[_Group]:
    """The nests in order, those together that one pass does for."""
    group: _Group | None = None
    for node in body:
        if group is not None and group.takes(node):
            group.add(node)
            continue
        if group is not None:
            yield group
        group = _Group(node)
    if group is not None:
        yield group


def _together(one: Access, other: Access, every: set[str]) -> bool:
    """Whether two accesses to a tensor, one of which writes it, may be in one pass: of one cell in each iteration.

    Two updates of one cell may come in any order, even if other iterations add to it too.
    """
    return one.ref == other.ref if one.is_target and other.is_target else _same_cell(one, other, every)


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
