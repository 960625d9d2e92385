"""Making rational numbers satisfy declared constraints exactly, such as `constraint sum_j t[b, j] = 1`.

A sum of positive cells is scaled. What does not hold then is solved: the equations are taken as
linear ones in as many cells as there are independent equations, all others keeping their numbers. That
is exact where they are linear in these; whether it was is checked. Inequalities are only checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby, product
from random import Random
from typing import Any

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells
from symgrad.evaluate.expressions import Expressions
from symgrad.evaluate.numbers import COMPARISONS
from symgrad.evidence.balls import Ball, Balls, Undefined, precision
from symgrad.evidence.functions import polynomial
from symgrad.evidence.rationals import Fractions, is_lost
from symgrad.language.program import Constraint, Expr, Program, Range, Reduce, Ref, Role, Tensor
from symgrad.language.walk import expr_children, free_indices
from symgrad.language.write import write_expr

Values = dict[str, Cells[Any]]
"""Fractions, and what is `Near` one, by tensors and cells."""

Variable = tuple[str, Cell]

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "!=": "="}
_ROUNDS = 3
_MOST_EQUATIONS = 60


def satisfied(programs: Sequence[Program], sizes: Mapping[str, int], values: Values, draw: Random) -> bool:
    """Change values in place until the programs' constraints hold exactly; whether that succeeded.

    A constraint that has no rational value at these numbers counts as one that does not hold.
    """
    try:
        points = [point for program in programs for point in _points(program, sizes, values)]
        return _enforced(points, values, draw) and all(signs_hold(program, values) for program in programs)
    except UsageError:
        return False


def unsatisfied(programs: Sequence[Program], sizes: Mapping[str, int], values: Values) -> str:
    """A constraint of the programs that certainly does not hold of the values, as text; "" if there is none."""
    with precision():
        for program in programs:
            numbers = Balls({f.name: polynomial(f) for f in program.functions})
            tables = {name: {c: numbers.from_rational(v) for c, v in cells.items()} for name, cells in values.items()}
            expressions: Expressions[Ball] = Expressions(program, sizes, numbers, tables)
            for constraint in program.constraints:
                if any(_fails(constraint, expressions, env) for env in _environments(constraint, expressions)):
                    return f"{write_expr(constraint.left)} {constraint.op} {write_expr(constraint.right)}"
    return ""


def _fails(constraint: Constraint, expressions: Expressions[Ball], env: dict[str, int]) -> bool:
    """Whether a constraint certainly does not hold."""
    try:
        left, right = (expressions.value(side)(env) for side in (constraint.left, constraint.right))
    except Undefined:
        return True
    if constraint.op == "=":
        return not left.overlaps(right)
    return bool(COMPARISONS[_OPPOSITE[constraint.op]](left, right))


def _environments(constraint: Constraint, expressions: Expressions[Any]) -> Iterator[dict[str, int]]:
    """Every choice of the constraint's free indices."""
    free = dict.fromkeys((*free_indices(constraint.left), *free_indices(constraint.right)))
    for indices in product(*(list(expressions.values_of(Range(name))({})) for name in free)):
        yield dict(zip(free, indices, strict=True))


def _enforced(points: list[_Point], values: Values, draw: Random) -> bool:
    for point in points:
        point.scale()
    for _ in range(_ROUNDS):
        if all(point.holds() for point in points):
            return True
        equations = [point for point in points if point.op == "="]
        if len(equations) > _MOST_EQUATIONS or all(point.holds() for point in equations):
            return False
        _solve(equations, values, draw)
    return False


def signs_hold(program: Program, values: Values) -> bool:
    """Whether the values have the signs that the program declares."""
    for tensor in program.tensors:
        if tensor.sign and tensor.name in values:
            holds = COMPARISONS[tensor.sign.split()[0]]
            if not all(holds(value, 0) for value in values[tensor.name].values()):
                return False
    return True


class _Reads:
    """An observer that collects the cells that are read."""

    def __init__(self) -> None:
        self.cells: dict[Variable, None] = {}

    def read(self, tensor: str, cell: Cell) -> None:
        """Note the cell, once."""
        self.cells[tensor, cell] = None

    def write(self, tensor: str, cell: Cell) -> None:
        """Constraints write nothing."""

    def branch(self, kind: str, values: Sequence[Any]) -> None:
        """Branches do not matter."""


class _Point:
    """A constraint at one choice of its free indices."""

    def __init__(self, op: str, left: Callable[[], Fraction], right: Callable[[], Fraction], plain: bool) -> None:
        self.op = op
        self._left, self._right = left, right
        self._plain = plain
        self.variables: list[Variable] = []
        self.values: Values = {}

    def holds(self) -> bool:
        """Whether the constraint holds here."""
        return bool(COMPARISONS[self.op](self._left(), self._right()))

    def residual(self) -> Fraction:
        """The left side minus the right one."""
        return self._left() - self._right()

    def scale(self) -> None:
        """Where a plain sum of positive cells is to equal a positive number, scale them."""
        if self.op != "=" or not self._plain:
            return
        cells = [self.values[name][cell] for name, cell in self.variables]
        total, wanted = self._left(), self._right()
        if wanted > 0 and all(value > 0 for value in cells):
            for name, cell in self.variables:
                self.values[name][cell] *= wanted / total


def _points(program: Program, sizes: Mapping[str, int], values: Values) -> Iterator[_Point]:
    reads = _Reads()
    numbers = Fractions({f.name: polynomial(f) for f in program.functions})
    expressions = Expressions(program, sizes, numbers, values, reads)
    for constraint in program.constraints:
        left, right = expressions.value(constraint.left), expressions.value(constraint.right)
        for env in _environments(constraint, expressions):
            point = _Point(constraint.op, _at(left, env), _at(right, env), _is_plain(constraint))
            reads.cells.clear()
            point.residual()
            point.values = values
            point.variables = [v for v in reads.cells if program.tensor_named[v[0]].role is not Role.INTEGER]
            yield point


def _at(value: Callable[[Any], Any], env: dict[str, int]) -> Callable[[], Fraction]:
    return lambda: value(env)


def _solve(equations: list[_Point], values: Values, draw: Random) -> None:
    """Change as few cells as there are independent equations, so that all hold if they are linear in these."""
    variables = list(dict.fromkeys(v for point in equations for v in point.variables))
    draw.shuffle(variables)
    start = [point.residual() for point in equations]
    rows = [[Fraction(0)] * len(variables) + [-r] for r in start]
    for at, (name, cell) in enumerate(variables):
        values[name][cell] += 1
        for row, point, before in zip(rows, equations, start, strict=True):
            row[at] = point.residual() - before
        values[name][cell] -= 1
    if any(is_lost(*row) for row in rows):
        return
    for at, row in _eliminated(rows, len(variables)).items():
        name, cell = variables[at]
        values[name][cell] += row[-1]


def _eliminated(rows: list[list[Fraction]], columns: int) -> dict[int, list[Fraction]]:
    """The rows in reduced form, by their pivot columns; what has no pivot is zero or contradicts the others."""
    pivots: dict[int, list[Fraction]] = {}
    pending = list(rows)
    for at in range(columns):
        row = next((r for r in pending if r[at]), None)
        if row is None:
            continue
        pending.remove(row)
        row = [x / row[at] for x in row]
        pending = [[x - other[at] * y for x, y in zip(other, row, strict=True)] for other in pending]
        pivots = {k: [x - other[at] * y for x, y in zip(other, row, strict=True)] for k, other in pivots.items()}
        pivots[at] = row
    return pivots


def _is_plain(constraint: Constraint) -> bool:
    """Whether the left side is a sum of cells of one tensor, each once, and the right side has no cells."""
    left = constraint.left
    return isinstance(left, Reduce) and left.op == "sum" and isinstance(left.body, Ref) and not _cells(constraint.right)


def _cells(expr: Expr) -> bool:
    return isinstance(expr, Ref) or any(map(_cells, expr_children(expr)))


def distribution_rows(tensor: Tensor, cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    """The cells of a distribution in groups that sum to 1."""
    outer = [at for at, axis in enumerate(tensor.axes) if axis.label not in tensor.over]

    def row(cell: Cell) -> Cell:
        return tuple(cell[at] for at in outer)

    for _, group in groupby(sorted(cells, key=row), key=row):
        yield list(group)
