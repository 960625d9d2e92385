"""Two programs run on the same point: what both begin with is run once, each side's own statements on its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any
from weakref import ref

from symgrad.evaluate.cells import Cell, Cells, given_cells
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import Numbers
from symgrad.evidence.field_features import Features, features_of
from symgrad.evidence.points import Point
from symgrad.language.dependence import shared_length
from symgrad.language.program import Node, Program, Ref, Role, Tensor
from symgrad.language.walk import walk_body, written

Tables = dict[str, Cells[Any]]
"""The cells of tensors after a run."""

Values = Mapping[str, Mapping[Cell, Any]]
"""The cells of tensors that are given."""


class Halves:
    """Two programs as three: what both begin with, and what each has of its own.

    Args:
        sides: two complete programs with the same sizes: they declare all that they read.
        tensors: what is compared.

    Attributes:
        common: the statements that both begin with, or None.
        own: the others of each side. Each part declares the tensors that it names and those that are compared.
    """

    def __init__(self, sides: tuple[Program, Program], tensors: Sequence[str]) -> None:
        left, right = sides
        shared = shared_length(left, right)
        self._kept = {*tensors}
        self.common = self._part(left, left.body[:shared]) if shared else None
        self.own = (self._part(left, left.body[shared:]), self._part(right, right.body[shared:]))
        self.written = written(left.body[:shared])

    @cached_property
    def features(self) -> Features:
        """What occurs in the programs."""
        return features_of(self.own if self.common is None else (self.common, *self.own))

    def _part(self, program: Program, body: tuple[Node, ...]) -> Program:
        names = self._kept | {part.name for part in walk_body(body) if isinstance(part, Ref)}
        return replace(
            program, body=body, tensors=tuple(t for t in program.tensors if t.name in names or t.role is Role.INTEGER)
        )


_known: dict[tuple[int, int, tuple[str, ...]], tuple[ref[Program], ref[Program], Halves]] = {}
"""The halves of programs that are still in use, by identity: one claim is looked at several times."""


def halves_of(sides: tuple[Program, Program], tensors: Sequence[str]) -> Halves:
    """Two programs as three, made once as long as both are in use."""
    left, right = sides
    key = (id(left), id(right), tuple(tensors))
    known = _known.get(key)
    if known is not None and known[0]() is left and known[1]() is right:
        return known[2]
    found = Halves(sides, tensors)
    one, other = (ref(side, lambda _: _forget(key)) for side in sides)
    _known[key] = (one, other, found)
    return found


def _forget(key: tuple[int, int, tuple[str, ...]]) -> None:
    _known.pop(key, None)


class Pair:
    """Two programs over one kind of number, compiled once.

    Args:
        halves: the programs.
        sizes: the value of every size.
        numbers: the kind of number.
    """

    def __init__(self, halves: Halves, sizes: Mapping[str, int], numbers: Numbers[Any]) -> None:
        self.numbers = numbers
        self._written = halves.written
        self._common = None if halves.common is None else _Part(halves.common, sizes, numbers)
        self._sides = tuple(_Part(program, sizes, numbers) for program in halves.own)

    def resize(self, sizes: Mapping[str, int]) -> None:
        """Make it ready for other sizes, or for a kind of number that has changed."""
        for part in self._sides if self._common is None else (self._common, *self._sides):
            part.resize(sizes)

    def common(self, values: Values) -> Tables:
        """What the statements that both begin with write, after these; from the cells that either side is given."""
        if self._common is None:
            return {}
        tables = self._common.run(values, {})
        return {name: cells for name, cells in tables.items() if name in self._written}

    def side(self, which: int, values: Values, common: Tables) -> Tables:
        """What a side's own statements name, and what is compared, after these."""
        return self._sides[which].run(values, common)

    def both(self, values: Values) -> tuple[Tables, Tables]:
        """What both sides' statements name, and what is compared, after these."""
        common = self.common(values)
        return self.side(0, values, common), self.side(1, values, common)


class _Part:
    """Some statements of a program, compiled."""

    def __init__(self, program: Program, sizes: Mapping[str, int], numbers: Numbers[Any]) -> None:
        self._program, self._sizes = program, sizes
        self._interpreter = Interpreter(program, sizes, numbers)

    def resize(self, sizes: Mapping[str, int]) -> None:
        """Make it ready for other sizes, or for a kind of number that has changed."""
        self._sizes = sizes
        self._interpreter.resize(sizes)

    def run(self, values: Values, before: Tables) -> Tables:
        """The tensors after the statements, from what is given and what was written before."""
        start: dict[str, Mapping[Cell, Any]] = {}
        for tensor in self._program.tensors:
            name = tensor.name
            if name in before:
                start[name] = before[name]
            elif tensor.initial is not None:
                start[name] = {cell: values[name][cell] for cell in given_cells(tensor, self._sizes)}
            elif tensor.given:
                start[name] = values[name]
        return self._interpreter.run(start)


def converted(tensors: Iterable[Tensor], point: Point, convert: Callable[[Any], Any]) -> Values:
    """The cells of a point as numbers of some kind; those of integer tensors stay what they are."""
    return {
        t.name: point.values[t.name]
        if t.role is Role.INTEGER
        else {cell: convert(value) for cell, value in point.values[t.name].items()}
        for t in tensors
    }
