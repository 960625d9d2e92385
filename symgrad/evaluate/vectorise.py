"""The NumPy path: statements over all their loops at once, where the order of the loops does not matter.

What steps and what does not is decided in `schedule.py`, from the program's structure; the results
are those of the interpreter up to rounding. Work that would make large arrays is cut into pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symgrad.errors import UsageError
from symgrad.evaluate.array_expressions import ArrayExpressions
from symgrad.evaluate.cells import check_references, must_be_given, starts_at_zero
from symgrad.evaluate.exact import shape_of, size_value
from symgrad.evaluate.footprint import LIMIT
from symgrad.evaluate.grid import Array, Grid
from symgrad.evaluate.schedule import Step, Whole, schedule
from symgrad.evaluate.stand_ins import UserFunction, concrete_functions
from symgrad.language.program import Define, Expr, Index, Program, Range, Role, Statement, Tensor
from symgrad.language.walk import walk_expr, written

Fixed = dict[str, int]


class ArrayProgram:
    """A program with its sizes, ready to run on NumPy arrays.

    Args:
        program: any program; its order is kept.
        sizes: every size symbol's value.
        dtype: the type of all computed arrays: a real or complex floating type.
        functions: values of uninterpreted functions where the stand-ins will not do.
    """

    def __init__(
        self,
        program: Program,
        sizes: Mapping[str, int],
        dtype: Any = float,
        functions: Mapping[str, UserFunction] | None = None,
    ) -> None:
        check_references(program)
        self._program = program
        self._sizes = sizes
        self._dtype = np.dtype(dtype)
        self._tables: dict[str, Array] = {}
        self._functions = concrete_functions(program, np.sin, functions)
        self._expressions = ArrayExpressions(program, sizes, self._tables, self._dtype, self._functions)
        self._written = written(program.body)
        self._starts = [(tensor.name, self._start(tensor)) for tensor in program.tensors]
        self._steps = schedule(program.body)
        self._cells: dict[tuple[int, int], int] = {}

    def run(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Run the program on the given tensors; give all tensors at the end.

        A tensor of which a slice is given takes an array of that slice's shape. Accumulators that
        are not given start at zero. Raises UsageError for a missing tensor and for a cell out of extent.
        """
        for name, start in self._starts:
            self._tables[name] = start(values.get(name))
        with np.errstate(all="ignore"):
            self._run_steps(self._steps, {})
        return dict(self._tables)

    def _start(self, tensor: Tensor) -> Callable[[Array | None], Array]:
        """How a tensor's array is made from what is given of it, which may be nothing."""
        name, dtype = tensor.name, np.dtype(int) if tensor.role is Role.INTEGER else self._dtype
        needed, copied = must_be_given(tensor), name in self._written

        def given(array: Array | None) -> Array:
            if array is None:
                raise UsageError(f"no values are given for {name}")
            return np.array(array, dtype) if copied else np.asarray(array, dtype)  # an answer may shadow a tensor

        if not starts_at_zero(tensor):
            return given
        shape = shape_of(tensor, self._sizes)
        fixed = tensor.initial or (None,) * len(shape)
        index = tuple(slice(None) if at is None else size_value(at, self._sizes) for at in fixed)

        def started(array: Array | None) -> Array:
            table = np.zeros(shape, dtype)
            if array is not None:
                table[index] = array
            elif needed:
                raise UsageError(f"no values are given for {name}")
            return table

        return started

    def _run_steps(self, steps: tuple[Step, ...], fixed: Fixed) -> None:
        for step in steps:
            if isinstance(step, Whole):
                self.run_whole(step, fixed)
                continue
            low, high = self._expressions.bounds(step.range, Grid(fixed))
            values = range(low, high + 1)
            for value in reversed(values) if step.range.descending else values:
                self._run_steps(step.body, {**fixed, step.range.index: value})

    def run_whole(self, step: Whole, fixed: Fixed) -> None:
        """Run a statement over all its loops."""
        self._run_pieces(step.ranges, step.statement, fixed)

    def _run_pieces(self, ranges: tuple[Range, ...], statement: Statement, fixed: Fixed) -> None:
        """Run a statement over all its loops, in pieces of the outermost one if its arrays would get too large."""
        if not ranges:
            self._run_at_once(ranges, statement, fixed, 0, 0)
            return
        low, high = self._expressions.bounds(ranges[0], Grid(fixed))
        cells = self._largest(ranges, statement)
        if cells <= LIMIT:
            self._run_at_once(ranges, statement, fixed, low, high)
            return
        step = LIMIT * (high - low + 1) // cells
        for at in range(low, high + 1, max(step, 1)):
            if step > 1:
                self._run_at_once(ranges, statement, fixed, at, min(at + step - 1, high))
            else:
                self._run_pieces(ranges[1:], statement, {**fixed, ranges[0].index: at})

    def _largest(self, ranges: tuple[Range, ...], statement: Statement) -> int:
        key = (id(statement), len(ranges))
        if key not in self._cells:
            footprint = self._expressions.footprint
            lengths = footprint.lengths(ranges)
            summed = frozenset(lengths) - _indices_in(statement.target.subscripts)
            self._cells[key] = footprint.largest(statement.value, lengths, summed)
        return self._cells[key]

    def _run_at_once(self, ranges: tuple[Range, ...], statement: Statement, fixed: Fixed, low: int, high: int) -> None:
        """Run a statement over all its loops at once, the outermost one from low to high."""
        grid, expressions = Grid(fixed), self._expressions
        for position, r in enumerate(ranges):
            ends = (low, high) if position == 0 else expressions.bounds(r, grid)
            grid = grid.with_range(r.index, *ends).grid
        if 0 in grid.shape:
            return
        target = statement.target
        subscripts = [expressions.exact(part, grid) for part in target.subscripts]
        access = expressions.access(target)
        if isinstance(statement, Define):
            access.assign(grid, subscripts, expressions.value(statement.value, grid))
            return
        named = _indices_in(target.subscripts)
        summed = frozenset(axis for axis, track in enumerate(grid.tracks) if named.isdisjoint(track.values))
        amount = expressions.total(statement.value, grid, summed)
        access.add(grid, subscripts, amount if statement.sign > 0 else -amount)


def _indices_in(exprs: tuple[Expr, ...]) -> frozenset[str]:
    return frozenset(part.name for expr in exprs for part in walk_expr(expr) if isinstance(part, Index))
