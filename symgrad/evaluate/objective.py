"""The number whose gradient a check takes: <upstream, outputs>, as a function of shifts of some input cells.

There are two ways to compute it, and a choice between them: the interpreter, which starts at once,
and NumPy, which costs its import and a little for each statement, but nothing for each cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells
from symgrad.evaluate.footprint import Footprint
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import ComplexNumbers, Floats
from symgrad.evaluate.stand_ins import UserFunction
from symgrad.language.program import Program, walk_statements

Shifts = Mapping[Cell, complex]
"""What is added to some cells of one tensor."""

_SECONDS_PER_NODE, _SECONDS_PER_STATEMENT, _SECONDS_TO_IMPORT = 3e-7, 6e-5, 0.15


class Objective(Protocol):
    """<upstream, outputs> near a point."""

    def shifted(self, tensor: str, shifts: Shifts) -> complex:
        """Its value with some cells of a tensor shifted."""


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


def faster_method(point: Point, runs: int) -> str:
    """Which method evaluates a program sooner so many times, by rough costs."""
    statements = sum(1 for _ in walk_statements(point.program.body))
    interpreted = runs * Footprint(point.program, point.sizes).work() * _SECONDS_PER_NODE
    vectorised = runs * statements * _SECONDS_PER_STATEMENT + _SECONDS_TO_IMPORT
    return "interpret" if interpreted <= vectorised else "numpy"


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

    def shifted(self, tensor: str, shifts: Shifts) -> complex:
        """Its value with some cells of a tensor shifted."""
        cells = self._values[tensor]
        moved = {**cells, **{cell: cells[cell] + shift for cell, shift in shifts.items()}}
        results = self._runs[_kind(shifts)].run({**self._values, tensor: moved})
        total: complex = 0.0
        for name, weights in self._upstream.items():
            total += sum(weight * results[name][cell] for cell, weight in weights.items())
        return total


class ArrayObjective:
    """The objective by NumPy."""

    def __init__(self, point: Point, upstream: Mapping[str, Cells[float]]) -> None:
        from symgrad.evaluate.run import full_array, to_array
        from symgrad.evaluate.vectorise import ArrayProgram

        tensors, sizes = point.program.tensor_named, point.sizes
        self._values = {name: to_array(tensors[name], cells, sizes) for name, cells in point.values.items()}
        self._places = {name: {cell: at for at, cell in enumerate(cells)} for name, cells in point.values.items()}
        self._upstream = {name: full_array(tensors[name], cells, sizes) for name, cells in upstream.items()}
        kinds: tuple[type, ...] = (float, complex)
        self._runs = {kind: ArrayProgram(point.program, sizes, kind, point.functions) for kind in kinds}

    def shifted(self, tensor: str, shifts: Shifts) -> complex:
        """Its value with some cells of a tensor shifted."""
        kind = _kind(shifts)
        moved: Any = self._values[tensor].astype(kind)
        flat, places = moved.reshape(-1), self._places[tensor]
        for cell, shift in shifts.items():
            flat[places[cell]] += shift
        results = self._runs[kind].run({**self._values, tensor: moved})
        return complex(sum((weights * results[name]).sum() for name, weights in self._upstream.items()))


def _kind(shifts: Shifts) -> type:
    return complex if any(isinstance(shift, complex) for shift in shifts.values()) else float
