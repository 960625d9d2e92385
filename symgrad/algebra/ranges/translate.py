"""Expressions of the loop language as forms of a space. Comparisons of integers become guards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.algebra.ranges.frames import Frame, Integers, Scope
from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.terms import OutOfReachError
from symgrad.language.build import map_expr, rename
from symgrad.language.integers import form_of
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
    Role,
    Size,
)
from symgrad.language.ranges import ends
from symgrad.language.walk import free_indices, walk_expr
from symgrad.language.write import write_expr

if TYPE_CHECKING:
    from symgrad.algebra.ranges.conditions import Conditions
    from symgrad.algebra.ranges.form import Form
    from symgrad.algebra.ranges.instances import Unrolled
    from symgrad.algebra.ranges.space import Space

Slots = tuple[Linear, ...]

_FEW = 9
"""Values up to which a maximum is taken of each in turn."""

Values = Callable[[str, Slots], "Form"]
"""The value of a tensor's cell."""

Names = Callable[[str], str | None]
"""The name of the unknown that a tensor is read as; None where its cells are forms."""


class Translator(Integers):
    """Translates the expressions of one program."""

    def __init__(
        self, space: Space, unrolled: Unrolled, values: Values, conditions: Conditions, unknown: Names
    ) -> None:
        super().__init__(space, unrolled)
        self._values, self.conditions, self._unknown = values, conditions, unknown

    def form(self, expr: Expr, scope: Scope, outer: Frame | None = None) -> Form:
        """The expression's value. Raises OutOfReachError for what no form covers."""
        match expr:
            case Neg(arg):
                return self.space.scale(self.form(arg, scope, outer), -1)
            case Add(args):
                return self._sum(args, lambda arg: self.form(arg, scope, outer))
        frame = Frame(outer)
        body = self._value(expr, scope, frame)
        return self.close(frame, body)

    def _sum(self, args: tuple[Expr, ...], of: Callable[[Expr], Form]) -> Form:
        total = of(args[0])
        for arg in args[1:]:
            total = self.space.add(total, of(arg))
        return total

    def _value(self, expr: Expr, scope: Scope, frame: Frame) -> Form:
        space = self.space
        match expr:
            case Number(value):
                return space.number(value)
            case Constant(name):
                return space.call("exp", (space.number(1),)) if name == "e" else space.cell(f"the constant {name}", ())
            case Size(name):
                definition = self._program.size_named[name].definition
                return space.size(name) if definition is None else self._value(definition, {}, frame)
            case Index() | FloorDiv() | Mod():
                return space.position(self.linear(expr, scope, frame))
            case Ref(name, subscripts):
                return self._cell(expr, tuple(self.linear(s, scope, frame) for s in subscripts), scope, frame)
            case Neg(arg):
                return space.scale(self._value(arg, scope, frame), -1)
            case Add(args):
                return self._sum(args, lambda arg: self._value(arg, scope, frame))
            case Mul(args):
                return self._product(args, scope, frame)
            case Inv(arg):
                return self._rational_power(arg, Fraction(-1), scope, frame)
            case Pow(base, exponent):
                return self._power(base, exponent, scope, frame)
            case Call(function, args, orders):
                values = tuple(self._value(arg, scope, frame) for arg in args)
                self.conditions.function(expr)
                declared = function in self._program.function_named
                return space.call(f"declared {function}" if declared else function, values, orders, frame.context)
            case Indicator():
                return self._product((expr,), scope, frame)
            case Reduce("sum", ranges, body):
                inner = Frame(frame)
                bound = self.bind(ranges, scope, inner)
                return self.close(inner, self.form(body, bound, inner))
            case Reduce():
                return self._extreme(expr, scope, frame)
        raise OutOfReachError(f"an expression of kind {type(expr).__name__}")

    def _cell(self, cell: Ref, slots: Slots, scope: Scope, frame: Frame) -> Form:
        if self._tensors[cell.name].role is Role.INTEGER:
            return self.space.position(self._label(cell, scope, frame))
        return self._values(cell.name, slots)

    def _product(self, args: tuple[Expr, ...], scope: Scope, frame: Frame) -> Form:
        """The product. Comparisons of integers are a guard: it is 0 where one fails, whatever else is in it."""
        guards = [TRUE]
        factors = []
        for arg in args:
            if isinstance(arg, Indicator) and self._is_integer(arg.left) and self._is_integer(arg.right):
                pieces = self._guards(arg, scope, frame)
                guards = [one & piece for one in guards for piece in pieces]
            else:
                factors.append(arg)
        total = self.space.number(1)
        for arg in factors:
            if isinstance(arg, Indicator):
                factor = self._comparison(arg, scope, frame)
            else:
                factor = self._value(arg, scope, frame)
            total = self.space.mul(total, factor)
        if guards == [TRUE]:
            return total
        parts = [self.space.guarded(total, guard) for guard in guards]
        for part in parts[1:]:
            parts[0] = self.space.add(parts[0], part)
        return parts[0]

    def _is_integer(self, expr: Expr) -> bool:
        """Whether indices, sizes and labels alone make up a value, so that it may stand in a guard."""
        cells = (part for part in walk_expr(expr) if isinstance(part, Ref))
        return form_of(expr) is not None and all(self._tensors[cell.name].role is Role.INTEGER for cell in cells)

    def _has_real_cells(self, expr: Expr) -> bool:
        cells = (part for part in walk_expr(expr) if isinstance(part, Ref))
        return any(self._tensors[cell.name].role is not Role.INTEGER for cell in cells)

    def _guards(self, expr: Indicator, scope: Scope, frame: Frame) -> list[Guard]:
        """Guards of which one holds exactly where the comparison holds."""
        left, right = self.linear(expr.left, scope, frame), self.linear(expr.right, scope, frame)
        if expr.op in ("<", "<="):
            left, right = right, left
        match expr.op:
            case "=":
                return [Guard.equals(left, right)]
            case "!=":
                return [Guard.differs(left, right)]
            case "<" | ">":
                return [Guard.at_least(left, right + 1)]
        return [Guard.at_least(left, right)]

    def _comparison(self, expr: Indicator, scope: Scope, frame: Frame) -> Form:
        """1 where a comparison of real values holds, else 0."""
        space = self.space
        left, right = self._value(expr.left, scope, frame), self._value(expr.right, scope, frame)
        if expr.op in ("=", "!="):
            equal = space.call("is zero", (space.sub(left, right),), (), frame.context)
            return equal if expr.op == "=" else space.sub(space.number(1), equal)
        self.conditions.kink(expr)
        if expr.op in ("<", "<="):
            left, right = right, left
        strict = expr.op in (">", "<")
        difference = space.sub(left, right) if strict else space.sub(right, left)
        positive = space.call("is positive", (difference,), (), frame.context)
        return positive if strict else space.sub(space.number(1), positive)

    def _power(self, base: Expr, exponent: Expr, scope: Scope, frame: Frame) -> Form:
        """base^exponent; exp(exponent log(base)) where the exponent is no number."""
        space = self.space
        raised = _number(exponent)
        if raised is not None:
            return self._rational_power(base, raised, scope, frame)
        power = self._value(exponent, scope, frame)
        if base == Constant("e"):
            return space.call("exp", (power,), (), frame.context)
        if not self._has_real_cells(exponent) and not self.conditions.is_positive(base):
            raise OutOfReachError("a power with an index or a size in its exponent, of what may be negative")
        self.conditions.logarithm(base)
        logarithm = space.call("log", (self._value(base, scope, frame),), (), frame.context)
        return space.call("exp", (space.mul(power, logarithm),), (), frame.context)

    def _rational_power(self, base: Expr, exponent: Fraction, scope: Scope, frame: Frame) -> Form:
        if exponent.denominator != 1:
            self.conditions.under_root(base, exponent)
        elif exponent < 0:
            self.conditions.denominator(base)
        return self.space.power(self._value(base, scope, frame), exponent, frame.context)

    def _extreme(self, expr: Reduce, scope: Scope, frame: Frame) -> Form:
        """A maximum or minimum: of each value in turn where there are few, else an unknown of its own.

        That is told by how it is written, of the indices that are free in it.
        """
        self.conditions.kink(expr)
        places = self._places(expr.ranges, scope, frame)
        if places:
            values = [self._value(expr.body, place, frame) for place in places]
            total = values[0]
            for value in values[1:]:
                total = self.space.call(expr.op, (total, value), (), frame.context)
            return total
        plain = self._plain(expr)
        names = free_indices(plain)
        told = rename(plain, {name: Index(f"#{at}") for at, name in enumerate(names)})
        number = self.space.atom(("the extreme", told))
        return self.space.cell(f"{write_expr(plain)} ({number})", tuple(scope[name] for name in names))

    def _plain(self, expr: Reduce) -> Expr:
        """An extreme so written that equal ones are the same in all programs of the space.

        Ends of ranges are written out, sizes that are defined too; bound indices are numbered, and tensors have the
        names of their unknowns.
        """

        def named(part: Expr) -> Expr:
            inner = map_expr(part, named)
            match inner:
                case Ref(name):
                    unknown = self._unknown(name)
                    if unknown is None or self._tensors[name].zero_outside:
                        raise OutOfReachError(
                            f"{write_expr(expr)} is of what is computed on the way, or padded: {name}"
                        )
                    return replace(inner, name=unknown)
                case Call(function) if function in self._program.function_named:
                    return replace(inner, function=f"declared {function}")
                case Size(name):
                    definition = self._program.size_named[name].definition
                    return inner if definition is None else named(definition)
            return inner

        return named(_with_ends(expr, self._program))

    def _places(self, ranges: tuple[Range, ...], scope: Scope, frame: Frame) -> list[Scope]:
        """A scope for each value of the ranges' indices, if there is a small number of them; else none."""
        if not ranges:
            return [scope]
        lows, highs = self.limits(ranges[0], scope, frame)
        low, high = lows[0], highs[0]
        count = (high - low).constant + 1
        if len(lows) + len(highs) > 2 or (high - low).terms or not 1 <= count <= _FEW:
            return []
        inner = [self._places(ranges[1:], {**scope, ranges[0].index: low + at}, frame) for at in range(count)]
        return [place for places in inner for place in places] if all(inner) and sum(map(len, inner)) <= _FEW else []


def _number(expr: Expr) -> Fraction | None:
    """The value of an expression of numbers alone."""
    match expr:
        case Number(value):
            return value
        case Neg(arg):
            inner = _number(arg)
            return None if inner is None else -inner
        case Inv(arg):
            inner = _number(arg)
            return 1 / inner if inner else None
        case Add(args) | Mul(args):
            total = Fraction(0 if isinstance(expr, Add) else 1)
            for arg in args:
                inner = _number(arg)
                if inner is None:
                    return None
                total = total + inner if isinstance(expr, Add) else total * inner
            return total
    return None


def _with_ends(expr: Expr, program: Program, depth: int = 0) -> Expr:
    """The expression with both ends of every range of a reduction written out and bound indices numbered by depth."""
    if not isinstance(expr, Reduce):
        return map_expr(expr, lambda part: _with_ends(part, program, depth))
    names: dict[str, Expr] = {}
    ranges = []
    for at, r in enumerate(expr.ranges, start=depth):
        low, high = (rename(limit, names) for limit in ends(r, program.index_named))
        names[r.index] = Index(f"%{at}")
        ranges.append(Range(f"%{at}", low, high))
    body = _with_ends(rename(expr.body, names), program, depth + len(ranges))
    return replace(expr, ranges=tuple(ranges), body=body)
