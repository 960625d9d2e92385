"""Where a statement's value depends on a tensor, and how: one contribution for each occurrence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symgrad.calculus.derivatives import partial, partial_uninterpreted
from symgrad.calculus.product import product
from symgrad.calculus.scope import Scope
from symgrad.language.build import add, call, inv, number, power
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import (
    Add,
    Call,
    Expr,
    Indicator,
    Inv,
    Mul,
    Neg,
    Number,
    Pow,
    Range,
    Reduce,
    Ref,
    Statement,
)
from symgrad.language.walk import expr_children


@dataclass(frozen=True)
class Contribution:
    """An occurrence of a tensor in a value: the derivative of the value by that one cell.

    `ranges` are the reductions around the occurrence, which become loops.
    """

    ref: Ref
    derivative: Expr
    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class _Around:
    """What stands around a subexpression on the way down: factors before and behind it, and reductions."""

    before: tuple[Expr, ...] = ()
    behind: tuple[Expr, ...] = ()
    ranges: tuple[Range, ...] = ()

    def times(self, *factors: Expr, behind: tuple[Expr, ...] = ()) -> _Around:
        return _Around(self.before + factors, behind + self.behind, self.ranges)


class Occurrences:
    """Finds the contributions of the tensors that the derivative passes through."""

    def __init__(self, through: frozenset[str], scope: Scope) -> None:
        self.through = through
        self.scope = scope
        self._known: dict[int, tuple[Expr, bool]] = {}  # by identity, which holds while the expression is kept

    def of(self, statement: Statement, loops: tuple[Range, ...]) -> Iterator[Contribution]:
        """The statement's contributions, in the order of the occurrences in its value."""
        if statement.target.name in self.through:
            yield from self._pull(statement.value, _Around(), frozenset(r.index for r in loops))

    def _pull(self, expr: Expr, around: _Around, loops: frozenset[str]) -> Iterator[Contribution]:
        """The chain rule, one case a kind of node."""
        if not self._depends(expr):
            return
        match expr:
            case Ref():
                factors = (self.scope.freshen(f, loops) for f in around.before + around.behind)
                yield Contribution(expr, product(*factors), around.ranges)
            case Neg(arg):
                yield from self._pull(arg, around.times(number(-1)), loops)
            case Inv(arg):
                yield from self._pull(arg, around.times(number(-1), inv(power(arg, 2))), loops)
            case Add(args):
                for arg in args:
                    yield from self._pull(arg, around, loops)
            case Mul(args):
                for i, arg in enumerate(args):
                    yield from self._pull(arg, around.times(*args[:i], behind=args[i + 1 :]), loops)
            case Pow(base, exponent):
                yield from self._pull(base, around.times(by_base(base, exponent)), loops)
                yield from self._pull(exponent, around.times(by_exponent(base, exponent)), loops)
            case Call(_, args):
                for slot, arg in enumerate(args):
                    yield from self._pull(arg, around.times(by_argument(expr, slot)), loops)
            case Reduce(op, ranges, body):
                ranges, body = self.scope.unbind(ranges, body, loops)
                inner = loops | {r.index for r in ranges}
                weight = () if op == "sum" else (self.reaches(op, ranges, body, inner),)
                deeper = _Around((*around.before, *weight), around.behind, around.ranges + ranges)
                yield from self._pull(body, deeper, inner)

    def reaches(self, op: str, ranges: tuple[Range, ...], body: Expr, avoid: frozenset[str]) -> Expr:
        """1 where body is the maximum (minimum) over the ranges, else 0."""
        extreme = self.scope.freshen(Reduce(op, ranges, body), avoid)
        return Indicator(">=" if op == "max" else "<=", body, extreme)

    def _depends(self, expr: Expr) -> bool:
        """Whether one of the tensors occurs in the expression, as a value or within a subscript."""
        if isinstance(expr, Ref) and expr.name in self.through:
            return True
        known = self._known.get(id(expr))
        if known is None:
            known = self._known[id(expr)] = (expr, any(map(self._depends, expr_children(expr))))
        return known[1]


def by_base(base: Expr, exponent: Expr) -> Expr:
    """d base^exponent / d base"""
    terms = exponent.args if isinstance(exponent, Add) else (exponent,)
    constant = sum((term.value for term in terms if isinstance(term, Number)), Fraction(-1))
    rest = [term for term in terms if not isinstance(term, Number)]
    lowered = add(*rest, *([number(constant)] if constant or not rest else []))
    return product(exponent, power(base, lowered))


def by_exponent(base: Expr, exponent: Expr) -> Expr:
    """d base^exponent / d exponent, for a positive base"""
    return product(power(base, exponent), call("log", base))


def by_argument(expr: Call, slot: int) -> Expr:
    """d function(args) / d args[slot]"""
    if expr.function in FUNCTIONS:
        return partial(expr.function, expr.args, slot)
    return partial_uninterpreted(expr.function, expr.args, expr.orders, slot)
