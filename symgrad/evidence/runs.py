"""Two programs run on the same point: what both begin with is run once, each side's own statements on its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symgrad.evaluate.cells import Cells, given_cells
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import Numbers
from symgrad.evidence.points import Point
from symgrad.language.program import Node, Program, Ref, Role, Tensor
from symgrad.language.walk import walk_body, walk_ranges, written

Tables = dict[str, Cells[Any]]
"""The cells of tensors after a run."""


class Pair:
    """Two programs at given sizes over one kind of number, compiled once.

    Args:
        sides: two complete programs with the same sizes: they declare all that they read.
        tensors: what is compared.
        sizes: the value of every size.
        numbers: the kind of number.
    """

    def __init__(
        self, sides: tuple[Program, Program], tensors: Sequence[str], sizes: Mapping[str, int], numbers: Numbers[Any]
    ) -> None:
        self.numbers = numbers
        left, right = sides
        shared = shared_length(left, right)
        first, kept = left.body[:shared], {*tensors}
        self._common = _Part(left, first, kept, sizes, numbers) if shared else None
        self._sides = tuple(_Part(side, side.body[shared:], kept, sizes, numbers) for side in sides)

    def common(self, point: Point) -> Tables:
        """What the statements that both begin with write, after these."""
        if self._common is None:
            return {}
        tables = self._common.run(point, {})
        return {name: cells for name, cells in tables.items() if name in self._common.written}

    def side(self, which: int, point: Point, common: Tables) -> Tables:
        """What a side's own statements name, and what is compared, after these."""
        return self._sides[which].run(point, common)


class _Part:
    """Some statements of a program, compiled with the tensors that they name and those to be kept."""

    def __init__(
        self, program: Program, body: tuple[Node, ...], kept: set[str], sizes: Mapping[str, int], numbers: Numbers[Any]
    ) -> None:
        names = kept | {part.name for part in walk_body(body) if isinstance(part, Ref)}
        tensors = tuple(t for t in program.tensors if t.name in names)
        self._program = replace(program, body=body, tensors=tensors)
        self._convert = numbers.from_rational
        self._given = [(t, list(given_cells(t, sizes))) for t in tensors if t.given]
        self.written = written(body)
        self._interpreter = Interpreter(self._program, sizes, numbers)

    def run(self, point: Point, before: Tables) -> Tables:
        """The tensors after the statements, from what is given and what was written before."""
        convert, values = self._convert, point.values
        start: Tables = {name: cells for name, cells in before.items() if name in self._program.tensor_named}
        for tensor, cells in self._given:
            if tensor.name not in start:
                own = values[tensor.name]
                exact = tensor.role is Role.INTEGER
                start[tensor.name] = {cell: own[cell] if exact else convert(own[cell]) for cell in cells}
        return self._interpreter.run(start)


def shared_length(left: Program, right: Program) -> int:
    """How many statements both programs begin with that mean the same in both."""
    length = 0
    for one, other in zip(left.body, right.body, strict=False):
        if one is not other and one != other:
            break
        if not _same_meaning(one, left, right):
            break
        length += 1
    return length


def _same_meaning(node: Node, left: Program, right: Program) -> bool:
    """Whether a node's tensors and indices are declared alike in both programs."""
    tensors = {part.name for part in walk_body((node,)) if isinstance(part, Ref)}
    indices = {r.index for r in walk_ranges((node,))}
    return all(_alike(left.tensor_named[n], right.tensor_named.get(n)) for n in tensors) and all(
        left.index_named.get(n) == right.index_named.get(n) for n in indices
    )


def _alike(one: Tensor, other: Tensor | None) -> bool:
    return other is not None and (one.role, one.initial, one.zero_outside, len(one.axes)) == (
        other.role,
        other.initial,
        other.zero_outside,
        len(other.axes),
    )
