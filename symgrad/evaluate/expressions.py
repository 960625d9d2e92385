"""Expressions compiled to nested Python functions of the loop indices' values, over any kind of number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from operator import itemgetter
from typing import Any, Generic, TypeVar

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cells, Observer, declared, outside
from symgrad.evaluate.exact import (
    Env,
    Exact,
    TooLongError,
    compile_exact,
    depends_on_sizes_only,
    exact_value,
    expr_text,
    integer_names,
    is_exact,
    is_exact_end,
    shape_of,
    size_value,
)
from symgrad.evaluate.numbers import COMPARISONS, Numbers
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
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
)
from symgrad.language.ranges import ends
from symgrad.language.walk import walk_expr

N = TypeVar("N")
Value = Callable[[Env], Any]
"""A compiled expression: its value, given those of the indices."""


class Expressions(Generic[N]):
    """The compiler of one program's expressions, for one kind of number and for sizes that may change.

    `tables` are the tensors' cells; the functions made here read them as they stand when called.
    `observer` is told of every read and branch, where given.
    """

    def __init__(
        self,
        program: Program,
        sizes: Mapping[str, int],
        numbers: Numbers[N],
        tables: Mapping[str, Cells[Any]],
        observer: Observer | None = None,
    ) -> None:
        self.program = program
        self.sizes = sizes
        self.numbers = numbers
        self.observer = observer
        self._tables = tables
        self._ranges: dict[str, Callable[[Env], Iterable[int]]] = {}
        self._integers = integer_names(program)
        self._renewals: list[Callable[[], None]] = []
        self._zero = self._settled(lambda: numbers.from_rational(0))
        self._one = self._settled(lambda: numbers.from_rational(1))

    def resize(self, sizes: Mapping[str, int]) -> None:
        """Compute anew what follows from the sizes and the kind of number, for all functions made so far.

        Raises TooLongError where they must be made anew, and UsageError where something has no value.
        """
        self.sizes = sizes
        for renew in self._renewals:
            renew()

    def _settled(self, compute: Callable[[], Any]) -> Value:
        """What has one value as long as the sizes and the kind of number stay."""
        slot = [compute()]

        def renew() -> None:
            slot[0] = compute()

        self._renewals.append(renew)
        return lambda env: slot[0]

    def values_of(self, r: Range) -> Callable[[Env], Iterable[int]]:
        """The values that a range's index takes, in their order, given those of the indices around it."""
        if not r.whole:
            return self._values_of(r)
        known = self._ranges.get(r.index)
        if known is None:
            known = self._ranges[r.index] = self._values_of(r)
        return known

    def _values_of(self, r: Range) -> Callable[[Env], Iterable[int]]:
        first, last = ends(r, self.program.index_named)
        if r.whole and depends_on_sizes_only(first) and depends_on_sizes_only(last):
            return self._settled(lambda: range(size_value(first, self.sizes), size_value(last, self.sizes) + 1))
        low, high = self.whole_number(first), self.whole_number(last)
        if r.descending:
            return lambda env: range(high(env), low(env) - 1, -1)
        return lambda env: range(low(env), high(env) + 1)

    # Subscripts

    def key(self, ref: Ref) -> Value:
        """The cell a reference means, as a tuple; the commonest shapes of it by the quickest way."""
        subscripts = ref.subscripts
        names = [part.name for part in subscripts if isinstance(part, Index)]
        if not subscripts:
            return lambda env: ()
        if len(names) == len(subscripts):
            if len(names) == 1:
                (name,) = names
                return lambda env: (env[name],)
            return itemgetter(*names)
        parts = [self.whole_number(part) for part in subscripts]
        if len(parts) == 1:
            (part,) = parts
            return lambda env: (part(env),)
        return lambda env: tuple([part(env) for part in parts])

    def whole_number(self, expr: Expr) -> Exact:
        """A subscript or bound as a function of the indices' values. UsageError if it is not a whole number."""
        if not is_exact_end(expr, self._integers):
            raise UsageError(f"{expr_text(expr)} is not a whole number, so it cannot be a subscript", expr.place)
        value = self._exact(expr)
        if not any(isinstance(part, Inv | Number) and not _whole(part) for part in walk_expr(expr)):
            return value

        def checked(env: Env) -> int:
            found = Fraction(value(env))
            if found.denominator != 1:
                raise UsageError(f"the subscript {expr_text(expr)} becomes {found}, not a whole number", expr.place)
            return int(found)

        return checked

    def _exact(self, expr: Expr) -> Exact:
        return compile_exact(expr, self._in_sizes, self._cell)

    def _in_sizes(self, expr: Expr) -> Exact:
        """What sizes decide, as a function that gives it."""
        if isinstance(expr, Number):
            value = exact_value(expr, {})
            return lambda env: value
        return self._settled(lambda: exact_value(expr, self.sizes))

    def _cell(self, ref: Ref) -> Value:
        """The function that reads a reference's cell."""
        tensor = declared(self.program, ref)
        table, key = self._tables[ref.name], self.key(ref)
        if tensor.zero_outside:
            zero = self._zero
            return self._observed(ref.name, key, lambda env: table.get(key(env), zero(env)))

        def read(env: Env) -> Any:
            cell = key(env)
            try:
                return table[cell]
            except KeyError:
                raise outside(ref, cell, shape_of(tensor, self.sizes)) from None

        return self._observed(ref.name, key, read)

    def _observed(self, name: str, key: Value, read: Value) -> Value:
        if self.observer is None:
            return read
        note = self.observer.read

        def observed(env: Env) -> Any:
            note(name, key(env))
            return read(env)

        return observed

    # Values

    def value(self, expr: Expr) -> Value:
        """An expression as a function of the indices' values. It may hold any tensor of the program."""
        numbers = self.numbers
        if not isinstance(expr, Ref) and depends_on_sizes_only(expr):
            with suppress(TooLongError):  # then it is computed from its parts, in numbers of this kind
                return self._settled(lambda: numbers.from_rational(exact_value(expr, self.sizes)))
        match expr:
            case Constant(name):
                return self._settled(lambda: numbers.constant(name))
            case Index() | FloorDiv() | Mod():
                exact, convert = self.whole_number(expr), numbers.from_rational
                return lambda env: convert(exact(env))
            case Ref(name, _) if name in self._integers:
                exact, convert = self._cell(expr), numbers.from_rational
                return lambda env: convert(exact(env))
            case Ref():
                return self._cell(expr)
            case Neg(arg):
                negate, inner = numbers.negate, self.value(arg)
                return lambda env: negate(inner(env))
            case Inv(arg):
                invert, inner = numbers.invert, self.value(arg)
                return lambda env: invert(inner(env))
            case Add(args):
                return _folded(numbers.add, [self.value(arg) for arg in args])
            case Mul(args):
                return self._product(args)
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Call(function, args, orders):
                return self._call(function, [self.value(arg) for arg in args], orders)
            case Indicator():
                return self._indicator(expr)
            case Reduce(op, ranges, body):
                return self._reduction(op, ranges, body)
        raise TypeError(f"not an expression: {expr!r}")

    def _product(self, args: tuple[Expr, ...]) -> Value:
        """A product; one with an indicator that is 0 is 0, whatever the other factors would be."""
        guards = [self._condition(arg) for arg in args if isinstance(arg, Indicator)]
        factors = [self.value(arg) for arg in args if not isinstance(arg, Indicator)]
        rest = _folded(self.numbers.multiply, factors) if factors else self._one
        if not guards:
            return rest
        zero = self._zero
        return lambda env: rest(env) if all(guard(env) for guard in guards) else zero(env)

    def _power(self, base: Expr, exponent: Expr) -> Value:
        raised = self.value(base)
        if not is_exact(exponent, self._integers):
            general, by = self.numbers.general_power, self.value(exponent)
            return lambda env: general(raised(env), by(env))
        power, exact = self.numbers.power, self._exact(exponent)
        if depends_on_sizes_only(exponent):
            fixed = self._settled(lambda: Fraction(exact_value(exponent, self.sizes)))
            return lambda env: power(raised(env), fixed(env))
        return lambda env: power(raised(env), Fraction(exact(env)))

    def _call(self, function: str, args: list[Value], orders: tuple[int, ...]) -> Value:
        call = self.numbers.call
        if self.observer is not None:
            note = self.observer.branch

            def observed(env: Env) -> Any:
                values = [arg(env) for arg in args]
                note(function, values)
                return call(function, values, orders)

            return observed
        if len(args) == 1:
            (arg,) = args
            return lambda env: call(function, (arg(env),), orders)
        return lambda env: call(function, [arg(env) for arg in args], orders)

    def _indicator(self, expr: Indicator) -> Value:
        one, zero, holds = self._one, self._zero, self._condition(expr)
        return lambda env: one(env) if holds(env) else zero(env)

    def _condition(self, expr: Indicator) -> Callable[[Env], bool]:
        """Whether the comparison holds: exactly, where both sides are exact."""
        if is_exact(expr.left, self._integers) and is_exact(expr.right, self._integers):
            left, right, holds = self._exact(expr.left), self._exact(expr.right), COMPARISONS[expr.op]
            return lambda env: holds(left(env), right(env))
        op, compare, left, right = expr.op, self.numbers.compare, self.value(expr.left), self.value(expr.right)
        if self.observer is None:
            return lambda env: compare(op, left(env), right(env))
        note = self.observer.branch

        def observed(env: Env) -> bool:
            sides = (left(env), right(env))
            note(op, sides)
            return compare(op, *sides)

        return observed

    def _reduction(self, op: str, ranges: tuple[Range, ...], body: Expr) -> Value:
        points, value = self._points(ranges), self.value(body)
        if op == "sum":
            add, zero = self.numbers.add, self._zero

            def total(env: Env) -> Any:
                result = zero(env)
                for point in points(env):
                    result = add(result, value(point))
                return result

            return total
        return self._extremum(op, ranges, points, value)

    def _extremum(
        self, op: str, ranges: tuple[Range, ...], points: Callable[[Env], Iterator[Env]], value: Value
    ) -> Value:
        compare, better = self.numbers.compare, ">" if op == "max" else "<"
        note = self.observer.branch if self.observer else None

        def extremum(env: Env) -> Any:
            values = [value(point) for point in points(env)]
            if not values:
                raise empty_extremum(op, ranges)
            if note is not None:
                note(op, values)
            best = values[0]
            for other in values[1:]:
                if compare(better, other, best):
                    best = other
            return best

        return extremum

    def _points(self, ranges: tuple[Range, ...]) -> Callable[[Env], Iterator[Env]]:
        """All points of the ranges: one environment, changed from point to point."""
        runs = [(r.index, self.values_of(r)) for r in ranges]

        def points(env: Env) -> Iterator[Env]:
            return _walk(runs, dict(env))

        return points


def _walk(runs: list[tuple[str, Callable[[Env], Iterable[int]]]], env: dict[str, int]) -> Iterator[Env]:
    name, values = runs[0]
    for value in values(env):
        env[name] = value
        if len(runs) == 1:
            yield env
        else:
            yield from _walk(runs[1:], env)


def _whole(part: Expr) -> bool:
    return isinstance(part, Number) and part.value.denominator == 1


def _folded(combine: Callable[[Any, Any], Any], parts: list[Value]) -> Value:
    """The parts combined from left to right."""
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        left, right = parts
        return lambda env: combine(left(env), right(env))
    first, rest = parts[0], parts[1:]

    def fold(env: Env) -> Any:
        value = first(env)
        for part in rest:
            value = combine(value, part(env))
        return value

    return fold


def empty_extremum(op: str, ranges: tuple[Range, ...]) -> UsageError:
    """The error of a max or min over nothing."""
    names = ", ".join(r.index for r in ranges)
    return UsageError(f"the {op} over {names} is taken over no value at all", ranges[0].place)
