"""What can be said for all sizes about the order in which statements write and read a tensor's cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symgrad.language.accesses import Access, expr_reads
from symgrad.language.integers import Bounds, Form, form_of, integer
from symgrad.language.program import Define, Index, Loop, Node, Range, Ref, Size, Statement, Update
from symgrad.language.walk import range_bounds


@dataclass(frozen=True)
class Step:
    """A statement with the loops around it; `path` says which node of each body leads to it, outermost first."""

    statement: Statement
    loops: tuple[Loop, ...]
    path: tuple[int, ...]

    @property
    def ranges(self) -> tuple[Range, ...]:
        """The ranges around the statement, outermost first."""
        return tuple(r for loop in self.loops for r in loop.ranges)

    @property
    def target(self) -> Access:
        """The cell that the statement writes."""
        return Access(self.statement.target, self.ranges, is_target=True)

    def reads(self) -> Iterator[Access]:
        """The cells that the statement reads, with the loops and reductions around each."""
        for loop in self.loops:
            for limit in range_bounds(loop.ranges):
                yield from expr_reads(limit, self.ranges)
        for subscript in self.statement.target.subscripts:
            yield from expr_reads(subscript, self.ranges)
        yield from expr_reads(self.statement.value, self.ranges)

    def shared(self, other: Step) -> tuple[Range, ...]:
        """The ranges of the loops that are around both statements, outermost first."""
        pairs = zip(self.path[:-1], other.path[:-1], strict=False)
        depth = 0
        for mine, its in pairs:
            if mine != its:
                break
            depth += 1
        return tuple(r for loop in self.loops[:depth] for r in loop.ranges)


def steps(body: Sequence[Node], loops: tuple[Loop, ...] = (), path: tuple[int, ...] = ()) -> Iterator[Step]:
    """The statements of a body in textual order."""
    for position, node in enumerate(body):
        match node:
            case Loop(_, inner):
                yield from steps(inner, (*loops, node), (*path, position))
            case Update() | Define():
                yield Step(node, loops, (*path, position))


def apart(one: Access, other: Access, bounds: Bounds) -> bool:
    """Whether the two accesses to a tensor are shown never to name one cell."""
    for left, right in zip(one.ref.subscripts, other.ref.subscripts, strict=False):
        a, b = form_of(left), form_of(right)
        if a is None or b is None:
            continue
        for low, scope, high, around in ((a, one.bound, b, other.bound), (b, other.bound, a, one.bound)):
            least, greatest = bounds.least(low, scope), bounds.greatest(high, around)
            if least is not None and greatest is not None and bounds.is_positive(least - greatest):
                return True
    return False


def always_before(writer: Step, other: Step, access: Access, bounds: Bounds) -> bool:
    """Whether whatever cell `other` has at `access`, `writer` is shown to have written it for the last time before.

    Followed from the outermost loop that is around both: either the writer comes to the cell in an
    earlier iteration, or in the same one, and then the next loop decides, at last the text.
    """
    if writer.path[0] < other.path[0] or apart(writer.target, access, bounds):
        return True
    fixed: set[str] = set()
    for r in writer.shared(other):
        distance = _distance(writer.statement.target, access, r.index, fixed, bounds)
        if distance is None or r.index in {inner.index for inner in access.bound[len(other.ranges) :]}:
            return False
        if distance:
            return (distance > 0) if r.descending else (distance < 0)
        fixed.add(r.index)
    return writer.path < other.path


def _distance(target: Ref, access: Access, index: str, fixed: set[str], bounds: Bounds) -> int | None:
    """The sign of the writer's index less the other's where both are at one cell: -1, 0, 1, or None if not known.

    Indices in `fixed` have the same value at both.
    """
    for left, right in zip(target.subscripts, access.ref.subscripts, strict=False):
        written, read = form_of(left), form_of(right)
        parts = None if written is None else written.split(Index(index))
        slope = None if parts is None else parts[0].constant
        if parts is None or read is None or not slope or not _is_fixed(parts[1], fixed):
            continue
        # slope * (writer's index) + rest = read, so slope * (writer's index - other's) is:
        ahead = read - parts[1] - Form({(Index(index),): slope})
        if slope < 0:
            ahead = integer(0) - ahead
        if not ahead.terms:
            return 0
        greatest, least = bounds.greatest(ahead, access.bound), bounds.least(ahead, access.bound)
        if greatest is not None and bounds.is_positive(integer(0) - greatest):
            return -1
        if least is not None and bounds.is_positive(least):
            return 1
    return None


def _is_fixed(form: Form, fixed: set[str]) -> bool:
    return all(isinstance(atom, Size) or (isinstance(atom, Index) and atom.name in fixed) for atom in form.atoms)
