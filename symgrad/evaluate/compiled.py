"""Programs compiled for given sizes: each statement over all its loops becomes a few calls of NumPy.

`ArrayProgram` finds out at every run which axes meet where; this one does so once. What it gives
differs from that by rounding at most. Statements without a compiled form run the general way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symgrad.evaluate.compiled_expressions import Compiled, Compiler, Fixed, OutsideError, Results, known_spans
from symgrad.evaluate.footprint import LIMIT
from symgrad.evaluate.grid import Array
from symgrad.evaluate.products import Axes
from symgrad.evaluate.schedule import Step, Whole
from symgrad.evaluate.stand_ins import UserFunction
from symgrad.evaluate.vectorise import ArrayProgram
from symgrad.language.program import Define, Program, Update

Run = Callable[[Fixed], Any]


class CompiledProgram(ArrayProgram):
    """A program with its sizes, compiled to run on NumPy arrays many times. Arguments as for `ArrayProgram`."""

    def __init__(
        self,
        program: Program,
        sizes: Mapping[str, int],
        dtype: Any = float,
        functions: Mapping[str, UserFunction] | None = None,
    ) -> None:
        super().__init__(program, sizes, dtype, functions)
        self._results = Results()
        self._untouched: set[str] = set()  # tensors that are still zero everywhere
        self._compiled: dict[int, Run | None] = {}  # by identity of the step, which `_steps` keeps alive
        self._compile(self._steps, {}, stepped=False)

    def run(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Run the program on the given tensors, as `ArrayProgram.run`."""
        self._untouched = {tensor.name for tensor in self._program.tensors if tensor.name not in values}
        try:
            return super().run(values)
        finally:
            self._results.found.clear()

    def run_whole(self, step: Whole, fixed: Fixed) -> None:
        """Run a statement over all its loops: compiled, where it can be."""
        compiled = self._compiled[id(step)]
        try:
            if compiled is None:
                super().run_whole(step, fixed)
            else:
                compiled(fixed)
        except OutsideError:  # nothing is written yet
            super().run_whole(step, fixed)
        self._untouched.discard(step.statement.target.name)

    def _compile(self, steps: tuple[Step, ...], versions: dict[str, int], *, stepped: bool) -> None:
        """Compile all statements; `versions` counts the statements so far that wrote each tensor."""
        for step in steps:
            if isinstance(step, Whole):
                self._compiled[id(step)] = self._tried(step, None if stepped else dict(versions))
                target = step.statement.target.name
                versions[target] = versions.get(target, 0) + 1
            else:
                self._compile(step.body, versions, stepped=True)

    def _tried(self, step: Whole, versions: dict[str, int] | None) -> Run | None:
        """A statement compiled; None where it cannot be, or where it always asks for cells outside."""
        try:
            return self._statement(step, versions)
        except OutsideError:
            return None

    def _statement(self, step: Whole, versions: dict[str, int] | None) -> Run | None:
        """A statement compiled; None where its ranges depend on indices, its target is not exact, or it is large."""
        statement, spans = step.statement, known_spans(self._expressions, step.ranges)
        if spans is None or self._largest(step.ranges, statement) > LIMIT:
            return None
        if not all(length for _, length in spans.values()):
            return lambda fixed: None
        compiler = Compiler(self._expressions, spans, versions, self._results)
        place = compiler.place(statement.target)
        found = place or compiler.lookup(statement.target)
        if found is None:
            return None
        index, axes = found
        summed = frozenset(spans) - set(axes)
        if isinstance(statement, Define):
            return self._assignment(statement, index, axes, compiler.value(statement.value)) if not summed else None
        value = compiler.total(statement.value, summed)
        if place is None:
            return self._scattering(statement, index, value.along(axes))
        return self._addition(statement, index, value.along(axes), value.fresh and index is None)

    def _addition(self, statement: Update, index: Any, amount: Run, fresh: bool) -> Run:
        """Adds to cells. A new array that holds all that is added first becomes the tensor's itself."""
        tables, name, negative = self._tables, statement.target.name, statement.sign < 0

        def run(fixed: Fixed) -> None:
            table, added = tables[name], amount(fixed)
            if fresh and name in self._untouched and _fits(added, table):
                tables[name] = np.negative(added, out=added) if negative else added
                return
            cells: Any = ... if index is None else index(fixed)
            if negative:
                table[cells] -= added
            else:
                table[cells] += added

        return run

    def _scattering(self, statement: Update, places: Any, amount: Run) -> Run:
        """Adds to cells of which one may be meant several times."""
        tables, name, add = self._tables, statement.target.name, np.add if statement.sign > 0 else np.subtract

        def run(fixed: Fixed) -> None:
            cells, added = places(fixed), amount(fixed)
            add.at(tables[name], cells, added)

        return run

    def _assignment(self, statement: Define, index: Any, axes: Axes, value: Compiled) -> Run:
        tables, name, wanted = self._tables, statement.target.name, value.along(axes)

        def run(fixed: Fixed) -> None:
            result = wanted(fixed)
            tables[name][... if index is None else index(fixed)] = result

        return run


def _fits(added: Any, table: Array) -> bool:
    return isinstance(added, np.ndarray) and added.shape == table.shape and added.dtype == table.dtype
