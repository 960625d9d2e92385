"""Vectors and matrices as functions of their indices, and what may be done with them: the rules of ranks.

An Array gives for its indices the expression of a cell. A scalar has no axes. Vectors are columns, but for those that
were transposed; where one stands in front of a matrix it is taken as a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from symgrad.errors import LegalityError, Place
from symgrad.language.build import add, fresh_name, inv, mul, neg, number
from symgrad.language.program import Expr, Index, IndexDecl, Indicator, Pow, Range, Reduce
from symgrad.language.write import write_expr

Cell = Callable[[tuple[Expr, ...]], Expr]


@dataclass(frozen=True)
class Array:
    """An array. `axes` are its extents, None where any will do (an identity matrix); `row` says that it is a row."""

    axes: tuple[Expr | None, ...]
    cell: Cell
    row: bool = False
    place: Place | None = None

    @property
    def rank(self) -> int:
        """The number of indices."""
        return len(self.axes)

    @property
    def words(self) -> str:
        """What it is, for people: "a vector over J"."""
        name = {0: "a scalar", 1: "a row" if self.row else "a vector", 2: "a matrix"}.get(self.rank)
        over = " and ".join("any size" if extent is None else write_expr(extent) for extent in self.axes)
        return f"{name or f'an array of {self.rank} indices'}{f' over {over}' if over else ''}"


def scalar(expr: Expr) -> Array:
    """An expression without free places."""
    return Array((), lambda _: expr, place=expr.place)


class Arrays:
    """The operations. Sums take fresh indices, which are collected in `declared`.

    Every operation raises LegalityError where the ranks or sizes do not fit, with the place of its second operand.
    """

    def __init__(self, taken: set[str]) -> None:
        self._taken = set(taken)
        self._last = 0
        self.declared: list[IndexDecl] = []

    def fresh(self, extent: Expr) -> Range:
        """A range with an index of its own over an extent."""
        self._last += 1
        new = fresh_name(f"i{self._last}", self._taken)
        self._taken.add(new)
        self.declared.append(IndexDecl(new, number(0), add(extent, number(-1))))
        return Range(new)

    # Cell by cell.

    def cellwise(self, a: Array, b: Array, combine: Callable[[Expr, Expr], Expr], words: str) -> Array:
        """Two arrays of one shape, or one and a scalar, combined cell by cell; `words` say what is done with them."""
        if not a.rank or not b.rank:
            whole = b if not a.rank else a
            one = a if a.rank else b
            return replace(
                whole,
                axes=one.axes if a.rank or b.rank else (),
                cell=lambda at: combine(a.cell(at if a.rank else ()), b.cell(at if b.rank else ())),
                row=one.row,
                place=a.place,
            )
        self._same_shape(a, b, words)
        axes = tuple(x if x is not None else y for x, y in zip(a.axes, b.axes, strict=True))
        return Array(axes, lambda at: combine(a.cell(at), b.cell(at)), a.row and b.row, a.place)

    def added(self, a: Array, b: Array) -> Array:
        """a + b"""
        return self.cellwise(a, b, add, "cannot be added to")

    def mapped(self, a: Array, change: Callable[[Expr], Expr]) -> Array:
        """A function of every cell."""
        return replace(a, cell=lambda at: change(a.cell(at)))

    def negated(self, a: Array) -> Array:
        """-a"""
        return self.mapped(a, neg)

    def times(self, a: Array, b: Array) -> Array:
        """a * b, cell by cell."""
        return self.cellwise(a, b, mul, "cannot be multiplied cell by cell with")

    def over(self, a: Array, b: Array) -> Array:
        """a / b, cell by cell."""
        return self.cellwise(a, b, lambda x, y: mul(x, inv(y)), "cannot be divided by")

    def raised(self, a: Array, exponent: Array) -> Array:
        """a ^ exponent: of a scalar, or of every cell of a vector."""
        if exponent.rank:
            raise _unfit(exponent, f"an exponent is a scalar, not {exponent.words}")
        if a.rank > 1:
            raise _unfit(a, "is this a power of the matrix, or of its cells?", "write A A, or A * A cell by cell")
        return self.mapped(a, lambda x: Pow(x, exponent.cell(()), place=x.place))

    # Products of linear algebra.

    def product(self, a: Array, b: Array) -> Array:
        """What stands side by side: with scalars, matrices and vectors, a row and a column."""
        if not a.rank or not b.rank:
            return self.times(a, b)
        if a.rank == b.rank == 1:
            if a.row and not b.row:
                return self.dot(a, b)
            if b.row and not a.row:
                return self.outer(a, replace(b, row=False))
            hint = "write a * b cell by cell, a · b for the sum of these products, a b^T for the matrix of all products"
            raise _unfit(b, "two vectors stand side by side", hint)
        if a.rank > 2 or b.rank > 2:
            raise _unfit(b, f"{a.words} and {b.words} stand side by side", "write the product with its indices")
        if b.row and b.rank == 1:
            raise _unfit(b, "a row stands behind a matrix", "transpose it, or write it in front")
        if a.rank == 1 and not a.row:
            a = replace(a, row=True)  # y.grad J
        return self._contracted(a, b)

    def dot(self, a: Array, b: Array) -> Array:
        """a · b: of two vectors, of a matrix and a vector, and with scalars a product."""
        if a.rank == b.rank == 1 and b.row and not a.row:
            hint = "write a · b for the number, outer(a, b) or a b^T for the matrix"
            raise _unfit(b, "is this the sum of the products or the matrix of all of them?", hint)
        if a.rank == b.rank == 1:
            return self._contracted(replace(a, row=True), replace(b, row=False))
        return self.product(a, replace(b, row=False) if a.rank > 1 else b)

    def outer(self, a: Array, b: Array) -> Array:
        """The matrix of all products of two vectors' cells."""
        for one in (a, b):
            if one.rank != 1:
                raise _unfit(one, f"an outer product is of two vectors, not of {one.words}")
        return Array((*a.axes, *b.axes), lambda at: mul(a.cell(at[:1]), b.cell(at[1:])), place=a.place)

    def _contracted(self, a: Array, b: Array) -> Array:
        """The last index of a summed with the first of b."""
        if not _agree(a.axes[-1], b.axes[0]):
            raise _unfit(b, f"{a.words} and {b.words} cannot be multiplied: these sizes differ")
        extent = a.axes[-1] if a.axes[-1] is not None else b.axes[0]
        if extent is None:
            return a
        ahead = a.rank - 1

        def cell(at: tuple[Expr, ...]) -> Expr:
            r = self.fresh(extent)
            i = (Index(r.index),)
            return Reduce("sum", (r,), mul(a.cell((*at[:ahead], *i)), b.cell((*i, *at[ahead:]))))

        axes = tuple(extent if axis is None else axis for axis in (*a.axes[:-1], *b.axes[1:]))
        return Array(axes, cell, a.rank == 1 and b.rank == 2, a.place)

    # Functions of arrays.

    def transposed(self, a: Array) -> Array:
        """a^T"""
        if a.rank > 2:
            raise _unfit(a, f"{a.words} has no transpose", "exchange the indices that are meant")
        if a.rank == 1:
            return replace(a, row=not a.row)
        return replace(a, axes=a.axes[::-1], cell=lambda at: a.cell(at[::-1]))

    def diagonal(self, a: Array) -> Array:
        """The matrix with a vector on its diagonal; of a matrix its diagonal."""
        if a.rank == 2:
            if not _agree(*a.axes):
                raise _unfit(a, f"{a.words} is not square, so it has no diagonal of that kind")
            return Array(a.axes[:1], lambda at: a.cell((at[0], at[0])), place=a.place)
        if a.rank != 1:
            raise _unfit(a, f"diag takes a vector, not {a.words}")
        return Array(a.axes * 2, lambda at: mul(Indicator("=", *at), a.cell(at[:1])), place=a.place)

    def identity(self, place: Place | None) -> Array:
        """The matrix with ones on its diagonal, of any size."""
        return Array((None, None), lambda at: Indicator("=", *at), place=place)

    def summed(self, a: Array) -> Array:
        """The sum of all cells."""
        if None in a.axes:
            raise _unfit(a, "the size of this matrix is not known here")
        ranges = [self.fresh(extent) for extent in a.axes if extent is not None]
        at = tuple(Index(r.index) for r in ranges)
        return scalar(Reduce("sum", tuple(ranges), a.cell(at)) if ranges else a.cell(()))

    def averaged(self, a: Array) -> Array:
        """The mean of all cells."""
        total = self.summed(a)
        return scalar(mul(*(inv(extent) for extent in a.axes if extent is not None), total.cell(())))

    def traced(self, a: Array) -> Array:
        """The sum of the diagonal."""
        if a.rank != 2:
            raise _unfit(a, f"a trace is of a matrix, not of {a.words}")
        return self.summed(self.diagonal(a))

    def _same_shape(self, a: Array, b: Array, words: str) -> None:
        if a.rank != b.rank:
            hint = ""
            if words != "cannot be added to" and {a.rank, b.rank} == {1, 2}:
                hint = "a matrix and a vector are multiplied without a sign: A x"
            raise _unfit(b, f"{b.words} {words} {a.words}", hint)
        if not all(_agree(x, y) for x, y in zip(a.axes, b.axes, strict=True)):
            raise _unfit(b, f"{b.words} {words} {a.words}: their sizes differ")


def _agree(a: Expr | None, b: Expr | None) -> bool:
    return a is None or b is None or a == b


def _unfit(a: Array, message: str, hint: str = "") -> LegalityError:
    return LegalityError(message, a.place, hint)
