"""Random points of a program's domain in finite fields: declared signs, distributions, labels and constraints hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any, Protocol

from symgrad.evaluate.cells import Cell, Cells
from symgrad.evaluate.expressions import Expressions
from symgrad.evaluate.fields import NoValue, Unmodelled
from symgrad.evaluate.numbers import Numbers
from symgrad.language.program import Constraint, Program, Range, Role, Tensor
from symgrad.language.walk import free_indices

Element = Any
Values = dict[str, Cells[Any]]
Variable = tuple[str, Cell]


class Drawing(Numbers[Element], Protocol):
    """A kind of number of which random points can be drawn."""

    def draw(self, sign: str) -> Element:
        """A random input of the declared sign."""

    def positive(self, x: Element) -> Element:
        """The number, at points at which it is positive."""

    def is_zero(self, x: Element) -> bool:
        """Whether the number is 0 at all points."""


def draw_point(
    programs: Sequence[Program],
    cells: Mapping[str, Sequence[Cell]],
    sizes: Mapping[str, int],
    numbers: Drawing,
    labels: Mapping[str, Cells[int]],
) -> Values:
    """Random values of all that is given.

    Args:
        programs: what declares it; all agree on signs and constraints.
        cells: the given cells of each tensor.
        sizes: the value of every size.
        numbers: the kind of number.
        labels: the values of the integer tensors.

    Raises:
        NoValue: no point was found.
        Unmodelled: a constraint is not linear in cells that may be chosen freely.
    """
    tensors = {t.name: t for program in programs for t in program.tensors if t.given}
    values: Values = {}
    for name, tensor in tensors.items():
        if tensor.role is Role.INTEGER:
            values[name] = dict(labels[name])
        else:
            values[name] = {cell: numbers.draw(tensor.sign or (">" if tensor.over else "")) for cell in cells[name]}
            if tensor.over:
                _normalise(tensor, values[name], numbers)
    seen: list[Constraint] = []
    points: list[_Equation] = []
    for program in programs:
        new = [c for c in program.constraints if c not in seen]
        seen += new
        points += _instances(program, new, sizes, values, numbers)
    equations = [point for point in points if point.op == "="]
    if equations:
        _solve(equations, values, numbers, tensors)
    for point in points:
        if point.op in ("<", "<=", ">", ">="):
            gap = point.residual()
            numbers.positive(gap if ">" in point.op else numbers.negate(gap))
    return values


def _normalise(tensor: Tensor, cells: Cells[Element], numbers: Drawing) -> None:
    """Divide positive numbers by their sums over the axes of the distribution."""
    outer = [at for at, axis in enumerate(tensor.axes) if axis.label not in tensor.over]

    def row(cell: Cell) -> Cell:
        return tuple(cell[at] for at in outer)

    for _, group in groupby(sorted(cells, key=row), key=row):
        members = list(group)
        total = numbers.from_rational(0)
        for cell in members:
            total = numbers.add(total, cells[cell])
        share = numbers.invert(total)
        for cell in members:
            cells[cell] = numbers.multiply(cells[cell], share)


@dataclass
class _Equation:
    """A constraint at one choice of its free indices: left minus right, and the cells that it reads."""

    op: str
    residual: Callable[[], Element]
    variables: list[Variable]


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
        """Raises Unmodelled: at a constraint that branches no real point was looked at."""
        from symgrad.language.functions import FUNCTIONS

        if kind not in FUNCTIONS or FUNCTIONS[kind].kinked:
            raise Unmodelled("a constraint with a maximum, a sign or a comparison")


def _instances(
    program: Program, constraints: Iterable[Constraint], sizes: Mapping[str, int], values: Values, numbers: Drawing
) -> Iterator[_Equation]:
    reads = _Reads()
    expressions = Expressions(program, sizes, numbers, values, reads)
    for constraint in constraints:
        left, right = expressions.value(constraint.left), expressions.value(constraint.right)
        free = dict.fromkeys((*free_indices(constraint.left), *free_indices(constraint.right)))
        runs = [list(expressions.values_of(Range(name))({})) for name in free]
        for indices in product(*runs):
            residual = _difference(left, right, dict(zip(free, indices, strict=True)), numbers)
            reads.cells.clear()
            residual()
            variables = [v for v in reads.cells if program.tensor_named[v[0]].role is not Role.INTEGER]
            yield _Equation(constraint.op, residual, variables)


def _difference(left: Any, right: Any, env: dict[str, int], numbers: Drawing) -> Callable[[], Element]:
    return lambda: numbers.add(left(env), numbers.negate(right(env)))


Row = tuple[dict[Variable, Element], Element]
"""The slopes of an equation in its cells, and by what they must change the left side."""


def _solve(equations: list[_Equation], values: Values, numbers: Drawing, tensors: Mapping[str, Tensor]) -> None:
    """Change one cell for each independent equation so that all hold, if they are linear in these cells."""
    rows = [_linearised(equation, values, numbers, tensors) for equation in equations]
    for variable, change in _eliminated(rows, numbers).items():
        name, cell = variable
        value = numbers.add(values[name][cell], change)
        values[name][cell] = numbers.positive(value) if ">" in tensors[name].sign else value
    if not all(numbers.is_zero(equation.residual()) for equation in equations):
        raise Unmodelled("a constraint that is not linear in a cell that may be chosen")


def _linearised(equation: _Equation, values: Values, numbers: Drawing, tensors: Mapping[str, Tensor]) -> Row:
    one, opposite = numbers.from_rational(1), numbers.negate(equation.residual())
    slopes = {}
    for name, cell in equation.variables:
        if tensors[name].over:
            continue
        old = values[name][cell]
        values[name][cell] = numbers.add(old, one)
        slope = numbers.add(equation.residual(), opposite)
        values[name][cell] = old
        if not numbers.is_zero(slope):
            slopes[name, cell] = slope
    return slopes, opposite


def _eliminated(rows: list[Row], numbers: Drawing) -> dict[Variable, Element]:
    """By how much each pivot must change. Raises NoValue where equations contradict each other."""
    solved: dict[Variable, Row] = {}
    pending = list(rows)
    while pending:
        slopes, change = pending.pop()
        if not slopes:
            if not numbers.is_zero(change):
                raise NoValue
            continue
        pivot = next(reversed(slopes))
        share = numbers.invert(slopes[pivot])
        row = ({v: numbers.multiply(share, s) for v, s in slopes.items()}, numbers.multiply(share, change))
        pending = [_without(pivot, row, other, numbers) for other in pending]
        solved = {v: _without(pivot, row, other, numbers) for v, other in solved.items()}
        solved[pivot] = row
    return {variable: row[1] for variable, row in solved.items()}


def _without(pivot: Variable, row: Row, other: Row, numbers: Drawing) -> Row:
    """The other row minus that multiple of the row after which it has no pivot."""
    slopes, change = other
    if pivot not in slopes:
        return other
    factor = numbers.negate(slopes[pivot])
    found = dict(slopes)
    for variable, slope in row[0].items():
        new = numbers.multiply(factor, slope)
        found[variable] = numbers.add(found[variable], new) if variable in found else new
    kept = {v: s for v, s in found.items() if v != pivot and not numbers.is_zero(s)}
    return kept, numbers.add(change, numbers.multiply(factor, row[1]))
