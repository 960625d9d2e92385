"""The number whose gradient a check takes: <upstream, outputs>, as a function of shifts of some input cells.

There are two ways to compute it, and a choice between them: the interpreter, which starts at once,
and NumPy, which costs its import and some time for each statement, but hardly any for each cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Protocol

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells, given_shape
from symgrad.evaluate.copies import with_copies
from symgrad.evaluate.exact import shape_of
from symgrad.evaluate.footprint import Footprint
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import ComplexNumbers, Floats
from symgrad.evaluate.stand_ins import UserFunction
from symgrad.language.program import Program, Role, Tensor
from symgrad.language.walk import walk_statements

Shift = tuple[str, Mapping[Cell, complex]]
"""A tensor, and what is added to some of its cells."""

_SECONDS_PER_NODE, _SECONDS_PER_STATEMENT, _SECONDS_TO_IMPORT = 3e-7, 1e-3, 0.15
_SECONDS_PER_CELL = 1e-8  # and node, of an array

_COPIED_CELLS = 1 << 22  # of all tensors together; more copies are run one lot after the other


class Objective(Protocol):
    """<upstream, outputs> near a point."""

    def shifted(self, shifts: Sequence[Shift]) -> list[complex]:
        """Its value after each shift. All shifts must be real, or all complex."""


@dataclass(frozen=True)
class Point:
    """A program with its sizes and given values, and what stands for its uninterpreted functions."""

    program: Program
    sizes: Mapping[str, int]
    values: Mapping[str, Cells[Any]]
    functions: Mapping[str, UserFunction]


def objective_at(point: Point, upstream: Mapping[str, Cells[float]], method: str) -> Objective:
    """The objective near a point, computed by a method: "interpret" or "numpy"."""
    if method not in ("interpret", "numpy"):
        raise UsageError(f"there is no method {method!r}", hint='the methods are "auto", "interpret" and "numpy"')
    return InterpretedObjective(point, upstream) if method == "interpret" else ArrayObjective(point, upstream)


def seconds(point: Point, runs: int) -> dict[str, float]:
    """About how long each method takes to evaluate a program at so many shifts, the faster one first."""
    tensors = point.program.tensors
    parts = len(tensors) / 10 + sum(1 for _ in walk_statements(point.program.body))
    cells = sum(prod(shape_of(tensor, point.sizes)) for tensor in tensors)
    nodes = runs * (cells + len(tensors) + Footprint(point.program, point.sizes).work())
    lots = 1 + runs * cells // _COPIED_CELLS
    by_arrays = _SECONDS_TO_IMPORT + lots * parts * _SECONDS_PER_STATEMENT + nodes * _SECONDS_PER_CELL
    costs = {"interpret": nodes * _SECONDS_PER_NODE, "numpy": by_arrays}
    return dict(sorted(costs.items(), key=lambda cost: cost[1]))


class InterpretedObjective:
    """The objective by the interpreter."""

    def __init__(self, point: Point, upstream: Mapping[str, Cells[float]]) -> None:
        self._values = point.values
        self._upstream = upstream
        kinds: dict[type, Any] = {float: Floats, complex: ComplexNumbers}
        self._runs: dict[type, Interpreter[Any]] = {
            kind: Interpreter(point.program, point.sizes, numbers(point.program, point.functions))
            for kind, numbers in kinds.items()
        }

    def shifted(self, shifts: Sequence[Shift]) -> list[complex]:
        """Its value after each shift."""
        return [self._value(tensor, moves) for tensor, moves in shifts]

    def _value(self, tensor: str, moves: Mapping[Cell, complex]) -> complex:
        cells = self._values[tensor]
        moved = {**cells, **{cell: cells[cell] + move for cell, move in moves.items()}}
        results = self._runs[_kind(moves)].run({**self._values, tensor: moved})
        total: complex = 0.0
        for name, weights in self._upstream.items():
            total += sum(weight * results[name][cell] for cell, weight in weights.items())
        return total


class ArrayObjective:
    """The objective by NumPy, for many shifts at once: one copy of all values for each."""

    def __init__(self, point: Point, upstream: Mapping[str, Cells[float]]) -> None:
        self._point = point
        self._program, self._count = with_copies(point.program)
        self._places = {name: {cell: at for at, cell in enumerate(cells)} for name, cells in point.values.items()}
        self._values = {
            name: _array(cells, given_shape(self._tensor(name), point.sizes)) for name, cells in point.values.items()
        }
        self._upstream = {
            name: _array(cells, shape_of(self._tensor(name), point.sizes)) for name, cells in upstream.items()
        }

    def _tensor(self, name: str) -> Tensor:
        return self._point.program.tensor_named[name]

    def shifted(self, shifts: Sequence[Shift]) -> list[complex]:
        """Its value after each shift."""
        tensors = self._point.program.tensors
        cells = sum(prod(shape_of(tensor, self._point.sizes)) for tensor in tensors)
        lot = max(1, _COPIED_CELLS // cells)
        return [value for at in range(0, len(shifts), lot) for value in self._lot(shifts[at : at + lot])]

    def _lot(self, shifts: Sequence[Shift]) -> list[complex]:
        from symgrad.evaluate.vectorise import ArrayProgram

        kind = _kind(shifts[0][1])
        values = {name: self._copies(name, len(shifts), kind) for name in self._values}
        for copy, (tensor, moves) in enumerate(shifts):
            flat = values[tensor].reshape(len(shifts), -1)[copy]
            for cell, move in moves.items():
                flat[self._places[tensor][cell]] += move
        sizes = {**self._point.sizes, self._count: len(shifts)}
        results = ArrayProgram(self._program, sizes, kind, self._point.functions).run(values)
        totals: Any = sum((results[n] * w).reshape(len(shifts), -1).sum(axis=1) for n, w in self._upstream.items())
        return [complex(total) for total in totals] if self._upstream else [0.0] * len(shifts)

    def _copies(self, name: str, count: int, kind: type) -> Any:
        import numpy as np

        array = self._values[name]
        if self._tensor(name).role is Role.INTEGER:
            return array
        return np.repeat(array[None].astype(kind), count, axis=0)


def _array(cells: Cells[Any], shape: tuple[int, ...]) -> Any:
    """Cells, which stand in the order of their subscripts, as an array."""
    import numpy as np

    return np.array(list(cells.values())).reshape(shape)


def _kind(moves: Mapping[Cell, complex]) -> type:
    return complex if any(isinstance(move, complex) for move in moves.values()) else float
