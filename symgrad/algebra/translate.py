"""Expressions of the loop language as polynomials of a ring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.algebra import signs
from symgrad.algebra.domain import Domain
from symgrad.algebra.terms import ONE, UNIT, ZERO, Kind, NotRectangularError, OutOfReachError, Poly, Scalar, scaled
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
    Size,
)

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

Scope = Mapping[str, int]
"""The atoms of the indices that are bound here."""

Values = Callable[[str, tuple[int, ...]], Poly]
"""The present value of a tensor's cell."""


class Translator:
    """Translates the expressions of one program."""

    def __init__(self, ring: Ring, program: Program, values: Values) -> None:
        self.ring, self._program, self._values = ring, program, values
        self.domain = Domain(ring, program.function_named)
        self._beside = 0  # how many comparisons stand beside what is translated
        self._sorts: dict[str, int] = {}
        self._axes: dict[str, tuple[int, ...]] = {}

    def sort(self, index: str) -> int:
        """The sort of an index: by the number of values of its own range, which must begin at 0."""
        if index not in self._sorts:
            declared = self._program.index_named[index]
            if declared.low != Number(Fraction(0)):
                raise NotRectangularError(f"the index {index} does not begin at 0")
            size = self.ring.add(self.poly(declared.high, {}), ONE)
            self._sorts[index] = self.ring.sort(size)
        return self._sorts[index]

    def axis_sorts(self, name: str) -> tuple[int, ...]:
        """The sorts of a tensor's axes."""
        if name not in self._axes:
            axes = self._program.tensor_named[name].axes
            self._axes[name] = tuple(self.ring.sort(self.poly(axis.extent, {})) for axis in axes)
        return self._axes[name]

    def whole(self, r: Range) -> str:
        """The name of a range's index. Raises OutOfReachError if it does not run over all its values in any order."""
        if not r.whole:
            raise NotRectangularError(f"the range of {r.index} is not its whole size")
        return r.index

    def atoms(self, ref: Ref, scope: Scope) -> tuple[int, ...]:
        """The atoms in a cell's subscripts, which must be plain indices over the axes' sizes."""
        found = []
        for subscript, sort in zip(ref.subscripts, self.axis_sorts(ref.name), strict=True):
            if not isinstance(subscript, Index):
                raise NotRectangularError(f"a subscript of {ref.name} is not a plain index")
            atom = scope[subscript.name]
            if self.ring.atom_sorts[atom] != sort:
                raise NotRectangularError(f"the index {subscript.name} does not run over the whole axis of {ref.name}")
            found.append(atom)
        return tuple(found)

    def poly(self, expr: Expr, scope: Scope) -> Poly:
        """The expression's normal form. Raises OutOfReachError for what the normal form does not cover."""
        ring = self.ring
        match expr:
            case Number(value):
                return ring.number(value)
            case Constant(name):
                return ring.call("exp", (ONE,)) if name == "e" else ring.of(ring.generator(Kind.CONSTANT, name))
            case Size(name):
                return self._size(name)
            case Index(name):
                return ring.of(ring.generator(Kind.POSITION, scope[name]))
            case Ref(name, _):
                return self._values(name, self.atoms(expr, scope))
            case Call(function, args, orders):
                values = tuple(self.poly(arg, scope) for arg in args)
                self.domain.call(expr, values)
                if function in self._program.function_named:
                    function = f"declared {function}"  # whatever the language's own table says of that name
                return ring.call(function, values, orders)
            case Neg(arg):
                return scaled(self.poly(arg, scope), -1)
            case Inv(arg):
                return self._rational_power(arg, self.poly(arg, scope), -1)
            case Add(args):
                return self._sum(args, scope)
            case Mul(args):
                return self._product(args, scope)
            case Pow(base, exponent):
                return self._power(base, exponent, scope)
            case Indicator():
                return self._indicator(expr, scope)
            case Reduce():
                return self._reduce(expr, scope)
            case FloorDiv() | Mod():
                raise NotRectangularError("a floor division or remainder")
        raise OutOfReachError(f"an expression of kind {type(expr).__name__}")

    def _size(self, name: str) -> Poly:
        definition = self._program.size_named[name].definition
        return self.ring.size(name) if definition is None else self.poly(definition, {})

    def _sum(self, args: tuple[Expr, ...], scope: Scope) -> Poly:
        total = ZERO
        for arg in args:
            total = self.ring.add(total, self.poly(arg, scope))
        return total

    def _product(self, args: tuple[Expr, ...], scope: Scope) -> Poly:
        """A product; what stands beside a comparison that fails need have no value."""
        beside = any(isinstance(arg, Indicator) for arg in args)
        self._beside += beside
        try:
            return self.ring.product(self.poly(arg, scope) for arg in args)
        finally:
            self._beside -= beside

    def _power(self, base: Expr, exponent: Expr, scope: Scope) -> Poly:
        """base^exponent; exp(exponent log(base)) where the exponent is no number."""
        ring = self.ring
        raised = self.poly(exponent, scope)
        if not raised or set(raised) == {UNIT}:
            return self._rational_power(base, self.poly(base, scope), raised.get(UNIT, 0))
        if base == Constant("e"):
            return ring.call("exp", (raised,))
        value = self.poly(base, scope)
        if self._is_integer(raised) and not signs.is_positive(ring, value):
            raise OutOfReachError("a power with an index or a size in its exponent, of what may be negative")
        self.domain.positive(base, value)
        return ring.call("exp", (ring.mul(raised, ring.call("log", (value,))),))

    def _rational_power(self, base: Expr, value: Poly, exponent: Scalar) -> Poly:
        if exponent.denominator != 1:
            self.domain.root(base, value, exponent)
        elif exponent < 0:
            self.domain.nonzero(base, value)
        if exponent < 0 and self._beside:
            self._demand_nonzero(value)
        return self.ring.power(value, exponent)

    def _demand_nonzero(self, value: Poly) -> None:
        """Raise OutOfReachError for a denominator that comparisons in it may make 0.

        Where the comparison beside it fails it is not divided by. D/D = 1 keeps that comparison, unless it is in D too.
        """
        ring = self.ring
        piecewise = any(ring.generators[g].piecewise for monomial in value for g, _ in monomial)
        if piecewise and not signs.is_positive(ring, value) and not signs.is_negative(ring, value):
            raise OutOfReachError("a comparison beside a denominator that comparisons may make zero")

    def _indicator(self, expr: Indicator, scope: Scope) -> Poly:
        ring, op, left, right = self.ring, expr.op, expr.left, expr.right
        if op in ("=", "!="):
            match left, right:
                case Index(i), Index(j) if ring.atom_sorts[scope[i]] == ring.atom_sorts[scope[j]]:
                    equal = ring.delta(scope[i], scope[j])
                case _:
                    equal = ring.call("is zero", (self._difference(left, right, scope),))
            return equal if op == "=" else ring.sub(ONE, equal)
        if op in ("<", "<="):
            left, right = right, left
        difference = self._difference(left, right, scope)
        if not set(difference) <= {UNIT} and self._is_integer(difference):
            raise OutOfReachError("a comparison of indices or sizes")
        self.domain.kink(expr)
        if op in (">", "<"):
            return ring.call("is positive", (difference,))
        return ring.sub(ONE, ring.call("is positive", (scaled(difference, -1),)))

    def _difference(self, left: Expr, right: Expr, scope: Scope) -> Poly:
        return self.ring.sub(self.poly(left, scope), self.poly(right, scope))

    def _is_integer(self, p: Poly) -> bool:
        """Whether indices and sizes alone make up a value, so that a tie is no exception."""
        kinds = {self.ring.generators[g].kind for monomial in p for g, _ in monomial}
        return kinds <= {Kind.POSITION, Kind.SIZE, Kind.DELTA}

    def _reduce(self, expr: Reduce, scope: Scope) -> Poly:
        inner = dict(scope)
        dummies = []
        for r in expr.ranges:
            name = self.whole(r)
            atom = self.ring.fresh(self.sort(name), inner.values())
            inner[name] = atom
            dummies.append(atom)
        body = self.poly(expr.body, inner)
        if expr.op == "sum":
            return self.ring.sum(body, dummies)
        self.domain.kink(expr)
        return self.ring.extreme(expr.op, body, dummies)
