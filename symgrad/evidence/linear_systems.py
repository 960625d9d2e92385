"""Systems of linear equations and inequalities over the rationals: solved exactly, or shown to have no solution.

The equations are solved for as many unknowns as they fix (Gauss). For the others, the inequalities are a linear
program, solved by the simplex method with Bland's rule, which always ends (Chvatal, Linear Programming, chapters 2, 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Unknown = Any
"""What stands for an unknown: anything that can be a key."""

Solution = dict[Unknown, Fraction]


@dataclass(frozen=True)
class Row:
    """That a linear form plus a number is zero (`=`), at least zero (`>=`) or above zero (`>`)."""

    coefficients: Mapping[Unknown, Fraction]
    constant: Fraction
    op: str

    def value(self, at: Mapping[Unknown, Fraction]) -> Fraction:
        """The value of the form, plus the number, where unknowns have these values, others zero."""
        return self.constant + sum((c * at.get(u, 0) for u, c in self.coefficients.items()), Fraction(0))


def solution(rows: Sequence[Row], near: Mapping[Unknown, Fraction] | None = None) -> Solution | None:
    """Values of the unknowns that satisfy all rows; None if there are none.

    Args:
        rows: the equations and inequalities.
        near: other values of the unknowns; the solution goes towards them, as far as the rows allow.

    >>> x = Row({"x": Fraction(2)}, Fraction(-3), "=")
    >>> solution([x])
    {'x': Fraction(3, 2)}
    >>> solution([x, Row({"x": Fraction(-1)}, Fraction(1), ">")]) is None
    True
    """
    solved = _solved([row for row in rows if row.op == "="])
    if solved is None:
        return None
    bounds = [_substituted(row, solved) for row in rows if row.op != "="]
    names = dict.fromkeys(u for row in rows for u in row.coefficients if u not in solved)
    inside = _inside(bounds, list(names))
    if inside is None:
        return None
    free = inside if near is None else _towards(bounds, inside, {u: near.get(u, v) for u, v in inside.items()})
    return {**free, **{u: row.value(free) for u, row in solved.items()}}


def _solved(equations: Sequence[Row]) -> dict[Unknown, Row] | None:
    """Some unknowns as forms in the others; None if the equations contradict each other."""
    solved: dict[Unknown, Row] = {}
    for equation in equations:
        row = _substituted(equation, solved)
        if not row.coefficients:
            if row.constant:
                return None
            continue
        pivot, factor = next(iter(row.coefficients.items()))
        others = {u: -c / factor for u, c in row.coefficients.items() if u != pivot}
        own = Row(others, -row.constant / factor, "=")
        solved = {u: _substituted(known, {pivot: own}) for u, known in solved.items()}
        solved[pivot] = own
    return solved


def _substituted(row: Row, solved: Mapping[Unknown, Row]) -> Row:
    """The row with the solved unknowns replaced by their forms."""
    if not any(u in solved for u in row.coefficients):
        return Row({u: c for u, c in row.coefficients.items() if c}, row.constant, row.op)
    total: Solution = {}
    constant = row.constant
    for unknown, factor in row.coefficients.items():
        form = solved.get(unknown)
        if form is None:
            total[unknown] = total.get(unknown, Fraction(0)) + factor
            continue
        constant += factor * form.constant
        for other, c in form.coefficients.items():
            total[other] = total.get(other, Fraction(0)) + factor * c
    return Row({u: c for u, c in total.items() if c}, constant, row.op)


def _inside(bounds: Sequence[Row], names: Sequence[Unknown]) -> Solution | None:
    """Values that satisfy the inequalities, those with `>` by as much as possible up to 1.

    Every unknown is a difference of two numbers that are not negative; the last number is the distance.
    """
    width = 2 * len(names) + 1
    table, limits = [], []
    for row in bounds:
        line = [sign * -row.coefficients.get(u, Fraction(0)) for u in names for sign in (1, -1)]
        table.append([*line, Fraction(row.op == ">")])
        limits.append(row.constant)
    table.append([Fraction(0)] * (width - 1) + [Fraction(1)])
    limits.append(Fraction(1))
    found = _largest_last(table, limits)
    if found is None or (found[-1] <= 0 and any(row.op == ">" for row in bounds)):
        return None
    return {u: found[2 * at] - found[2 * at + 1] for at, u in enumerate(names)}


def _towards(bounds: Sequence[Row], start: Solution, goal: Solution) -> Solution:
    """The goal, or if some inequality does not allow it, half of the way that they allow."""
    share = Fraction(1)
    for row in bounds:
        now, then = row.value(start), row.value(goal)
        if then < 0 or (then == 0 and row.op == ">"):
            share = min(share, now / (now - then) / 2)
    return {u: value + share * (goal[u] - value) for u, value in start.items()}


class _Dictionary:
    """A linear program in dictionary form: basic variables, each a number plus a form in those outside of the basis."""

    def __init__(self, table: Sequence[Sequence[Fraction]], limits: Sequence[Fraction]) -> None:
        self.count = len(table[0])
        self.outside = list(range(self.count))
        self.basis = list(range(self.count, self.count + len(table)))
        self.rows = [[limit, *(-x for x in line)] for limit, line in zip(limits, table, strict=True)]

    def exchange(self, row: int, column: int) -> None:
        """Let one variable enter the basis and another one leave it."""
        line, at = self.rows[row], column + 1
        pivot = line[at]
        new = [-x / pivot for x in line]
        new[at] = 1 / pivot
        for other, old in enumerate(self.rows):
            if other != row and old[at]:
                factor = old[at]
                self.rows[other] = [x + factor * y for x, y in zip(old, new, strict=True)]
                self.rows[other][at] = factor * new[at]
        self.rows[row] = new
        self.basis[row], self.outside[column] = self.outside[column], self.basis[row]

    def maximise(self, variable: int) -> None:
        """Exchange until a variable, which is bounded, is as large as possible."""
        while True:
            if variable in self.outside:
                column = self.outside.index(variable)
            else:
                line = self.rows[self.basis.index(variable)]
                rising = [(self.outside[at], at) for at in range(len(self.outside)) if line[at + 1] > 0]
                if not rising:
                    return
                column = min(rising)[1]
            limits = [
                (-line[0] / line[column + 1], self.basis[at], at)
                for at, line in enumerate(self.rows)
                if line[column + 1] < 0
            ]
            if not limits:
                raise ArithmeticError("the linear program is not bounded")
            self.exchange(min(limits)[2], column)

    def values(self) -> list[Fraction]:
        """The values of the first variables."""
        found = [Fraction(0)] * self.count
        for variable, line in zip(self.basis, self.rows, strict=True):
            if variable < self.count:
                found[variable] = line[0]
        return found


def _largest_last(table: Sequence[Sequence[Fraction]], limits: Sequence[Fraction]) -> list[Fraction] | None:
    """The point with table x <= limits, x >= 0 and the last x, which is bounded, as large as possible.

    None if there is no such point at all. One more variable, the last, is how far the limits are exceeded.
    """
    count = len(table[0])
    if min(limits) >= 0:
        program = _Dictionary(table, limits)
        program.maximise(count - 1)
        return program.values()
    # y = slack of the excess: excess + y = most, so that making y largest makes the excess least
    most = -min(limits)
    wide = [[*line, Fraction(-1)] for line in table] + [[Fraction(0)] * count + [Fraction(1)]]
    program = _Dictionary(wide, [*limits, most])
    row = list(limits).index(min(limits))
    program.exchange(row, count)
    slack = program.count + len(wide) - 1
    program.maximise(slack)
    if program.values()[count] > 0:
        return None
    return _without_excess(program, count)


def _without_excess(program: _Dictionary, excess: int) -> list[Fraction]:
    """The best point, from a dictionary in which the excess is zero and stays so."""
    if excess in program.basis:
        row = program.basis.index(excess)
        program.exchange(row, next(at for at, c in enumerate(program.rows[row][1:]) if c))
    gone = program.outside.index(excess)
    program.outside.pop(gone)
    for line in program.rows:
        line.pop(gone + 1)
    program.maximise(excess - 1)
    return program.values()[:excess]
