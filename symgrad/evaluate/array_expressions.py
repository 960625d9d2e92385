"""Expressions evaluated at all points of a grid at once, as NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from symgrad.evaluate.array_access import Access
from symgrad.evaluate.arrays import COMPLEX_TABLE, REAL_TABLE
from symgrad.evaluate.contraction import contract, sum_over
from symgrad.evaluate.exact import (
    Exact,
    compile_exact,
    depends_on_sizes_only,
    in_sizes,
    integer_names,
    is_exact,
    shape_of,
)
from symgrad.evaluate.expressions import empty_extremum
from symgrad.evaluate.footprint import LIMIT, Footprint
from symgrad.evaluate.grid import Array, Extension, Grid
from symgrad.evaluate.numbers import COMPARISONS, CONSTANTS
from symgrad.evaluate.stand_ins import UserFunction
from symgrad.language.program import (
    Add,
    Call,
    Constant,
    Expr,
    FloorDiv,
    Index,
    Indicator,
    Inv,
    Mod,
    Mul,
    Neg,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
)
from symgrad.language.ranges import ends


class ArrayExpressions:
    """The evaluator of one program's expressions for given sizes, on the arrays as they stand.

    A value over a grid is a number, or an array with one axis for each of the grid's, of length 1
    where the value does not depend on that axis. All have the type `dtype`.
    """

    def __init__(
        self,
        program: Program,
        sizes: Mapping[str, int],
        tables: Mapping[str, Array],
        dtype: np.dtype[Any],
        functions: Mapping[str, UserFunction],
    ) -> None:
        self._program = program
        self._sizes = sizes
        self._fixed = in_sizes(sizes)
        self.tables = tables
        self._convert = dtype.type
        self._dtype = dtype
        self._functions = functions
        self._named = COMPLEX_TABLE if dtype.kind == "c" else REAL_TABLE
        self._integers = integer_names(program)
        self._compiled: dict[int, Exact] = {}  # by identity: the program keeps its expressions alive
        self._constants: dict[int, Any] = {}
        self._cuts: dict[tuple[int, tuple[int, ...]], int] = {}
        self.footprint = Footprint(program, sizes)

    # Exact parts: subscripts, bounds, comparisons

    def exact(self, expr: Expr, grid: Grid) -> Any:
        """An exact expression's value over the grid: an integer, or an array of integers."""
        return self.compiled(expr)(grid.env)

    def compiled(self, expr: Expr) -> Exact:
        """An exact expression as a function of the indices' values."""
        compiled = self._compiled.get(id(expr))
        if compiled is None:
            compiled = self._compiled[id(expr)] = compile_exact(expr, self._fixed, self._integer_cell)
        return compiled

    def _integer_cell(self, ref: Ref) -> Exact:
        subscripts = [compile_exact(part, self._fixed, self._integer_cell) for part in ref.subscripts]
        return lambda env: self.access(ref).read_at(
            [part(env) for part in subscripts]
        )  # the arrays change with the run

    def access(self, ref: Ref) -> Access:
        """The way to a reference's cells."""
        return Access(ref, self.tables[ref.name], self._program.tensor_named[ref.name].zero_outside)

    def bounds(self, r: Range, grid: Grid) -> tuple[Any, Any]:
        """The least and greatest value of a range's index at each point of the grid."""
        low, high = self.ends(r)
        return self.exact(low, grid), self.exact(high, grid)

    def ends(self, r: Range) -> tuple[Expr, Expr]:
        """The least and greatest value of a range's index, as they are written."""
        return ends(r, self._program.index_named)

    def extents(self, tensor: str) -> tuple[int, ...]:
        """The extents of a tensor's array."""
        return shape_of(self._program.tensor_named[tensor], self._sizes)

    def is_real(self, tensor: str) -> bool:
        """Whether a tensor holds values and not labels."""
        return tensor not in self._integers

    def condition(self, expr: Indicator, grid: Grid) -> Any:
        """Whether a comparison holds at each point: exactly, where both sides are exact."""
        holds = COMPARISONS[expr.op]
        if self.is_exact(expr):
            return holds(self.exact(expr.left, grid), self.exact(expr.right, grid))
        return holds(np.real(self.value(expr.left, grid)), np.real(self.value(expr.right, grid)))

    def is_exact(self, expr: Indicator) -> bool:
        """Whether both sides of a comparison are exact."""
        return is_exact(expr.left, self._integers) and is_exact(expr.right, self._integers)

    def is_place(self, subscript: Expr) -> bool:
        """Whether a subscript is exact."""
        return is_exact(subscript, self._integers)

    # Values

    def value(self, expr: Expr, grid: Grid) -> Any:
        """The expression's value at every point of the grid."""
        match expr:
            case Ref(name, subscripts) if name not in self._integers:
                return self.access(expr).read(grid, [self.exact(part, grid) for part in subscripts])
            case Ref() | Index() | FloorDiv() | Mod():
                return self._convert(self.exact(expr, grid))
            case Constant(name):
                return self._convert(CONSTANTS[name])
            case Neg(arg):
                return -self.value(arg, grid)
            case Call(function, args, orders):
                return self.function(function, orders)(*(self.value(arg, grid) for arg in args))
            case Indicator():
                return self._convert(self.condition(expr, grid))
            case Reduce():
                return self._reduction(expr, grid)
        constant = self.constant(expr)
        if constant is not None:
            return constant
        match expr:
            case Inv(arg):
                return self._convert(1) / self.value(arg, grid)
            case Add(args):
                return sum((self.value(arg, grid) for arg in args[1:]), self.value(args[0], grid))
            case Mul(args):
                return self._product(args, grid)
            case Pow(base, exponent):
                if depends_on_sizes_only(exponent):
                    return self.power(exponent)(self.value(base, grid))
                return np.power(self.value(base, grid), self.value(exponent, grid))
        raise TypeError(f"not an expression: {expr!r}")

    def constant(self, expr: Expr) -> Any:
        """The value of an expression made of numbers and sizes, else None."""
        if id(expr) not in self._constants:
            fixed = depends_on_sizes_only(expr)
            self._constants[id(expr)] = self._convert(self.exact(expr, Grid({}))) if fixed else None
        return self._constants[id(expr)]

    def number(self, value: int) -> Any:
        """A whole number as one of the type of all values."""
        return self._convert(value)

    def function(self, name: str, orders: tuple[int, ...]) -> Callable[..., Any]:
        """A function by its name, or the derivative of an uninterpreted one."""
        if name in self._functions:
            uninterpreted = self._functions[name]
            return lambda *args: uninterpreted(args, orders)
        return self._named[name]

    def power(self, exponent: Expr) -> Callable[[Any], Any]:
        """What raises to a power that the sizes decide."""
        fixed = Fraction(self.exact(exponent, Grid({})))
        if fixed.denominator == 2 and self._dtype.kind == "c":
            halves = int(2 * fixed)
            return lambda base: _whole_power(np.sqrt(base), halves)
        if fixed.denominator > 1:
            raised = self._convert(fixed)
            return lambda base: np.power(base, raised)
        return lambda base: _whole_power(base, int(fixed))

    def _product(self, args: tuple[Expr, ...], grid: Grid) -> Any:
        """A product; where an indicator among its factors is 0 it is 0, whatever the others would be."""
        guards = [arg for arg in args if isinstance(arg, Indicator)]
        factors = [arg for arg in args if not isinstance(arg, Indicator)]
        mask: Any = True
        for guard in guards:
            mask = mask & self.condition(guard, grid)
        if np.all(mask):
            return self._multiplied(factors, grid)
        if not np.any(mask):
            return self._convert(0)
        part = grid.where(mask)
        return part.collapse(self._multiplied(factors, part.grid), np.add, self._convert(0))

    def _multiplied(self, factors: list[Expr], grid: Grid) -> Any:
        product: Any = self._convert(1) if not factors else self.value(factors[0], grid)
        for factor in factors[1:]:
            product = product * self.value(factor, grid)
        return product

    # Sums

    def total(self, expr: Expr, grid: Grid, axes: frozenset[int]) -> Any:
        """The expression summed over some axes of the grid, which keep the length 1."""
        if isinstance(expr, Neg):
            return -self.total(expr.arg, grid, axes)
        if isinstance(expr, Mul) and axes and not any(isinstance(arg, Indicator) for arg in expr.args):
            return contract([self.value(arg, grid) for arg in expr.args], grid.shape, axes)
        return sum_over(self.value(expr, grid), grid.shape, axes)

    def _reduction(self, expr: Reduce, grid: Grid) -> Any:
        """A sum, max or min, in pieces of its first range if its arrays would get too large."""
        low, high = self.bounds(expr.ranges[0], grid)
        pieces = self._pieces(expr, grid)
        if pieces == 1 or np.ndim(low) or np.ndim(high) or low > high:
            return self._reduced(expr, grid, low, high)
        step = max(1, (high - low + 1) // pieces)
        parts = (self._reduced(expr, grid, at, min(at + step - 1, high)) for at in range(low, high + 1, step))
        return reduce(_COMBINE[expr.op], parts)

    def _pieces(self, expr: Reduce, grid: Grid) -> int:
        """Into how many pieces to cut a reduction over the grid."""
        key = (id(expr), grid.shape)
        if key not in self._cuts:
            lengths = {name: (axis, t.length) for axis, t in enumerate(grid.tracks) for name in t.values}
            self._cuts[key] = -(-self.footprint.largest(expr, lengths) // LIMIT)
        return self._cuts[key]

    def _reduced(self, expr: Reduce, grid: Grid, low: Any, high: Any) -> Any:
        """A reduction with the ends of its first range given."""
        steps = [grid.with_range(expr.ranges[0].index, low, high)]
        for r in expr.ranges[1:]:
            inner = steps[-1].grid
            steps.append(inner.with_range(r.index, *self.bounds(r, inner)))
        if expr.op == "sum":
            return self._summed(expr.body, steps)
        if any(step.leaves_gaps for step in steps):
            raise empty_extremum(expr.op, expr.ranges)
        value = self.value(expr.body, steps[-1].grid)
        for step in reversed(steps):
            value = step.collapse(value, _COMBINE[expr.op], None)
        return value

    def _summed(self, body: Expr, steps: list[Extension]) -> Any:
        """The sum over all axes that the steps added: at once over the last independent ones."""
        grid, independent = steps[-1].grid, 0
        while independent < len(steps) and steps[-1 - independent].owner is None:
            independent += 1
        value = self.total(body, grid, frozenset(range(grid.rank - independent, grid.rank)))
        if np.ndim(value):
            value = value.reshape(value.shape[: grid.rank - independent])
        for step in reversed(steps[: len(steps) - independent]):
            value = step.collapse(value, np.add, self._convert(0))
        return value


def _whole_power(base: Any, exponent: int) -> Any:
    power = base * base if abs(exponent) == 2 else np.power(base, abs(exponent))
    return power if exponent >= 0 else 1 / power


EXTREMA: dict[str, np.ufunc] = {"max": np.maximum, "min": np.minimum}
_COMBINE = {"sum": np.add, **EXTREMA}
