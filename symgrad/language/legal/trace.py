"""A tensor's writes and reads at concrete small sizes, in the order they happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symgrad.language.accesses import Access
from symgrad.language.legal.order_proof import Step
from symgrad.language.legal.points import Integer, Points, Values, compiled, largest_number
from symgrad.language.program import Loop, Node, Program
from symgrad.language.walk import range_bounds

Cell = tuple[int, ...]

_DISTANCE = 8  # sizes are not made larger than this for the sake of distant cells


@dataclass(frozen=True)
class Event:
    """One access to one cell: when, by what, at which values of sizes and indices."""

    time: int
    step: Step
    access: Access
    cell: Cell
    values: Values


class Trace:
    """Runs the loops around some steps of a program and reports what they access.

    `reads` are the accesses to report for each step beside its target, where `writes` has the step.
    """

    def __init__(self, program: Program, writes: Sequence[Step], reads: Sequence[tuple[Step, Access]] = ()) -> None:
        self._program = program
        self._accesses: dict[tuple[int, ...], list[tuple[Step, Access]]] = {}
        for step, access in reads:
            self._accesses.setdefault(step.path, []).append((step, access))
        for step in writes:
            self._accesses.setdefault(step.path, []).append((step, step.target))
        self._paths = {path[:depth] for path in self._accesses for depth in range(len(path) + 1)}
        self._compiled: dict[Access, list[Integer]] = {}

    def rooms(self) -> list[int]:
        """The least sizes to look at: first with room for the distances between cells that are spoken of."""
        found = [access for pairs in self._accesses.values() for _, access in pairs]
        exprs = [subscript for access in found for subscript in access.ref.subscripts]
        exprs += [limit for access in found for limit in range_bounds(access.bound)]
        distance = min(largest_number(exprs), _DISTANCE)
        return [2 + distance, 3 + distance, *range(1 + distance, 0, -1)]

    def events(self, room: int, points: Points) -> Iterator[Event]:
        """The accesses in order at sizes of at least `room`; a step's reads come before its write.

        Raises:
            TooLarge: when that takes more steps than `points` allows.
            Undefined: when a subscript or bound has no value.
        """
        sizes = points.sizes(lambda name, least: max(least, room))
        for time, (path, values) in enumerate(self._run(self._program.body, (), sizes, points)):
            for step, access in self._accesses[path]:
                inner_ranges = access.bound[len(step.ranges) :]
                for inner in points.within(inner_ranges, values) if inner_ranges else (values,):
                    for known in points.with_labels(access.ref.subscripts, inner):
                        points.spend()
                        cell = tuple(at(known) for at in self._subscripts(access))
                        yield Event(time, step, access, cell, known)

    def _subscripts(self, access: Access) -> list[Integer]:
        if access not in self._compiled:
            self._compiled[access] = [compiled(subscript) for subscript in access.ref.subscripts]
        return self._compiled[access]

    def _run(
        self, body: Sequence[Node], path: tuple[int, ...], values: Values, points: Points
    ) -> Iterator[tuple[tuple[int, ...], Values]]:
        for position, node in enumerate(body):
            here = (*path, position)
            if here not in self._paths:
                continue
            if isinstance(node, Loop):
                for inside in points.within(node.ranges, values):
                    yield from self._run(node.body, here, inside, points)
            else:
                yield here, values
