"""How large the arrays of a computation get, estimated before any is made."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from symgrad.evaluate.exact import depends_on_sizes_only, size_value
from symgrad.language.program import Expr, Index, Indicator, Mul, Neg, Program, Range, Reduce, Ref
from symgrad.language.ranges import ends
from symgrad.language.walk import expr_children, walk_statements

LIMIT = 1 << 22
"""The number of cells that an array should not exceed; larger work is cut into pieces."""

Lengths = Mapping[str, tuple[int, int]]
"""For each index the axis it lies on and the length of that axis; indices may share one."""


class Footprint:
    """Estimates for the expressions of one program at given sizes."""

    def __init__(self, program: Program, sizes: Mapping[str, int]) -> None:
        self._program = program
        self._sizes = sizes
        self._lengths: dict[Range | str, int] = {}  # of an index's own range by its name
        self._indices: dict[int, frozenset[str]] = {}  # by identity: the program keeps its expressions alive

    def lengths(self, ranges: tuple[Range, ...]) -> dict[str, tuple[int, int]]:
        """An axis for each range, as long as the range can get."""
        return {r.index: (axis, self._length(r)) for axis, r in enumerate(ranges)}

    def largest(self, expr: Expr, lengths: Lengths, summed: frozenset[str] = frozenset()) -> int:
        """The cells of the largest array made by evaluating the expression and summing it over some indices.

        A product that is summed is contracted factor by factor, so it never stands in memory itself.
        """
        if isinstance(expr, Neg):
            return self.largest(expr.arg, lengths, summed)
        if isinstance(expr, Reduce):
            bound = frozenset(r.index for r in expr.ranges)
            axes = {name: (-1 - len(lengths) - axis, n) for name, (axis, n) in self.lengths(expr.ranges).items()}
            return self.largest(expr.body, {**lengths, **axes}, bound if expr.op == "sum" else frozenset())
        contracted = isinstance(expr, Mul) and not any(isinstance(arg, Indicator) for arg in expr.args)
        met = self._indices_of(expr) - (summed if contracted else frozenset())
        cells = prod(length for _, length in {lengths[name] for name in met if name in lengths})
        return max(cells, *(self.largest(child, lengths) for child in expr_children(expr)), 1)

    def _length(self, r: Range) -> int:
        """How many values a range has; where its ends depend on other indices, how many its index can have."""
        key = r.index if r.whole else r
        known = self._lengths.get(key)
        if known is None:
            known = self._lengths[key] = self._length_of(r)
        return known

    def _length_of(self, r: Range) -> int:
        own = (Range(r.index),) if r.index in self._program.index_named else ()
        for candidate in (r, *own):
            low, high = ends(candidate, self._program.index_named)
            if depends_on_sizes_only(low) and depends_on_sizes_only(high):
                return max(0, size_value(high, self._sizes) - size_value(low, self._sizes) + 1)
        return 1

    def _indices_of(self, expr: Expr) -> frozenset[str]:
        """The free indices of an expression."""
        found = self._indices.get(id(expr))
        if found is None:
            found = frozenset().union(*map(self._indices_of, expr_children(expr)))
            if isinstance(expr, Index):
                found |= {expr.name}
            if isinstance(expr, Reduce):
                found -= {r.index for r in expr.ranges}
            self._indices[id(expr)] = found
        return found

    def work(self) -> int:
        """About how many operations one run of the program takes, counted as nodes of expressions evaluated."""
        total = 0
        for ranges, statement in walk_statements(self._program.body):
            total += prod(map(self._length, ranges)) * (3 + self._nodes(statement.value))
        return total

    def _nodes(self, expr: Expr) -> int:
        """The nodes evaluated for one value of an expression; those of a reduction's body many times over."""
        if isinstance(expr, Reduce):
            return prod(map(self._length, expr.ranges)) * (1 + self._nodes(expr.body))
        return 1 if isinstance(expr, Ref) else 1 + sum(map(self._nodes, expr_children(expr)))
