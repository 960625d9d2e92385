"""Making random values satisfy a program's constraints, such as `constraint sum_j t[b, j] = 1`.

A sum of cells that is set equal to a number is scaled; any other equation that is linear in one of
its cells is solved for it. Equations that share cells are taken in turn until all hold, as in
Sinkhorn's scaling of a matrix to given row and column sums. Inequalities are only checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from symgrad.evaluate.cells import Cell, Cells
from symgrad.evaluate.expressions import Expressions, Value
from symgrad.evaluate.numbers import COMPARISONS, Floats
from symgrad.language.program import Constraint, Expr, Index, Program, Range, Reduce, Ref, Role
from symgrad.language.walk import expr_children, walk_expr

_ROUNDS = 300
_EXACT = 1e-13
_STEEP = 1e-3  # a cell is solved for only where the equation depends on it at least so much


def satisfy(program: Program, sizes: Mapping[str, int], values: dict[str, Cells[Any]], draw: Random) -> bool:
    """Change values in place until all constraints of the program hold; whether that succeeded."""
    equations = [point for c in program.constraints for point in _Constraint(program, sizes, values, c).points()]
    for _ in range(_ROUNDS):
        open_equations = [point for point in equations if not point.holds()]
        if not open_equations:
            return _signs_hold(program, values)
        if not all(point.enforce(draw) for point in open_equations):
            return False
    return False


def _signs_hold(program: Program, values: Mapping[str, Cells[Any]]) -> bool:
    """Whether the values still have the signs that are declared."""
    for tensor in program.tensors:
        if tensor.sign and tensor.name in values:
            holds = COMPARISONS[tensor.sign.split()[0]]
            if not all(holds(value, 0) for value in values[tensor.name].values()):
                return False
    return True


class _Reads:
    """An observer that collects the cells that are read."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, Cell], None] = {}

    def read(self, tensor: str, cell: Cell) -> None:
        """Note the cell, once."""
        self.cells[tensor, cell] = None

    def write(self, tensor: str, cell: Cell) -> None:
        """Constraints write nothing."""

    def branch(self, kind: str, values: Sequence[Any]) -> None:
        """Branches do not matter."""


class _Constraint:
    """A constraint over a set of values that may change."""

    def __init__(
        self, program: Program, sizes: Mapping[str, int], values: dict[str, Cells[Any]], constraint: Constraint
    ) -> None:
        self.program = program
        self.values = values
        self.reads = _Reads()
        expressions = Expressions(program, sizes, Floats(program), values, self.reads)
        self.holds: Callable[[Any, Any], bool] = COMPARISONS[constraint.op]
        self.equation = constraint.op == "="
        self.scaled = _is_plain_sum(constraint.left) and not any(
            isinstance(e, Ref) for e in walk_expr(constraint.right)
        )
        self.left, self.right = expressions.value(constraint.left), expressions.value(constraint.right)
        free = dict.fromkeys((*_free_indices(constraint.left), *_free_indices(constraint.right)))
        self._runs = [(name, expressions.values_of(Range(name))) for name in free]

    def points(self) -> Iterator[_Point]:
        """The constraint at each value of its free indices."""

        def visit(at: int, env: dict[str, int]) -> Iterator[_Point]:
            if at == len(self._runs):
                yield _Point(self, env)
                return
            name, run = self._runs[at]
            for value in run(env):
                yield from visit(at + 1, {**env, name: value})

        return visit(0, {})


class _Point:
    """A constraint at one choice of its free indices."""

    def __init__(self, constraint: _Constraint, env: dict[str, int]) -> None:
        self._constraint = constraint
        self._env = env

    def holds(self) -> bool:
        """Whether the constraint holds here, an equation up to rounding."""
        left, right = self._side(self._constraint.left), self._side(self._constraint.right)
        if self._constraint.equation:
            return bool(abs(left - right) <= _EXACT * (1 + abs(right)))
        return self._constraint.holds(left, right)

    def enforce(self, draw: Random) -> bool:
        """Change cells so that an equation holds here; whether that was possible."""
        if not self._constraint.equation:
            return False
        self._constraint.reads.cells.clear()
        left, right = self._side(self._constraint.left), self._side(self._constraint.right)
        cells = [(name, cell) for name, cell in self._constraint.reads.cells if self._real(name)]
        values = self._constraint.values
        if self._constraint.scaled and all(values[name][cell] * right > 0 for name, cell in cells):
            for name, cell in cells:
                values[name][cell] *= right / left
            return True
        draw.shuffle(cells)
        return any(self._solve_for(values[name], cell) for name, cell in cells)

    def _side(self, value: Value) -> float:
        return float(value(self._env))

    def _real(self, name: str) -> bool:
        return self._constraint.program.tensor_named[name].role is not Role.INTEGER

    def _residual(self) -> float:
        return self._side(self._constraint.left) - self._side(self._constraint.right)

    def _solve_for(self, cells: Cells[Any], cell: Cell) -> bool:
        """Solve the equation for one cell, if it is a line in that cell and not a flat one."""
        before = cells[cell]
        residuals = []
        for value in (0.0, 1.0, 2.0):
            cells[cell] = value
            residuals.append(self._residual())
        slope = residuals[1] - residuals[0]
        linear = abs(residuals[2] - residuals[1] - slope) <= 1e-9 * (1 + abs(slope))
        if not linear or abs(slope) < _STEEP:
            cells[cell] = before
            return False
        cells[cell] = -residuals[0] / slope
        return True


def _is_plain_sum(expr: Expr) -> bool:
    """Whether the expression is a sum of cells of one tensor, each once."""
    return isinstance(expr, Reduce) and expr.op == "sum" and isinstance(expr.body, Ref)


def _free_indices(expr: Expr) -> list[str]:
    """The indices of an expression that no reduction binds, in the order they come."""
    if isinstance(expr, Index):
        return [expr.name]
    bound = {r.index for r in expr.ranges} if isinstance(expr, Reduce) else set()
    return [name for child in expr_children(expr) for name in _free_indices(child) if name not in bound]
