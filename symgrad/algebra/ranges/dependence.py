"""Whether a program is a system of equations: every read of a cell follows all writes of it.

The instances of statements are ordered by their order vectors: the position of each loop or statement
among its siblings and the loops' variables, outermost first, variables of descending loops the
other way round. For a write and a read of one tensor, the pairs of instances that name one cell
and in which the write does not come first are the integer points of a set; if that is empty for all
sizes, the read sees the cell's last value. (P. Feautrier, Dataflow analysis of array and scalar
references, 1991, looks for the last write before a read; here all of them must be before it.)

Then a cell's value is its start value and the sum of what is added to it, a function of cells that
were complete before; and only one state satisfies these equations, because a cell depends on cells
earlier in the order alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from symgrad.algebra.ranges.instances import Instances, Unrolled, at_start
from symgrad.algebra.ranges.points import Points, unknown
from symgrad.algebra.terms import Budget, OutOfReachError
from symgrad.language.accesses import Access
from symgrad.language.affine import Affine, as_affine
from symgrad.language.program import Index, Range, Ref, Role
from symgrad.language.write import write_expr

_WRITE, _READ = " of the write", " of the read"
"""Marks of the unknowns for loop variables; no index has such a name."""


def demand_equations(unrolled: Unrolled, budget: Budget, known: int = 0) -> None:
    """Raise OutOfReachError if the statements are no system of equations, with the reason for people.

    Every read has to follow all writes of its cell; a definition has to be the only one of its cell
    and to come before all else that names it. `known`: the program's first nodes that were looked at before.
    """
    for name in unrolled.written:
        reason = late_definition(unrolled, name, budget)
        if reason:
            raise OutOfReachError(reason)
    asked: set[tuple[int, Ref]] = set()
    for reader, access in unrolled.reads_of(unrolled.written):
        if (id(reader), access.ref) in asked and not access.bound:
            continue
        asked.add((id(reader), access.ref))
        for writer in unrolled.writers(access.ref.name):
            if _place(writer) < known and _place(reader) < known:
                continue
            found = next(_Pair(unrolled, writer, reader, access, budget).not_before(), None)
            if found is not None:
                raise OutOfReachError(_too_early(writer, reader, access, found.example()))


def with_start_values(unrolled: Unrolled, budget: Budget) -> Unrolled:
    """The statements with reads of a given start slice that no statement writes told apart from other reads.

    They name a tensor `X at the start`, so that `y[t] += y[0] + x[t]` is not computed from itself.
    """
    changes: dict[tuple[int, Ref], Ref] = {}
    for reader, access in unrolled.reads_of(unrolled.written):
        at = unrolled.tensors[access.ref.name].initial
        cells = zip(access.ref.subscripts, at or (), strict=False)
        if at is None or not all(fixed is None or fixed == subscript for subscript, fixed in cells):
            continue
        writers = unrolled.writers(access.ref.name)
        if all(_Pair(unrolled, writer, reader, access, budget).of_one_cell().is_empty() for writer in writers):
            changes[id(reader), access.ref] = replace(access.ref, name=at_start(access.ref.name))
    if not changes:
        return unrolled
    named = {at_start(name): replace(t, name=at_start(name), role=Role.INPUT) for name, t in unrolled.tensors.items()}
    listed = tuple(_changed(one, changes) for one in unrolled.listed)
    return replace(unrolled, listed=listed, tensors={**named, **unrolled.tensors})


def _changed(one: Instances, changes: dict[tuple[int, Ref], Ref]) -> Instances:
    return one.with_refs(lambda ref: changes.get((id(one), ref), ref))


def _place(one: Instances) -> int:
    """The position of a statement's node in the program."""
    return one.order[0] if isinstance(one.order[0], int) else 0


def late_definition(unrolled: Unrolled, name: str, budget: Budget) -> str:
    """Why a tensor's definitions are not each the first and only one of their cells; "" if they are."""
    writers = unrolled.writers(name)
    for one in writers:
        if not one.defines:
            continue
        for other in writers:
            found = Access(other.target, is_target=True)
            if next(_Pair(unrolled, one, other, found, budget).not_before(), None) is not None:
                what = "more than once" if other.defines else "after it was added to"
                return f"a cell of {name} is defined {what}: {write_expr(one.target)} = ..."
    return ""


def writes_start(unrolled: Unrolled, one: Instances, budget: Budget) -> bool:
    """Whether a statement may write a cell of its tensor whose start value is given."""
    initial = unrolled.tensors[one.target.name].initial
    if initial is None:
        return True
    points = Points(unrolled.program, budget)
    scope = points.bind(one.ranges, _WRITE)
    for subscript, at in zip(one.target.subscripts, initial, strict=True):
        if at is not None:
            points.demand_equal(points.linear(subscript, scope), points.linear(at, {}))
    return not points.is_empty()


def covered(
    unrolled: Unrolled, definitions: list[Instances], reader: Instances, access: Access, budget: Budget
) -> bool:
    """Whether all cells that are accessed are among those that the definitions write."""
    cells = [f"cell {place}" for place in range(len(access.ref.subscripts))]

    def image(one: Instances, ref: Ref, inner: Access | None) -> Points:
        points = Points(unrolled.program, budget)
        scope = points.bind((*one.ranges, *(inner.bound if inner else ())), _WRITE)
        for cell, subscript in zip(cells, ref.subscripts, strict=True):
            points.demand_equal(unknown(cell), points.linear(subscript, scope))
        return points

    written = [image(one, one.target, None) for one in definitions]
    return image(reader, access.ref, access).lies_in(written, cells)


@dataclass(frozen=True)
class _Pair:
    """A statement that writes a tensor, and an access of another one, or the same, to a cell of it."""

    unrolled: Unrolled
    writer: Instances
    reader: Instances
    access: Access
    budget: Budget

    def not_before(self) -> Iterator[Points]:
        """Nonempty sets of pairs of instances that name one cell and of which the first one does not come first.

        If the access is the writer's own target, a pair of one instance with itself does not count, and
        pairs in one order are enough.
        """
        common, first = self.writer.shares(self.reader)
        if first and not common:
            return
        for place, r in enumerate(common):
            ahead = self._iterations_ahead(r)
            if ahead == 0:  # the cell is the same in one and the same iteration alone
                continue
            if ahead is not None and ahead > 0:
                return
            points = self.of_one_cell(common[:place])
            here, there = unknown(r.index + _WRITE), unknown(r.index + _READ)
            points.demand_at_most(*((here, there) if r.descending else (there, here)), gap=1)
            if not points.is_empty():
                yield points
        if not first and not (self.access.is_target and self.writer is self.reader):
            points = self.of_one_cell(common)
            if not points.is_empty():
                yield points

    def _iterations_ahead(self, r: Range) -> int | None:
        """How many iterations of a loop the access to a cell comes after its write, if one pair of subscripts tells."""
        bound = [inner.index for inner in (*self.reader.ranges, *self.access.bound)]
        if bound.count(r.index) > 1 or [outer.index for outer in self.writer.ranges].count(r.index) > 1:
            return None
        alone = {Index(r.index): 1}
        for one, other in zip(self.writer.target.subscripts, self.access.ref.subscripts, strict=True):
            here, there = as_affine(one), as_affine(other)
            if here is not None and there is not None and here.coefficients == there.coefficients == alone:
                distance = here.constant - there.constant
                return -distance if r.descending else distance
        return None

    def of_one_cell(self, loops: tuple[Range, ...] = ()) -> Points:
        """The pairs of instances that name one cell inside the extents, some loops at the same place in both."""
        points = Points(self.unrolled.program, self.budget)
        writing = points.bind(self.writer.ranges, _WRITE)
        reading = points.bind((*self.reader.ranges, *self.access.bound), _READ)
        tensor = self.unrolled.tensors[self.writer.target.name]
        cells = zip(self.writer.target.subscripts, self.access.ref.subscripts, tensor.axes, strict=True)
        for one, other, axis in cells:
            here = points.linear(one, writing)
            points.demand_equal(here, points.linear(other, reading))
            if tensor.zero_outside:
                points.demand_at_most(Affine({}), here)
                points.demand_at_most(here, points.linear(axis.extent, {}), 1)
        for r in loops:
            points.demand_equal(unknown(r.index + _WRITE), unknown(r.index + _READ))
        return points


def _too_early(writer: Instances, reader: Instances, access: Access, example: dict[str, int]) -> str:
    names = [(r.index, r.index + _READ) for r in (*reader.ranges, *access.bound)]
    sizes = [(name, name) for name in example if not name.endswith((_WRITE, _READ)) and not name.startswith("?")]
    told = [f"{name} = {example[key]}" for name, key in (*sizes, *names) if key in example]
    where = f", as at {', '.join(told)}" if told else ""
    cell, target = write_expr(access.ref), write_expr(writer.target)
    written = "" if cell == target else f" by {target}"
    return f"{cell} is read before the last write of that cell{written}{where}"
