"""Axes of two digits: where h // R or h % R occurs and h runs over G R values, h becomes a pair of digits.

    index h in G*R                                index g in G, r in R
    for h: y[h] += a[h] k[h // R]                 for g, r: y[g, r] += a[g, r] k[g]

Every index over G R values, and every axis of G R cells, is split, in all programs that are compared. What uses
such an index otherwise than as a subscript, in an equality, or under // R and % R is not covered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symgrad.algebra.terms import OutOfReachError
from symgrad.language.build import ONE, ZERO, add, map_expr, mul, neg
from symgrad.language.integers import Bounds, Form, bounds_of, form_of, integer
from symgrad.language.program import (
    Axis,
    Define,
    Expr,
    FloorDiv,
    Index,
    IndexDecl,
    Indicator,
    Loop,
    Mod,
    Node,
    Number,
    Program,
    Range,
    Reduce,
    Ref,
    Tensor,
    Update,
)
from symgrad.language.ranges import own_range
from symgrad.language.walk import walk_body, walk_ranges
from symgrad.language.write import write_expr


def with_digits(*programs: Program) -> tuple[Program, ...]:
    """The programs with indices and axes split as their floors and remainders by sizes ask for.

    Raises OutOfReachError where that is not possible.
    """
    pairs: list[tuple[Form, Form]] = []
    for program in programs:
        for pair in _asked(program):
            if pair not in pairs:
                pairs.append(pair)
    for one, (count, _) in enumerate(pairs):
        if any(count == other for other, _ in pairs[:one]):
            raise OutOfReachError("an index is divided by one size and by another")
    for count, radix in pairs:
        programs = tuple(_Splitter(program, count, radix).program() for program in programs)
    return programs


def _asked(program: Program) -> Iterator[tuple[Form, Form]]:
    """The number of values of each index that is divided by a size, and the size."""
    divided = [part for part in walk_body(program.body) if isinstance(part, FloorDiv | Mod)]
    for part in divided:
        if not isinstance(part.right, Number):
            bounds = bounds_of(program.sizes, program.indices, program.tensors)
            radix = form_of(part.right)
            count = _count(program, bounds, part.left.name) if isinstance(part.left, Index) else None
            if count is not None and radix is not None and _quotient(count, bounds.expanded(radix)) is not None:
                yield count, bounds.expanded(radix)


def _count(program: Program, bounds: Bounds, index: str) -> Form | None:
    """The number of values of an index's own range, if that begins at 0."""
    own = own_range(index, program.index_named)
    high = form_of(own.high)
    return None if own.low != ZERO or high is None else bounds.expanded(high + integer(1))


def _quotient(count: Form, radix: Form) -> Form | None:
    """count/radix, both being products of sizes and numbers."""
    if len(count.terms) != 1 or len(radix.terms) != 1:
        return None
    ((factors, times),), ((divisors, by),) = count.terms.items(), radix.terms.items()
    rest = list(factors)
    for divisor in divisors:
        if divisor not in rest:
            return None
        rest.remove(divisor)
    return Form({tuple(rest): times // by}) if times % by == 0 else None


class _Splitter:
    """Splits the indices and axes of one program that have a certain number of values."""

    def __init__(self, program: Program, count: Form, radix: Form) -> None:
        self._program, self._count, self._radix = program, count, radix
        self._bounds = bounds_of(program.sizes, program.indices, program.tensors)
        self._partly = {Index(r.index) for r in walk_ranges(program.body) if not r.whole}
        quotient = _quotient(count, radix)
        self._sizes = (quotient or Form({})).to_expr(), radix.to_expr()
        self._names = {
            index.name: (
                f"{index.name} // {write_expr(self._sizes[1])}",
                f"{index.name} % {write_expr(self._sizes[1])}",
            )
            for index in program.indices
            if _count(program, self._bounds, index.name) == count
        }
        self._axes = {tensor.name: [self._is_count(axis.extent) for axis in tensor.axes] for tensor in program.tensors}

    def program(self) -> Program:
        """The program with all of them split."""
        program = self._program
        digits = [
            IndexDecl(name, ZERO, add(size, neg(ONE)))
            for pair in self._names.values()
            for name, size in zip(pair, self._sizes, strict=True)
        ]
        return replace(
            program,
            indices=(*program.indices, *digits),
            tensors=tuple(map(self._tensor, program.tensors)),
            body=tuple(map(self._node, program.body)),
        )

    def _is_count(self, extent: Expr) -> bool:
        form = form_of(extent)
        return form is not None and self._bounds.expanded(form) == self._count

    def _tensor(self, tensor: Tensor) -> Tensor:
        axes: list[Axis] = []
        initial: list[Expr | None] = []
        at = tensor.initial or (None,) * len(tensor.axes)
        for axis, split, start in zip(tensor.axes, self._axes[tensor.name], at, strict=True):
            if split and start is not None:
                raise OutOfReachError(f"a start slice of {tensor.name} across an axis of two digits")
            axes += [Axis("", size) for size in self._sizes] if split else [axis]
            initial += [None, None] if split else [start]
        return replace(tensor, axes=tuple(axes), initial=None if tensor.initial is None else tuple(initial))

    def _node(self, node: Node) -> Node:
        match node:
            case Loop(ranges, body):
                return replace(node, ranges=self._ranges(ranges), body=tuple(map(self._node, body)))
            case Update(target, _, value) | Define(target, value):
                return replace(node, target=self._cell(target), value=self._expr(value))
        raise TypeError(f"not a node: {node!r}")

    def _ranges(self, ranges: Sequence[Range]) -> tuple[Range, ...]:
        out: list[Range] = []
        for r in ranges:
            bounds = [None if limit is None else self._expr(limit) for limit in (r.low, r.high)]
            if r.index not in self._names:
                out.append(replace(r, low=bounds[0], high=bounds[1]))
            elif r.whole:
                out += [Range(name) for name in self._names[r.index]]
            else:
                quotient, remainder = self._names[r.index]
                block = self._block(r)
                out += [Range(quotient, block, block), Range(remainder)]
        return tuple(out)

    def _block(self, r: Range) -> Expr:
        """The quotient of all values of a range R q..R q + R - 1."""
        low, high = (None if limit is None else form_of(limit) for limit in (r.low, r.high))
        whole = None if low is None else _quotient(low, self._radix)
        if whole is None or high is None or low is None or high - low != self._radix - integer(1):
            raise OutOfReachError(f"{r.index} is divided by a size and does not run over all its values")
        return whole.to_expr()

    def _cell(self, cell: Ref) -> Ref:
        subscripts: list[Expr] = []
        for subscript, split in zip(cell.subscripts, self._axes[cell.name], strict=True):
            subscripts += self._digits(subscript) if split else [self._expr(subscript)]
        return replace(cell, subscripts=tuple(subscripts))

    def _digits(self, expr: Expr) -> list[Expr]:
        """The two digits of a subscript."""
        if isinstance(expr, Index) and expr.name in self._names:
            return [Index(name) for name in self._names[expr.name]]
        high, low = self._parts(expr)
        if self._is_within(high, self._sizes[0]):
            return [high.to_expr(), low.to_expr()]
        raise OutOfReachError(f"{write_expr(expr)} on an axis of two digits")

    def _parts(self, expr: Expr) -> tuple[Form, Form]:
        """(a, b) with expr = radix a + b and 0 <= b < radix."""
        form = form_of(expr)
        high: dict[tuple[Expr, ...], int] = {}
        for monomial, c in () if form is None else self._bounds.expanded(form).terms.items():
            quotient = _quotient(Form({monomial: c}), self._radix)
            if quotient is not None:
                high |= quotient.terms
        if form is not None:
            low = self._bounds.expanded(form) - Form(high) * self._radix
            if self._is_within(low, self._sizes[1]):
                return Form(high), low
        raise OutOfReachError(f"{write_expr(expr)} is divided by a size")

    def _is_within(self, form: Form, size: Expr) -> bool:
        """Whether a form is shown to be at least 0 and less than a size, by its indices' own ranges."""
        if not self._partly.isdisjoint(form.atoms):
            return False
        least, greatest, most = self._bounds.least(form, ()), self._bounds.greatest(form, ()), form_of(size)
        if least is None or greatest is None or most is None:
            return False
        return self._bounds.is_nonnegative(least) and self._bounds.is_positive(most - greatest)

    def _expr(self, expr: Expr) -> Expr:
        match expr:
            case Ref():
                return self._cell(expr)
            case Index(name) if name in self._names:
                digits = [Index(digit) for digit in self._names[name]]
                return add(mul(self._sizes[1], digits[0]), digits[1])
            case FloorDiv(left, right) | Mod(left, right) if self._is_radix(right):
                if isinstance(left, Index) and left.name in self._names:
                    return Index(self._names[left.name][isinstance(expr, Mod)])
                return self._parts(left)[isinstance(expr, Mod)].to_expr()
            case Indicator("=", left, right) if self._is_split(left) and self._is_split(right):
                pairs = zip(self._digits(left), self._digits(right), strict=True)
                return mul(*(Indicator("=", one, other) for one, other in pairs))
            case Indicator(_, left, right) if self._is_split(left) or self._is_split(right):
                raise OutOfReachError(f"a comparison of {write_expr(left)}, which is divided by a size")
            case Reduce(_, ranges, body):
                return replace(expr, ranges=self._ranges(ranges), body=self._expr(body))
        return map_expr(expr, self._expr)

    def _is_radix(self, expr: Expr) -> bool:
        form = form_of(expr)
        return form is not None and self._bounds.expanded(form) == self._radix

    def _is_split(self, expr: Expr) -> bool:
        return isinstance(expr, Index) and expr.name in self._names
