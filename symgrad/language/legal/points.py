"""Loops run at concrete small sizes, to find an example of what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod

from symgrad.language.program import (
    Add,
    Call,
    Expr,
    FloorDiv,
    Index,
    Mod,
    Mul,
    Neg,
    Number,
    Pow,
    Program,
    Range,
    Ref,
    Size,
)
from symgrad.language.walk import walk_expr

Values = Mapping[str | Ref, int]
"""Values of sizes and indices by name, and of cells of integer tensors by the cell as it is written."""

Integer = Callable[[Values], int]


class Undefined(Exception):
    """An integer expression without a value: no integer, a division by 0, a name without a value."""


class TooLarge(Exception):
    """The loops take more steps than are allowed."""


def compiled(expr: Expr) -> Integer:
    """The expression as a function of values; it raises Undefined where it has none."""
    match expr:
        case Number(value) if value.denominator == 1:
            constant = int(value)
            return lambda values: constant
        case Index(name) | Size(name):
            return lambda values: _look_up(values, name)
        case Ref():
            return lambda values: _look_up(values, expr)
        case Neg(arg):
            inner = compiled(arg)
            return lambda values: -inner(values)
        case Add(args):
            terms = [compiled(arg) for arg in args]
            return lambda values: sum(term(values) for term in terms)
        case Mul(args):
            factors = [compiled(arg) for arg in args]
            return lambda values: prod(factor(values) for factor in factors)
        case Pow(base, Number(exponent)) if exponent.denominator == 1 and 0 <= exponent <= 4:
            under, power = compiled(base), int(exponent)
            return lambda values: under(values) ** power
        case Call("max" | "min" as function, args):
            choose, bounds = max if function == "max" else min, [compiled(arg) for arg in args]
            return lambda values: choose(bound(values) for bound in bounds)
        case FloorDiv(left, right):
            over, by = compiled(left), compiled(right)
            return lambda values: over(values) // _positive(by(values))
        case Mod(left, right):
            over, by = compiled(left), compiled(right)
            return lambda values: over(values) % _positive(by(values))
    raise Undefined


def _look_up(values: Values, name: str | Ref) -> int:
    try:
        return values[name]
    except KeyError:
        raise Undefined from None


def _positive(divisor: int) -> int:
    if divisor <= 0:
        raise Undefined
    return divisor


class Points:
    """The points of a program's loops, at most `budget` of them; `left` is what is left of it."""

    def __init__(self, program: Program, budget: int) -> None:
        self.left = budget
        self._program = program
        self._compiled: dict[int, tuple[Range, Integer, Integer, list[Ref]]] = {}

    def sizes(self, choose: Callable[[str, int], int]) -> dict[str | Ref, int]:
        """All sizes: the free ones as `choose(name, minimum)` says, the others by their definitions.

        Raises:
            Undefined: when a definition gives no positive integer.
        """
        values: dict[str | Ref, int] = {}
        definitions = {s.name: s.definition for s in self._program.sizes if s.definition is not None}
        for size in self._program.sizes:
            if size.definition is None:
                values[size.name] = choose(size.name, size.minimum)
        for _ in definitions:
            for name, definition in definitions.items():
                if name not in values and all(s in values for s in sizes_in(definition)):
                    values[name] = _positive(compiled(definition)(values))
        return values

    def small_sizes(self, names: set[str], beyond: int) -> Iterator[dict[str | Ref, int]]:
        """Choices of sizes, small ones first: those named vary up to a little above `beyond`, others are least.

        Those with a size of 1 come last, since they show least. TooLarge when the budget is used up.
        """
        free = [s for s in self._program.sizes if s.definition is None and s.name in names][:4]
        steps = sorted({*range(4), beyond, beyond + 1, beyond + 2, 2 * beyond + 4, 4 * beyond + 8})
        choices = product(*([size.minimum + step for step in steps] for size in free))
        for choice in sorted(choices, key=lambda sizes: (1 in sizes, sum(sizes))):
            chosen = {s.name: value for s, value in zip(free, choice, strict=True)}
            self.spend()
            try:
                yield self.sizes(lambda name, least, chosen=chosen: chosen.get(name, least))  # type: ignore[misc]
            except Undefined:
                continue

    def within(self, ranges: Sequence[Range], values: Values) -> Iterator[dict[str | Ref, int]]:
        """The values in every pass of nested loops, in the order they run.

        Raises:
            TooLarge: when the budget is used up.
            Undefined: when a range has no ends.
        """
        if not ranges:
            yield dict(values)
            return
        r, rest = ranges[0], ranges[1:]
        low, high, cells = self._ends(r)
        for known in self._with(cells, values) if cells else (values,):
            steps = range(low(known), high(known) + 1)
            for step in reversed(steps) if r.descending else steps:
                self.spend()
                yield from self.within(rest, {**known, r.index: step})

    def spend(self) -> None:
        """Count one step; TooLarge when there have been too many."""
        self.left -= 1
        if self.left < 0:
            raise TooLarge

    def _ends(self, r: Range) -> tuple[Integer, Integer, list[Ref]]:
        """The first and last value of a range's index, and the cells of integer tensors that they read."""
        if id(r) not in self._compiled:
            own = self._program.index_named.get(r.index)
            low = r.low or (own and own.low)
            high = r.high or (own and own.high)
            if not isinstance(low, Expr) or not isinstance(high, Expr):
                raise Undefined
            # The range is kept, so that its id stays its own.
            self._compiled[id(r)] = (r, compiled(low), compiled(high), _cells((low, high)))
        return self._compiled[id(r)][1:]

    def with_labels(self, exprs: Sequence[Expr], values: Values) -> Iterator[dict[str | Ref, int]]:
        """The values with each choice of labels for the cells of integer tensors that occur in the expressions."""
        return self._with(_cells(exprs), values)

    def with_labels_of(self, exprs: Sequence[Expr]) -> Callable[[Values], Iterator[Values]]:
        """The same for many values."""
        cells = _cells(exprs)
        return lambda values: self._with(cells, values) if cells else iter((values,))

    def _with(self, cells: Sequence[Ref], values: Values) -> Iterator[dict[str | Ref, int]]:
        missing = [cell for cell in cells if cell not in values]
        spans = []
        for cell in missing:
            tensor = self._program.tensor_named.get(cell.name)
            if tensor is None or tensor.labels is None:
                raise Undefined
            low, high = tensor.labels
            spans.append(range(compiled(low)(values), compiled(high)(values) + 1))
        for labels in product(*spans):
            yield {**values, **dict(zip(missing, labels, strict=True))}


def _cells(exprs: Sequence[Expr]) -> list[Ref]:
    """The cells in expressions, each once."""
    return list(dict.fromkeys(part for expr in exprs for part in walk_expr(expr) if isinstance(part, Ref)))


def sizes_in(expr: Expr) -> set[str]:
    """The names of the sizes in an expression."""
    return {part.name for part in walk_expr(expr) if isinstance(part, Size)}


def largest_number(exprs: Sequence[Expr]) -> int:
    """The largest absolute value of the integers that are written in expressions, 0 if none is."""
    numbers = [abs(part.value) for expr in exprs for part in walk_expr(expr) if isinstance(part, Number)]
    return max((int(value) for value in numbers), default=0)
