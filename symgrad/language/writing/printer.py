"""Expressions to text: one printer for all styles, with the fewest parentheses that read back.

Each node is laid out as a short list of parts: pieces of text, and subexpressions with the level they
stand at. A stack of parts is worked off from the left, so the time is linear in the size of the
tree and its depth is not bounded by Python's. A subexpression is put in parentheses where its
own level is below the one it stands at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symgrad.language.functions import FUNCTIONS, SPELLINGS
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
    Range,
    Reduce,
    Ref,
    Size,
)
from symgrad.language.ranges import runs_down
from symgrad.language.walk import expr_children
from symgrad.language.writing.notation import Notation
from symgrad.language.writing.pieces import COMMA, GAP, SLASH, Kind, Level, Line, Part, Piece, Sub, number_text

# A name of one letter, with accents, digits, sub- and superscripts and primes.
_LETTER = re.compile(r"[^\W\d_][\u0300-\u036f\u20d7]*[0-9]*(?:_[^\W_]|_\{[^}]*\})?'*(?:\^.*)?")


@dataclass(frozen=True)
class Printer:
    """Writes expressions in a notation.

    `parameters` are the parameters' names of uninterpreted functions, by which derivatives are
    written; `taken` are names of tensors, which a function's symbol must not collide with.
    """

    notation: Notation
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def text(self, expr: Expr) -> str:
        """The expression as text."""
        return self.join([_whole(expr)])

    def join(self, parts: Iterable[Part]) -> str:
        """The text of a list of parts."""
        line = Line(self.notation)
        stack = list(parts)[::-1]
        while stack:
            part = stack.pop()
            if isinstance(part, Piece):
                line.put(part)
            else:
                stack += self._placed(part)[::-1]
        return "".join(line.texts)

    def ranges(self, ranges: tuple[Range, ...]) -> list[Part]:
        """The list of a loop's or a reduction's ranges: `b, t2 <= t, i in 1..n`."""
        parts: list[Part] = []
        for r in ranges:
            parts += [COMMA, *self._range(r)] if parts else self._range(r)
        return parts

    def _placed(self, sub: Sub) -> list[Part]:
        parts = self._layout(sub)
        if _own_level(sub.expr, self.notation) >= sub.level:
            return parts
        return _parenthesised(parts)

    def _layout(self, sub: Sub) -> list[Part]:
        expr = sub.expr
        match expr:
            case Number(value):
                return self._number(value)
            case Constant(name):
                return [Piece(self.notation.constants[name])]
            case Index(name) | Size(name):
                return [self._name(name)]
            case Ref(name, subscripts):
                return self._ref(name, subscripts)
            case Call():
                return self._call(expr)
            case Neg(arg):
                return [Piece("-"), Sub(arg, Level.PRODUCT, sub.subscript)]
            case Inv():
                return self._product((expr,), sub.subscript)
            case Add(args):
                return self._sum(args, sub.subscript)
            case Mul(args):
                return self._product(args, sub.subscript)
            case Pow(base, exponent):
                return self._power(base, exponent)
            case FloorDiv(left, right):
                return _operands(left, right, self.notation.floor_division, sub.subscript)
            case Mod(left, right):
                return _operands(left, right, self.notation.modulo, sub.subscript)
            case Indicator(op, left, right):
                sign = Piece(f" {self.notation.comparisons[op]} ")
                head = Piece(self.notation.indicator, Kind.INDICATOR)
                return [head, _whole(left), sign, _whole(right), Piece("]")]
            case Reduce(op, ranges, body):
                return [*self._reduction_head(op, ranges), Piece(" "), Sub(body, Level.SIGNED)]
        raise TypeError(f"not an expression: {expr!r}")

    def _name(self, name: str) -> Piece:
        """A name without subscripts. A single letter before a parenthesis is a factor, a word looks like a call."""
        kind = Kind.FUNCTION if name in SPELLINGS else Kind.OTHER if _LETTER.fullmatch(name) else Kind.WORD
        return Piece(self.notation.write_name(name), kind)

    def _number(self, value: Fraction) -> list[Part]:
        sign: list[Part] = [Piece("-")] if value < 0 else []
        if self.notation.fractions and not _is_atomic(value):
            fraction = rf"\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
            return [*sign, Piece(fraction)]
        return [*sign, Piece(number_text(abs(value)), Kind.NUMBER)]

    def _ref(self, name: str, subscripts: tuple[Expr, ...]) -> list[Part]:
        if not subscripts:
            return [self._name(name)]
        parts: list[Part] = [Piece(self.notation.write_name(name) + "[")]
        for position, subscript in enumerate(subscripts):
            parts += [COMMA] if position else []
            parts += _tight_sum(subscript) or [Sub(subscript, Level.SUM, subscript=True)]
        return [*parts, Piece("]")]

    def _call(self, call: Call) -> list[Part]:
        if call.function == "sqrt" and not call.orders:
            return self._root(call.args[0])
        parts: list[Part] = [Piece(self._function(call)), Piece("(", Kind.OPEN)]
        for position, arg in enumerate(call.args):
            parts += [COMMA, _whole(arg)] if position else [_whole(arg)]
        return [*parts, Piece(")", Kind.CLOSE)]

    def _root(self, under: Expr) -> list[Part]:
        is_cell = isinstance(under, Ref) and bool(under.subscripts)
        before, after = self.notation.cell_root if is_cell else self.notation.root
        return [Piece(before), _whole(under), Piece(after)]

    def _function(self, call: Call) -> str:
        row = FUNCTIONS.get(call.function)
        if row is not None:
            written = self.notation.write_function(row)
            return row.name if written in self.taken else written
        name = self.notation.write_name(call.function)
        if len(call.orders) == 1:
            return name + "'" * call.orders[0]
        return name + self._derived_by(call) if call.orders else name

    def _derived_by(self, call: Call) -> str:
        """The subscript of a derivative: `_y`, `_{yz}`; by the arguments' numbers if there are no parameters."""
        letters = self.parameters.get(call.function) or [str(n + 1) for n in range(len(call.orders))]
        by = [letter for letter, order in zip(letters, call.orders, strict=True) for _ in range(order)]
        between = "" if all(len(letter) == 1 for letter in letters) else " "
        return f"_{by[0]}" if len(by) == 1 and len(by[0]) == 1 else f"_{{{between.join(by)}}}"

    def _sum(self, args: tuple[Expr, ...], subscript: bool) -> list[Part]:
        parts: list[Part] = [Sub(args[0], Level.SIGNED, subscript)]
        for arg in args[1:]:
            negative, amount = _signed(arg)
            parts += [Piece(" - " if negative else " + "), Sub(amount, Level.PRODUCT, subscript)]
        return parts

    def _product(self, args: tuple[Expr, ...], subscript: bool) -> list[Part]:
        if self.notation.fractions:
            return self._fractions(args)
        gap = Piece(self.notation.times) if subscript else GAP
        parts: list[Part] = []
        for position, arg in enumerate(args):
            last = Level.LAST if position == len(args) - 1 else Level.FACTOR
            match arg:
                case Inv(divisor):
                    parts += [*([] if parts else [Piece("1", Kind.NUMBER)]), SLASH, Sub(divisor, Level.FACTOR)]
                case Number(value) if value.numerator == 1 and value.denominator > 1 and parts:
                    parts += [SLASH, Piece(str(value.denominator), Kind.NUMBER)]
                case Number(value) if value >= 0:
                    parts += [*([gap] if parts else []), *self._number(value)]
                case _:
                    parts += [*([gap] if parts else []), Sub(arg, last, subscript)]
        return parts

    def _fractions(self, args: tuple[Expr, ...]) -> list[Part]:
        """A product with bars: what stands before a divisor, back to the divisor or fraction before it, is above it."""
        groups: list[list[Part]] = []
        above: list[Expr] = []
        for arg in args:
            match arg:
                case Inv(divisor):
                    groups.append(_fraction(above, divisor))
                    above = []
                case Number(value) if above and value.numerator == 1 and value.denominator > 1:
                    groups.append(_fraction(above, Number(1 / value)))
                    above = []
                case Number(value) if not _is_atomic(value):
                    groups += [_factors(above, last=Level.FACTOR), self._number(value)]
                    above = []
                case _:
                    above.append(arg)
        return _juxtaposed([*groups, _factors(above)])

    def _power(self, base: Expr, exponent: Expr) -> list[Part]:
        scalar = base.name if isinstance(base, Ref) and not base.subscripts else ""
        parts: list[Part] = _parenthesised([_whole(base)]) if "^" in scalar else [Sub(base, Level.ATOM)]
        match exponent:
            case Number(value) if value.denominator == 1:
                return [*parts, Piece(self.notation.exponent(value.numerator))]
            case Number(value):
                inner: list[Part] = [Piece(number_text(value))]
            case Index(name) | Size(name) | Ref(name, ()) if name.isalpha():
                before, after = self.notation.letter_braces
                is_name = f"{scalar}^{name}" in self.taken
                letter: list[Part] = [self._name(name)]
                letter = _parenthesised(letter) if is_name else letter
                return [*parts, Piece(before), *letter, Piece(after)]
            case _:
                inner = [_whole(exponent)]
        before, after = self.notation.braces
        return [*parts, Piece(before), *inner, Piece(after)]

    def _reduction_head(self, op: str, ranges: tuple[Range, ...]) -> list[Part]:
        sign = Piece(self.notation.reductions[op] + "_")
        is_letter = len(ranges) == 1 and ranges[0].whole and len(ranges[0].index) == 1
        if is_letter and f"{op}_{ranges[0].index}" not in self.taken:
            return [sign, Piece(self.notation.write_name(ranges[0].index))]
        return [sign, Piece("{"), *self.ranges(ranges), Piece("}")]

    def _range(self, r: Range) -> list[Part]:
        name = Piece(self.notation.write_name(r.index))
        low, high = r.low, r.high
        if low is not None and high is not None:
            return self._interval(name, low, high, r.descending)
        if high is not None:
            return [name, *self._bound(high, "<", -1)]
        if low is not None:
            return [name, *self._bound(low, ">", 1)]
        return [name]

    def _interval(self, name: Piece, low: Expr, high: Expr, descending: bool) -> list[Part]:
        """`t in 1..T`, or `n <= t <= 5` and `T >= t >= n` where `..` would be read the other way round."""
        first, last = (high, low) if descending else (low, high)
        if runs_down(first, last) == descending:
            return [name, Piece(self.notation.element), *tight(first), Piece(".."), *tight(last)]
        sign = Piece(f" {self.notation.comparisons['>=' if descending else '<=']} ")
        return [_whole(first), sign, name, sign, _whole(last)]

    def _bound(self, bound: Expr, strict: str, step: int) -> list[Part]:
        """`<= bound`, or `< x` where the bound is x - 1; the same above."""
        match bound:
            case Add((*terms, Number(value))) if value == step and not any(isinstance(e, Number) for e in terms):
                op, limit = strict, terms[0] if len(terms) == 1 else Add(tuple(terms))
            case _:
                op, limit = strict + "=", bound
        return [Piece(f" {self.notation.comparisons[op]} "), _whole(limit)]


def _own_level(expr: Expr, notation: Notation) -> Level:
    match expr:
        case Add():
            return Level.SUM
        case Neg() | FloorDiv() | Mod():
            return Level.SIGNED
        case Number(value) if value < 0:
            return Level.SIGNED
        case Mul() | Inv():
            return Level.PRODUCT
        case Number(value) if not _is_atomic(value):
            return Level.PRODUCT
        case Reduce():
            return Level.LAST
        case Pow():
            return Level.FACTOR
        case Call("sqrt") if not notation.root_is_call:  # a power behind it would be read as under the root
            return Level.FACTOR
    return Level.ATOM


def _whole(expr: Expr) -> Sub:
    return Sub(expr, Level.SUM)


def _parenthesised(parts: Sequence[Part]) -> list[Part]:
    return [Piece("(", Kind.OPEN), *parts, Piece(")", Kind.CLOSE)]


def _operands(left: Expr, right: Expr, between: str, subscript: bool) -> list[Part]:
    return [Sub(left, Level.FACTOR, subscript), Piece(between), Sub(right, Level.FACTOR, subscript)]


def _signed(term: Expr) -> tuple[bool, Expr]:
    """Whether a term of a sum is subtracted, and what is added or subtracted."""
    match term:
        case Neg(arg):
            return True, arg
        case Number(value) if value < 0:
            return True, Number(-value)
    return False, term


def _tight_sum(subscript: Expr) -> list[Part] | None:
    """A sum of names and numbers in a subscript, without spaces, as in `h[t-1, b]`; None for anything else."""
    if not isinstance(subscript, Add):
        return None
    parts: list[Part] = []
    for arg in subscript.args:
        negative, amount = _signed(arg)
        if not isinstance(amount, Index | Size | Number):
            return None
        sign = "-" if negative else "+" if parts else ""
        parts += [Piece(sign), Sub(amount, Level.ATOM)]
    return parts


def tight(end: Expr, subscript: bool = False) -> list[Part]:
    """An end of a range, as in `1..T-1`."""
    return _tight_sum(end) or [Sub(end, Level.SUM, subscript)]


def _factors(factors: list[Expr], last: Level = Level.LAST) -> list[Part]:
    parts: list[Part] = []
    for position, factor in enumerate(factors):
        level = last if position == len(factors) - 1 else Level.FACTOR
        parts += [*([GAP] if parts else []), Sub(factor, level)]
    return parts


def _fraction(above: list[Expr], below: Expr) -> list[Part]:
    numerator = [_whole(above[0])] if len(above) == 1 else _factors(above) or [Piece("1", Kind.NUMBER)]
    return [Piece(r"\frac{"), *numerator, Piece("}{"), _whole(below), Piece("}")]


def _juxtaposed(groups: Iterable[list[Part]]) -> list[Part]:
    """The groups, those that hold anything, with gaps between them."""
    parts: list[Part] = []
    for group in groups:
        parts += [GAP, *group] if parts and group else group
    return parts


def _is_atomic(value: Fraction) -> bool:
    """Whether the number is written as one piece, without a fraction bar."""
    return "/" not in number_text(abs(value))


def names_in(expr: Expr) -> set[str]:
    """The names of tensors and indices that occur in an expression."""
    names: set[str] = set()
    pending: list[Expr] = [expr]
    while pending:
        item = pending.pop()
        if isinstance(item, Ref | Index | Size):
            names.add(item.name)
        pending += expr_children(item)
    return names
