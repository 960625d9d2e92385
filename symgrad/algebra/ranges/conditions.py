"""Where expressions of a program are defined and smooth, and what is known of their signs from how they are written.

A cell of a tensor that is computed is positive where all that is added to it is not negative and some
statement certainly adds something positive: Z[t] after `for t, t2 <= t: Z[t] += exp(s[t, t2])`.
"""

from __future__ import annotations

from itertools import product

from symgrad.algebra.domain import Domain, declared_sign
from symgrad.algebra.ranges.dependence import covered
from symgrad.algebra.ranges.instances import Instances, Unrolled
from symgrad.algebra.ranges.points import Points
from symgrad.algebra.terms import Budget, Scalar, Sign
from symgrad.language.accesses import Access
from symgrad.language.program import (
    Add,
    Call,
    Constant,
    Expr,
    Indicator,
    Inv,
    Mul,
    Number,
    Pow,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
)
from symgrad.language.ranges import all_ends
from symgrad.language.walk import free_indices, walk_expr
from symgrad.language.write import write_expr

_POSITIVE = frozenset({"exp", "sigmoid", "softplus", "cosh", "sech"})
_NONNEGATIVE = frozenset({"abs", "relu", "step", "sqrt"})


class Conditions(Domain):
    """Collects conditions of one program's expressions."""

    def __init__(self, unrolled: Unrolled, budget: Budget) -> None:
        self._unrolled, self._budget = unrolled, budget
        self._declared = unrolled.program.function_named
        self.conditions: dict[str, None] = {}
        self._here: Instances | None = None
        self._signs: dict[object, Sign] = {}

    def at(self, statement: Instances | None) -> None:
        """What is asked from now on is of expressions of this statement."""
        self._here = statement

    def denominator(self, expr: Expr) -> None:
        """The expression is divided by."""
        if not self.is_positive(expr):
            self._note(f"{write_expr(expr)} != 0")

    def under_root(self, expr: Expr, exponent: Scalar) -> None:
        """The expression is under a rational exponent that is no integer."""
        sign = self.sign(expr)
        if sign is not Sign.POSITIVE and (exponent < 0 or not sign):
            self._note(f"{write_expr(expr)} {'>' if exponent < 0 else '>='} 0")

    def logarithm(self, expr: Expr) -> None:
        """The expression is the argument of a logarithm."""
        if not self.is_positive(expr):
            self._note(f"{write_expr(expr)} > 0")

    def function(self, expr: Call) -> None:
        """A function is applied."""
        if expr.function == "log" and expr.function not in self._declared:
            self.logarithm(expr.args[0])
        elif expr.function == "sqrt" and expr.function not in self._declared:
            self.under_root(expr.args[0], 1)
        else:
            self.call(expr, ())

    def is_positive(self, expr: Expr) -> bool:
        """Whether the expression is certainly positive wherever its statement runs."""
        return self.sign(expr) is Sign.POSITIVE

    def sign(self, expr: Expr) -> Sign:
        """What is known of the expression's sign from how it is written."""
        match expr:
            case Number(value):
                return Sign.POSITIVE if value > 0 else Sign.NONNEGATIVE if value == 0 else Sign.UNKNOWN
            case Size() | Constant():
                return Sign.POSITIVE
            case Call(function, args) if function not in self._declared:
                inner = self.sign(args[0]) if function == "sqrt" else Sign.UNKNOWN
                if function in _POSITIVE or inner is Sign.POSITIVE:
                    return Sign.POSITIVE
                return Sign.NONNEGATIVE if function in _NONNEGATIVE else Sign.UNKNOWN
            case Inv(arg):
                return self.sign(arg)
            case Add(args):
                signs = [self.sign(arg) for arg in args]
                return max(signs) if min(signs) else Sign.UNKNOWN
            case Mul(args):
                return min(self.sign(arg) for arg in args)
            case Pow(base, Number(exponent)):
                even = exponent.denominator == 1 and exponent % 2 == 0
                sign = self.sign(base)
                return sign if sign is Sign.POSITIVE or not even else Sign.NONNEGATIVE
            case Indicator():
                return Sign.NONNEGATIVE
            case Reduce("sum", ranges, body):
                sign = self.sign(body)
                return sign if sign < Sign.POSITIVE or self._run(ranges) else Sign.NONNEGATIVE
            case Ref():
                return self._of_cell(expr)
        return Sign.UNKNOWN

    def _run(self, ranges: tuple[Range, ...]) -> bool:
        """Whether there are values in ranges wherever the statement runs."""
        around = self._around()
        if around is None:
            return False
        for place, r in enumerate(ranges):
            for low, high in product(*all_ends(r, self._unrolled.program.index_named)):
                points = Points(self._unrolled.program, self._budget)
                scope = points.bind((*around, *ranges[:place]), "")
                points.demand_at_most(points.linear(high, scope), points.linear(low, scope), 1)
                if not points.is_empty():
                    return False
        return True

    def _around(self) -> tuple[Range, ...] | None:
        """The loops around; None where a reduction has an index of one of them, so that a name may mean either."""
        if self._here is None:
            return ()
        reductions = (part for part in walk_expr(self._here.statement.value) if isinstance(part, Reduce))
        inner = {r.index for reduction in reductions for r in reduction.ranges}
        return None if any(r.index in inner for r in self._here.ranges) else self._here.ranges

    def _of_cell(self, cell: Ref) -> Sign:
        tensor = self._unrolled.tensors[cell.name]
        writers = self._unrolled.writers(cell.name)
        if not writers or tensor.role is not Role.COMPUTED or tensor.initial is not None or tensor.zero_outside:
            return Sign.UNKNOWN if writers or tensor.zero_outside else declared_sign(tensor)
        here = self._here
        key = (cell.name, cell.subscripts, None if here is None else id(here))
        if key not in self._signs:
            self._signs[key] = Sign.UNKNOWN
            self._signs[key] = self._of_sums(cell, writers)
        return self._signs[key]

    def _of_sums(self, cell: Ref, writers: list[Instances]) -> Sign:
        here, signs = self._here, []
        for one in writers:
            self._here = one
            signs.append(self.sign(one.statement.value) if one.sign == 1 else Sign.UNKNOWN)
        self._here = here
        if not all(signs):
            return Sign.UNKNOWN
        sure = [one for one, sign in zip(writers, signs, strict=True) if sign is Sign.POSITIVE]
        around = self._around() or ()
        if here is None or not sure or not set(free_indices(cell)) <= {r.index for r in around}:
            return Sign.NONNEGATIVE
        reached = covered(self._unrolled, sure, here, Access(cell), self._budget)
        return Sign.POSITIVE if reached else Sign.NONNEGATIVE
