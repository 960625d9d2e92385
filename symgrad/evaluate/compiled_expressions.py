"""Expressions over loops with known ends, compiled to functions that only do the arithmetic.

Which axes meet where is decided once; what is left for each run is NumPy's work. A compiled value
has an axis for each index that it depends on, in the order in which the indices were bound.
Whatever has no compiled form (labels, conditions, ranges that depend on one another) is left to
`ArrayExpressions`, which can evaluate everything, over the same indices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from symgrad.evaluate.array_expressions import EXTREMA, ArrayExpressions
from symgrad.evaluate.exact import depends_on_sizes_only
from symgrad.evaluate.grid import Grid, Track
from symgrad.evaluate.numbers import COMPARISONS
from symgrad.evaluate.products import Axes, aligned, plan_product
from symgrad.language.build import ONE
from symgrad.language.program import Add, Call, Expr, Index, Indicator, Inv, Mul, Neg, Pow, Range, Reduce, Ref
from symgrad.language.walk import free_indices, values_read, walk_expr

Fixed = dict[str, int]
"""The values of the indices of loops that step."""

Span = tuple[int, int]
"""The first value of an index, and how many there are."""


class OutsideError(Exception):
    """A cell beyond a tensor's extents is asked for: the general way knows what that means."""


@dataclass(frozen=True)
class Compiled:
    """A value over loops: how to compute it, and the index of each axis of the array that comes out."""

    run: Callable[[Fixed], Any]
    axes: Axes = ()
    fresh: bool = False  # whether each run makes an array that nothing else holds

    def along(self, axes: Axes) -> Callable[[Fixed], Any]:
        """The value as an array that broadcasts against those that have all of these axes."""
        turn, run = aligned(self.axes, axes), self.run
        return run if turn is None else lambda fixed: turn(run(fixed))


class Results:
    """What was computed earlier in a run and will be asked for again: values of functions, which cost the most."""

    def __init__(self) -> None:
        self.found: dict[int, Any] = {}
        self._places: dict[Any, int] = {}

    def shared(self, key: Any, compiled: Compiled) -> Compiled:
        """The same value, computed once in a run for all that have the same key."""
        place, found, run = self._places.setdefault(key, len(self._places)), self.found, compiled.run

        def once(fixed: Fixed) -> Any:
            value = found.get(place)
            if value is None:
                value = found[place] = run(fixed)
            return value

        return Compiled(once, compiled.axes)


class Compiler:
    """Compiles the expressions of one statement.

    Args:
        expressions: the general evaluator, on the same tables.
        spans: the range of each loop around the statement, outermost first.
        versions: for each tensor, a number that tells its state at this place of the program from
            others; None where the statement runs several times, so that nothing can be shared.
        results: what is shared among the statements of a program.
    """

    def __init__(
        self,
        expressions: ArrayExpressions,
        spans: Mapping[str, Span],
        versions: Mapping[str, int] | None,
        results: Results,
    ) -> None:
        self._expressions = expressions
        self._spans = dict(spans)
        self._versions = versions
        self._results = results

    @property
    def lengths(self) -> dict[str, int]:
        """How many values each index has."""
        return {name: length for name, (_, length) in self._spans.items()}

    def value(self, expr: Expr) -> Compiled:
        """The expression's value."""
        constant = self._expressions.constant(expr)
        if constant is not None:
            return Compiled(lambda fixed: constant)
        match expr:
            case Neg(arg):
                inner = self.value(arg)
                run = inner.run
                return Compiled(lambda fixed: -run(fixed), inner.axes, fresh=True)
            case Inv(arg):
                inner, one = self.value(arg), self._expressions.number(1)
                run = inner.run
                return Compiled(lambda fixed: one / run(fixed), inner.axes, fresh=True)
            case Add(args):
                return self._combined(_add, [self.value(arg) for arg in args])
            case Mul():
                return self.total(expr, frozenset())
            case Reduce(op, ranges, body):
                inside = self._inside(ranges)
                if inside is not None:
                    indices = frozenset(r.index for r in ranges)
                    return inside.total(body, indices) if op == "sum" else inside.extremum(op, body, indices)
            case Call(function, args, orders):
                return self._call(expr, self._expressions.function(function, orders), args)
            case Pow(base, exponent) if depends_on_sizes_only(exponent):
                inner, raised = self.value(base), self._expressions.power(exponent)
                run = inner.run
                return Compiled(lambda fixed: raised(run(fixed)), inner.axes)
            case Ref():
                return self.cell(expr) or self._looked_up(expr) or self._general(expr)
        return self._general(expr)

    def cell(self, ref: Ref) -> Compiled | None:
        """A tensor's cells, where its subscripts are different loop indices, or fixed; else None."""
        place = self.place(ref)
        if place is None:
            return None
        name, tables, (index, axes) = ref.name, self._expressions.tables, place
        order = self._sorted(axes)
        turn = aligned(axes, order)
        if index is None:
            return Compiled((lambda _: tables[name]) if turn is None else (lambda _: turn(tables[name])), order)
        return Compiled(
            (lambda fixed: tables[name][index(fixed)])
            if turn is None
            else (lambda fixed: turn(tables[name][index(fixed)])),
            order,
        )

    def place(self, ref: Ref) -> tuple[Callable[[Fixed], Any] | None, Axes] | None:
        """How to index a tensor's array to get a reference's cells, None for all of it; and the axes of what comes out.

        None where a subscript is neither a loop index, different from the others, nor fixed.
        """
        if not self._expressions.is_real(ref.name):
            return None
        extents = self._expressions.extents(ref.name)
        parts: list[Callable[[Fixed], Any]] = []
        axes: list[str] = []
        whole = True
        for subscript, extent in zip(ref.subscripts, extents, strict=True):
            name = subscript.name if isinstance(subscript, Index) else ""
            if name in self._spans:
                low, length = self._spans[name]
                if name in axes or low < 0 or low + length > extent:
                    return None
                axes.append(name)
                whole = whole and length == extent
                parts.append(_constantly(slice(low, low + length)))
            elif self._is_fixed(subscript):
                whole = False
                parts.append(_within(self._expressions.compiled(subscript), extent))
            else:
                return None
        return (None if whole else lambda fixed: tuple([part(fixed) for part in parts])), tuple(axes)

    def lookup(self, ref: Ref) -> tuple[Callable[[Fixed], Any], Axes] | None:
        """The places of a reference's cells as arrays of subscripts: shifted ones, or those that labels name.

        None where a subscript is not exact. Raises OutsideError where some places are always outside.
        """
        names = self._sorted(tuple({name for part in ref.subscripts for name in free_indices(part)}))
        if not self._expressions.is_real(ref.name) or not all(map(self._expressions.is_place, ref.subscripts)):
            return None
        env = Grid({}, self._tracks(names)).env
        parts = [self._expressions.compiled(part) for part in ref.subscripts]
        extents = self._expressions.extents(ref.name)

        def places(fixed: Fixed) -> Any:
            known = {**env, **fixed}
            found = tuple([part(known) for part in parts])
            if any(np.min(at) < 0 or np.max(at) >= extent for at, extent in zip(found, extents, strict=True)):
                raise OutsideError
            return found

        if any(values_read(part) or set(free_indices(part)) - self._spans.keys() for part in ref.subscripts):
            return places, names
        return _constantly(places({})), names

    def _looked_up(self, ref: Ref) -> Compiled | None:
        """A tensor's cells at such places."""
        found = self.lookup(ref)
        if found is None:
            return None
        (places, names), name, tables = found, ref.name, self._expressions.tables
        return Compiled(lambda fixed: tables[name][places(fixed)], names, fresh=bool(names))

    def total(self, expr: Expr, summed: frozenset[str]) -> Compiled:
        """The expression summed over some loop indices."""
        match expr:
            case Neg(arg):
                inner = self.total(arg, summed)
                run = inner.run
                return Compiled(lambda fixed: -run(fixed), inner.axes, fresh=True)
            case Reduce("sum", ranges, body):
                inside = self._inside(ranges)
                if inside is not None:
                    return inside.total(body, summed | {r.index for r in ranges})
            case Mul(args):
                if any(isinstance(arg, Indicator) for arg in args):
                    return self._product([self._guarded(expr, args)], summed)
                return self._product([self.value(arg) for arg in args], summed)
        return self._product([self.value(expr)], summed)

    def _guarded(self, expr: Expr, args: Sequence[Expr]) -> Compiled:
        """A product that is 0 where an indicator among its factors is, whatever the others are there."""
        factors = [arg for arg in args if not isinstance(arg, Indicator)]
        if any(isinstance(part, Reduce) for arg in factors for part in walk_expr(arg)):  # it may have no value there
            return self._general(expr)
        masks = [self._condition(arg) for arg in args if isinstance(arg, Indicator)]
        others = [self.value(arg) for arg in factors]
        rest, zero = self._product(others or [self.value(ONE)], frozenset()), self._expressions.number(0)
        return self._combined(lambda values: np.where(_all(values[1:]), values[0], zero), [rest, *masks])

    def _condition(self, expr: Indicator) -> Compiled:
        """Whether a comparison holds: exactly, where both sides are exact."""
        if self._expressions.is_exact(expr):
            return self._general(expr, self._expressions.condition)
        holds = COMPARISONS[expr.op]
        sides = [self.value(expr.left), self.value(expr.right)]
        return self._combined(lambda values: holds(np.real(values[0]), np.real(values[1])), sides)

    def extremum(self, op: str, expr: Expr, over: frozenset[str]) -> Compiled:
        """The largest or smallest value of the expression over some loop indices."""
        inner, combine = self.value(expr), EXTREMA[op]
        axes = tuple(at for at, name in enumerate(inner.axes) if name in over)
        if not axes:
            return inner
        run = inner.run
        return Compiled(lambda fixed: combine.reduce(run(fixed), axis=axes), self._without(inner.axes, over))

    def _product(self, factors: list[Compiled], summed: frozenset[str]) -> Compiled:
        """The product of values, summed over some indices; where nothing depends on one, it counts all its values."""
        arrays = [factor for factor in factors if factor.axes]
        numbers = [factor.run for factor in factors if not factor.axes]
        met = {name for factor in arrays for name in factor.axes}
        times = prod(self._spans[name][1] for name in summed - met)
        if times != 1:
            numbers.append(_constantly(self._expressions.number(times)))
        kept = self._sorted(tuple(met - summed))
        if not arrays:
            return Compiled(_multiplied(numbers))
        planned = plan_product([factor.axes for factor in arrays], self.lengths, kept)
        runs = [factor.run for factor in arrays]
        alone = len(runs) == 1 and not met & summed
        if alone:
            product = runs[0]
        else:

            def product(fixed: Fixed) -> Any:
                return planned([run(fixed) for run in runs])

        fresh = bool(numbers) or not alone or arrays[0].fresh
        return Compiled(_multiplied([product, *numbers]), kept, fresh)

    def _inside(self, ranges: tuple[Range, ...]) -> Compiler | None:
        """The compiler for the body of a reduction; None where its ranges have no known ends."""
        spans = known_spans(self._expressions, ranges)
        if spans is None or spans.keys() & self._spans.keys() or not all(length for _, length in spans.values()):
            return None
        return Compiler(self._expressions, {**self._spans, **spans}, self._versions, self._results)

    def _call(self, expr: Call, function: Callable[..., Any], args: Sequence[Expr]) -> Compiled:
        compiled = self._combined(lambda values: function(*values), [self.value(arg) for arg in args])
        if self._versions is None:  # a function that a user gave may hand back what it is given
            return replace(compiled, fresh=False)
        spans = tuple((name, self._spans[name]) for name in free_indices(expr) if name in self._spans)
        read = tuple(sorted((name, self._versions.get(name, 0)) for name in values_read(expr)))
        return self._results.shared((expr, spans, read, compiled.axes), compiled)

    def _combined(self, function: Callable[[list[Any]], Any], parts: Sequence[Compiled]) -> Compiled:
        """A function of several values, cell by cell."""
        axes = self._sorted(tuple({name for part in parts for name in part.axes}))
        runs = [part.along(axes) for part in parts]
        return Compiled(lambda fixed: function([run(fixed) for run in runs]), axes, fresh=True)

    def _general(self, expr: Expr, how: Callable[[Any, Grid], Any] | None = None) -> Compiled:
        """The expression by the general evaluator, over those loop indices that it depends on."""
        names = self._sorted(tuple({name for name in free_indices(expr) if name in self._spans}))
        tracks = self._tracks(names)
        evaluate = how or self._expressions.value
        shape, still = tuple(self.lengths[name] for name in names), Grid({}, tracks)

        def run(fixed: Fixed) -> Any:
            value = evaluate(expr, Grid(fixed, tracks) if fixed else still)
            return np.broadcast_to(value, shape) if names else np.reshape(value, ())[()]

        return Compiled(run, names)

    def _tracks(self, names: Axes) -> tuple[Track, ...]:
        spans = [(name, *self._spans[name]) for name in names]
        return tuple(Track({name: np.arange(low, low + length)}, length, low) for name, low, length in spans)

    @staticmethod
    def _without(axes: Axes, gone: frozenset[str]) -> Axes:
        return tuple(name for name in axes if name not in gone)

    def _sorted(self, axes: Axes) -> Axes:
        return tuple(name for name in self._spans if name in axes)

    def _is_fixed(self, subscript: Expr) -> bool:
        """Whether a subscript has one value at a time: it depends on none of the loop indices and on no tensor."""
        return not values_read(subscript) and not any(n in self._spans for n in free_indices(subscript))


def known_spans(expressions: ArrayExpressions, ranges: tuple[Range, ...]) -> dict[str, Span] | None:
    """Where each index begins, and how many values it has; None where that is not known from the sizes alone."""
    spans: dict[str, Span] = {}
    for r in ranges:
        ends = expressions.ends(r)
        if not all(depends_on_sizes_only(end) for end in ends) or r.index in spans:
            return None
        low, high = expressions.bounds(r, Grid({}))
        if Fraction(low).denominator > 1 or Fraction(high).denominator > 1:
            return None
        spans[r.index] = (int(low), max(0, int(high) - int(low) + 1))
    return spans


def _constantly(value: Any) -> Callable[[Fixed], Any]:
    return lambda fixed: value


def _within(subscript: Callable[[Fixed], Any], extent: int) -> Callable[[Fixed], Any]:
    def checked(fixed: Fixed) -> Any:
        at = subscript(fixed)
        if not 0 <= at < extent:
            raise OutsideError
        return at

    return checked


def _all(masks: list[Any]) -> Any:
    mask = masks[0]
    for other in masks[1:]:
        mask = mask & other
    return mask


def _add(values: list[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _multiplied(runs: Sequence[Callable[[Fixed], Any]]) -> Callable[[Fixed], Any]:
    if len(runs) == 1:
        return runs[0]

    def product(fixed: Fixed) -> Any:
        value = runs[0](fixed)
        for run in runs[1:]:
            value = value * run(fixed)
        return value

    return product
